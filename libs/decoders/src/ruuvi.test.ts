import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { DecodeResult } from './decoder.js';
import { readRuuviAdvertisement } from './ruuvi-advertisement.js';
import { createRuuvi } from './ruuvi.js';

const NOW = Date.UTC(2026, 10, 21, 12);
const [ONE, TWO, TAG] = ['C8:25:2D:8E:9C:2C', 'CC:82:09:0E:D9:05', 'F4:1F:0C:28:CB:D6'];
const FORMAT_5 = '0201061BFF99040515AE4C6DC6D7000CFFF803F4ADB6AD697FF41F0C28CBD6';
const NEXT = FORMAT_5.replace('697F', '6980');

type Ruuvi = ReturnType<typeof createRuuvi>;

function run(ruuvi: Ruuvi, gateway: string, message: unknown, receivedAtMs = NOW): DecodeResult {
  const topic = `ruuvi/${gateway}/${TAG}`;
  const payload = Buffer.from(typeof message === 'string' ? message : JSON.stringify(message));
  return ruuvi.decode({ topic, levels: topic.split('/'), payload, receivedAtMs });
}

/** Milliseconds after NOW of the one sample. */
function timeOf(result: DecodeResult): number | string {
  if (result.kind !== 'decoded') return result.kind === 'rejected' ? result.reason : result.kind;
  return (result.telemetry[0]?.samples[0]?.timeMs ?? Number.NaN) - NOW;
}

const heard = (data: string, secondsAgo: number): object => ({
  data,
  rssi: -60,
  ts: String(NOW / 1000 - secondsAgo),
});

describe('one row for a measurement', () => {
  test('its copies of other gateways, and repetitions, get the time of the first', () => {
    const ruuvi = createRuuvi();
    expect(timeOf(run(ruuvi, ONE, heard(FORMAT_5, 10)))).toBe(-10_000);
    expect(timeOf(run(ruuvi, ONE, heard(NEXT, 9)))).toBe(-9_000);
    expect(timeOf(run(ruuvi, TWO, heard(FORMAT_5, 8), NOW + 100))).toBe(-10_000);
    expect(timeOf(run(ruuvi, TWO, heard(NEXT, 7), NOW + 100))).toBe(-9_000);
    expect(timeOf(run(ruuvi, ONE, heard(FORMAT_5, 6), NOW + 200))).toBe(-10_000);
  });

  test('a number that comes again after a minute is another measurement', () => {
    const ruuvi = createRuuvi();
    run(ruuvi, ONE, heard(FORMAT_5, 10));
    expect(timeOf(run(ruuvi, ONE, heard(FORMAT_5, -61), NOW + 61_000))).toBe(61_000);
  });

  test('also without times of the gateway', () => {
    const ruuvi = createRuuvi();
    expect(run(ruuvi, ONE, { data: FORMAT_5, cnt: 5 })).toMatchObject({ receivedTimeUsed: true });
    expect(timeOf(run(ruuvi, TWO, { data: FORMAT_5, cnt: 9 }, NOW + 40))).toBe(0);
  });
});

test.each([
  ['no JSON', 'invalid-json'],
  ['[]', 'not-an-object'],
  ['{}', 'ignored'],
  ['{"data":"zz","rssi":-60}', 'ignored'],
  ['{"data":"02011A0DFF4C00160800D8E0353F54EA6E"}', 'ignored'],
  [`{"data":"${FORMAT_5}","ts":"never"}`, 'invalid-timestamp'],
  ['{"data":"","__proto__":{"a":1}}', 'invalid-metric-name'],
])('%s', (message, expected) => {
  expect(timeOf(run(createRuuvi(), ONE, message))).toBe(expected);
});

test('accelerations that the gateway decoded come in g and are stored in mG', () => {
  const result = run(createRuuvi(), ONE, { accelX: 0.012, accelY: -1.008, temperature: 1 });
  expect(result).toMatchObject({
    telemetry: [
      {
        samples: [{}],
        units: new Map([
          ['accelerationX', 'mG'],
          ['accelerationY', 'mG'],
          ['temperature', '°C'],
        ]),
      },
    ],
  });
});

