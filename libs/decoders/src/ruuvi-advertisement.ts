import type { MetricValue } from '@fieldstream/domain';

/** What a Ruuvi sensor says in one advertisement. */
export interface RuuviAdvertisement {
  /** 3 and 5: RuuviTag; 6 and 0xE1: Ruuvi Air. */
  readonly format: number;
  /** Without what the sensor says is not available. */
  readonly values: Map<string, MetricValue>;
  /** Number of the measurement, by which its repetitions are known; undefined where the format has none. */
  readonly sequence: number | undefined;
}

/** Longest payload of an extended advertisement, in hexadecimal digits. */
const MAX_HEX = 2 * 1_650;
const MANUFACTURER_DATA = 0xff;
/** Ruuvi Innovations, as Bluetooth numbers companies. */
const RUUVI = 0x0499;

type Read = (data: DataView) => RuuviAdvertisement;

/** By format: its length in bytes and how it is read. */
const FORMATS: ReadonlyMap<number, readonly [bytes: number, read: Read]> = new Map<number, [number, Read]>([
  [0x03, [14, readFormat3]],
  [0x05, [24, readFormat5]],
  [0x06, [20, readFormat6]],
  [0xe1, [40, readFormatE1]],
]);

/**
 * Reads an advertisement in hexadecimal: a sequence of (length, type, data), one of which is Ruuvi's manufacturer data in
 * format 3, 5, 6 or E1 (https://docs.ruuvi.com/communication/bluetooth-advertisements). Undefined for anything else.
 */
export function readRuuviAdvertisement(hex: string): RuuviAdvertisement | undefined {
  if (hex.length > MAX_HEX || hex.length % 2 !== 0 || !/^[0-9a-f]*$/i.test(hex)) return undefined;
  const bytes = Buffer.from(hex, 'hex');
  // Every structure takes at least its length byte, so this ends.
  for (let at = 0; at < bytes.length; at += 1 + (bytes[at] ?? 0)) {
    const data = bytes.subarray(at + 1, at + 1 + (bytes[at] ?? 0));
    if (data.length < 4 || data[0] !== MANUFACTURER_DATA || data.readUInt16LE(1) !== RUUVI) continue;
    const format = FORMATS.get(data[3] ?? 0);
    if (!format || data.length - 3 < format[0]) continue;
    return format[1](new DataView(data.buffer, data.byteOffset + 3, format[0]));
  }
  return undefined;
}

/** Values of one advertisement; what is not available is not added. */
class Values extends Map<string, MetricValue> {
  /** An unsigned number whose largest value means "not available". */
  unsigned(metric: string, raw: number, bits: number, scale: (raw: number) => number = (same) => same): this {
    return raw === 2 ** bits - 1 ? this : this.set(metric, scale(raw));
  }

  /** A signed 16-bit number whose smallest value means "not available". */
  signed(metric: string, raw: number, scale: (raw: number) => number = (same) => same): this {
    return raw === -0x8000 ? this : this.set(metric, scale(raw));
  }
}

const pressurePa = (raw: number): number => raw + 50_000;
const tenth = (raw: number): number => raw / 10;

function readFormat3(data: DataView): RuuviAdvertisement {
  const degrees = data.getUint8(2);
  const size = (degrees & 0x7f) + data.getUint8(3) / 100;
  const values = new Values()
    .set('humidity', data.getUint8(1) / 2)
    .set('temperature', degrees & 0x80 ? -size : size)
    .set('pressure', pressurePa(data.getUint16(4)))
    .set('accelerationX', data.getInt16(6))
    .set('accelerationY', data.getInt16(8))
    .set('accelerationZ', data.getInt16(10))
    .set('voltage', data.getUint16(12) / 1000);
  return { format: 3, values, sequence: undefined };
}

/** Temperature, humidity and pressure, which all newer formats begin with. */
function readClimate(data: DataView): Values {
  return new Values()
    .signed('temperature', data.getInt16(1), (raw) => raw / 200)
    .unsigned('humidity', data.getUint16(3), 16, (raw) => raw / 400)
    .unsigned('pressure', data.getUint16(5), 16, pressurePa);
}

function readFormat5(data: DataView): RuuviAdvertisement {
  const power = data.getUint16(13);
  const sequence = data.getUint16(16);
  const values = readClimate(data)
    .signed('accelerationX', data.getInt16(7))
    .signed('accelerationY', data.getInt16(9))
    .signed('accelerationZ', data.getInt16(11))
    .unsigned('voltage', power >> 5, 11, (raw) => (raw + 1600) / 1000)
    .unsigned('txPower', power & 0x1f, 5, (raw) => raw * 2 - 40)
    .unsigned('movementCounter', data.getUint8(15), 8)
    .unsigned('measurementSequenceNumber', sequence, 16);
  return { format: 5, values, sequence: sequence === 0xffff ? undefined : sequence };
}

/** VOC and NOx have nine bits, the least one among the flags. */
function addAirIndices(values: Values, voc: number, nox: number, flags: number): void {
  values
    .unsigned('VOC', (voc << 1) | ((flags >> 6) & 1), 9)
    .unsigned('NOx', (nox << 1) | ((flags >> 7) & 1), 9)
    .set('calibrationInProgress', (flags & 1) === 1);
}

function readFormat6(data: DataView): RuuviAdvertisement {
  const values = readClimate(data)
    .unsigned('PM2.5', data.getUint16(7), 16, tenth)
    .unsigned('CO2', data.getUint16(9), 16)
    .unsigned('luminosity', data.getUint8(13), 8, luxOfCode)
    .set('measurementSequenceNumber', data.getUint8(15));
  addAirIndices(values, data.getUint8(11), data.getUint8(12), data.getUint8(16));
  return { format: 6, values, sequence: data.getUint8(15) };
}

/** Format 6 has light on a logarithmic scale: 254 stands for 65,535 lx. */
function luxOfCode(code: number): number {
  return Math.round(100 * Math.expm1((code * Math.log(65_536)) / 254)) / 100;
}

function readFormatE1(data: DataView): RuuviAdvertisement {
  const luminosity = (data.getUint16(19) << 8) | data.getUint8(21);
  const sequence = (data.getUint16(25) << 8) | data.getUint8(27);
  const values = readClimate(data)
    .unsigned('PM1.0', data.getUint16(7), 16, tenth)
    .unsigned('PM2.5', data.getUint16(9), 16, tenth)
    .unsigned('PM4.0', data.getUint16(11), 16, tenth)
    .unsigned('PM10.0', data.getUint16(13), 16, tenth)
    .unsigned('CO2', data.getUint16(15), 16)
    .unsigned('luminosity', luminosity, 24, (raw) => raw / 100)
    .unsigned('measurementSequenceNumber', sequence, 24);
  addAirIndices(values, data.getUint8(17), data.getUint8(18), data.getUint8(28));
  return { format: 0xe1, values, sequence: sequence === 0xffffff ? undefined : sequence };
}
