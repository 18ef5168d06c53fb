/** Units by the last part of a metric's name, as the firmware's documentation has them. */
const BY_LEAF: ReadonlyMap<string, string> = new Map([
  ['power', 'W'],
  ['overpower_value', 'W'],
  ['energy', 'Wh'],
  ['returned_energy', 'Wh'],
  ['total', 'Wh'],
  ['total_returned', 'Wh'],
  ['reactive_power', 'var'],
  ['voltage', 'V'],
  ['current', 'A'],
  ['pos', '%'],
  ['humidity', '%'],
  ['battery', '%'],
  ['bat', '%'],
  ['brightness', '%'],
  ['gain', '%'],
  ['lux', 'lx'],
  ['tilt', '°'],
  ['concentration', 'ppm'],
  ['temperature_f', '°F'],
  ['ext_temperature', '°C'],
  ['ext_temperature_f', '°F'],
  ['ext_humidity', '%'],
  ['hum', '%'],
  ['tC', '°C'],
  ['tF', '°F'],
  ['adc', 'V'],
  ['temp', 'K'],
]);

/** The unit of a metric of the first generation of Shellys; undefined where it has none or it is not known. */
export function shellyGen1Unit(metric: string, isFahrenheit: boolean): string | undefined {
  const parts = metric.split('.');
  // `ext_temperature.0`: the last part is the channel.
  while (parts.length > 1 && /^\d+$/.test(parts.at(-1) ?? '')) parts.pop();
  const leaf = parts.at(-1) ?? '';
  if (metric === 'sensor.temperature' || metric.endsWith('tmp.value')) return isFahrenheit ? '°F' : '°C';
  if (leaf === 'temperature') return '°C';
  return BY_LEAF.get(leaf);
}
