/** Units by the last part of a metric's name, as Tasmota's sensors print them: https://tasmota.github.io/docs/Supported-Peripherals/ */
const BY_LEAF: ReadonlyMap<string, string> = new Map([
  ['Power', 'W'],
  ['ActivePower', 'W'],
  ['ApparentPower', 'VA'],
  ['ReactivePower', 'var'],
  ['Voltage', 'V'],
  ['RMSVoltage', 'V'],
  ['Vcc', 'V'],
  ['BatteryVoltage', 'V'],
  ['Current', 'A'],
  ['RMSCurrent', 'A'],
  ['Frequency', 'Hz'],
  ['Period', 'Wh'],
  ['Humidity', '%'],
  ['Moisture', '%'],
  ['Battery', '%'],
  ['BatteryPercentage', '%'],
  ['Dimmer', '%'],
  ['Illuminance', 'lx'],
  ['CarbonDioxide', 'ppm'],
  ['eCO2', 'ppm'],
  ['TVOC', 'ppb'],
  ['Formaldehyde', 'ppb'],
  ['PM1', 'µg/m³'],
  ['PM2.5', 'µg/m³'],
  ['PM10', 'µg/m³'],
  ['Weight', 'kg'],
  ['RSSI', 'dBm'],
  ['Signal', 'dBm'],
  ['UptimeSec', 's'],
  ['Heap', 'kB'],
]);

/** Counters of the energy meters, which other sensors use for other things. */
const ENERGY: ReadonlyMap<string, string> = new Map([
  ['Total', 'kWh'],
  ['Yesterday', 'kWh'],
  ['Today', 'kWh'],
  ['ExportActive', 'kWh'],
  ['ImportActive', 'kWh'],
  ['ExportReactive', 'kvarh'],
  ['ImportReactive', 'kvarh'],
]);

const TEMPERATURES: ReadonlySet<string> = new Set([
  'Temperature',
  'DewPoint',
  'HeatIndex',
  'FeelsLike',
  'ObjTmp',
  'AmbTmp',
]);
const PRESSURES: ReadonlySet<string> = new Set(['Pressure', 'SeaPressure']);

/** The units that a message names for all its values. */
export interface TasmotaUnits {
  /** °C or °F. */
  readonly temperature: string;
  /** hPa, mmHg, … */
  readonly pressure: string | undefined;
}

/** The units of a message: `TempUnit`, Celsius where it is missing, and `PressureUnit`. */
export function tasmotaUnits(message: Readonly<Record<string, unknown>>): TasmotaUnits {
  const { TempUnit: temperature, PressureUnit: pressure } = message;
  return {
    temperature: temperature === 'F' ? '°F' : '°C',
    pressure: typeof pressure === 'string' && /^[A-Za-z]{1,8}$/.test(pressure) ? pressure : 'hPa',
  };
}

/** The unit of a metric; undefined where it has none or it is not known. */
export function tasmotaUnit(metric: string, units: TasmotaUnits): string | undefined {
  // Phases and channels: `ENERGY.Power.0`.
  const name = metric.replace(/(?<!PM2)(?:\.\d+)+$/, '');
  if (name.endsWith('.PM2.5')) return BY_LEAF.get('PM2.5');
  if (name === 'Wifi.RSSI') return '%';
  const leaf = name.slice(name.lastIndexOf('.') + 1);
  if (TEMPERATURES.has(leaf)) return units.temperature;
  if (PRESSURES.has(leaf)) return units.pressure;
  return (name.startsWith('ENERGY') ? ENERGY.get(leaf) : undefined) ?? BY_LEAF.get(leaf);
}