test('of an Air that is heard in format E1, format 6 is left out', () => {
  const ruuvi = createRuuvi();
  const six = heard('02010617FF990406170C5668C79E007000C90501D9FFCD004C884D', 3);
  const extended = heard(
    '2BFF9904E1170C5668C79E0065007004BD11CA00C90A0213E0ACFFFFFFDECDEE10FFFFFFFFFFCBB8334C884C',
    2,
  );
  expect(timeOf(run(ruuvi, ONE, six))).toBe(-3_000);
  expect(timeOf(run(ruuvi, ONE, extended))).toBe(-2_000);
  expect(timeOf(run(ruuvi, TWO, six))).toBe('ignored');
  expect(timeOf(run(ruuvi, ONE, six, NOW + 61_000))).toBe(-3_000);
});

describe('advertisements', () => {
  const values = (hex: string): object => Object.fromEntries(readRuuviAdvertisement(hex)?.values ?? []);

  // https://docs.ruuvi.com/communication/bluetooth-advertisements: maximum and minimum values of each format.
  test.each([
    [
      '5 max',
      '1BFF9904057FFFFFFEFFFE7FFF7FFF7FFFFFDEFEFFFECBB8334C884F',
      {
        temperature: 163.835,
        humidity: 163.835,
        pressure: 115_534,
        accelerationX: 32_767,
        voltage: 3.646,
        txPower: 20,
        movementCounter: 254,
        measurementSequenceNumber: 65_534,
      },
    ],
    [
      '5 min',
      '1BFF9904058001000000008001800180010000000000CBB8334C884F',
      {
        temperature: -163.835,
        humidity: 0,
        pressure: 50_000,
        accelerationX: -32_767,
        voltage: 1.6,
        txPower: -40,
        movementCounter: 0,
        measurementSequenceNumber: 0,
      },
    ],
    [
      '3 max',
      '11FF990403FF7F63FFFF7FFF7FFF7FFFFFFF',
      { humidity: 127.5, temperature: 127.99, pressure: 115_535, voltage: 65.535 },
    ],
    [
      '3 min',
      '11FF99040300FF6300008001800180010000',
      { humidity: 0, temperature: -127.99, pressure: 50_000, voltage: 0 },
    ],
    [
      '6 max',
      '17FF9904067FFF9C40FFFE27109C40FAFAFEFFFF074C8F4F',
      {
        temperature: 163.835,
        humidity: 100,
        'PM2.5': 1000,
        CO2: 40_000,
        VOC: 500,
        NOx: 500,
        luminosity: 65_535,
        calibrationInProgress: true,
      },
    ],
    [
      'E1 max',
      '2BFF9904E17FFF9C40FFFE27102710271027109C40FAFADC28F0FFFFFFFFFFFE3FFFFFFFFFFFCBB8334C884F',
      {
        'PM10.0': 1000,
        CO2: 40_000,
        VOC: 500,
        NOx: 500,
        luminosity: 144_284,
        measurementSequenceNumber: 16_777_214,
      },
    ],
  ])('format %s', (_name, hex, expected) => {
    expect(values(hex)).toMatchObject(expected);
  });

  test('nothing is available', () => {
    expect(values('1BFF9904058000FFFFFFFF800080008000FFFFFFFFFFFFFFFFFFFFFF')).toEqual({});
    expect(values(`2BFF9904E18000${'FF'.repeat(37)}`)).toEqual({ calibrationInProgress: true });
  });

  test('no bytes make it throw or read past the end', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 80 }),
        fc.constantFrom('', '1BFF990405', '2BFF9904E1', '02010611FF990403'),
        (bytes, head) => {
          const advertisement = readRuuviAdvertisement(head + Buffer.from(bytes).toString('hex'));
          for (const value of advertisement?.values.values() ?? [])
            expect(Number.isFinite(Number(value))).toBe(true);
        },
      ),
    );
  });
});
