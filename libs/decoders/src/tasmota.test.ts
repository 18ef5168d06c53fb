import { describe, expect, test } from '@jest/globals';
import type { DecodeResult } from './decoder.js';
import { createTasmota } from './tasmota.js';
import { placeOf, placeOfLayout } from './tasmota-topic.js';
import { tasmotaUnit, tasmotaUnits } from './tasmota-units.js';

const NOW = Date.UTC(2026, 10, 21, 12);
const HOUR_MS = 3_600_000;

function run(
  tasmota: ReturnType<typeof createTasmota>,
  topic: string,
  payload: string,
  at = NOW,
): DecodeResult {
  return tasmota.decode({ topic, levels: topic.split('/'), payload: Buffer.from(payload), receivedAtMs: at });
}

/** `device metric = value at milliseconds after NOW`. */
function readings(result: DecodeResult): string[] {
  if (result.kind !== 'decoded') return [result.kind === 'rejected' ? result.reason : result.kind];
  return result.telemetry.flatMap(({ deviceId, samples }) =>
    samples.flatMap(({ timeMs, values }) =>
      [...values].map(([metric, value]) => `${deviceId} ${metric} = ${String(value)} at ${timeMs - NOW}`),
    ),
  );
}

describe('layouts of topics', () => {
  test.each([
    ['tele/plug/SENSOR', 'plug', 'plug'],
    ['plug/tele/STATE', 'plug', 'plug/cmnd'],
    ['tasmota/plug/tele/LWT', 'plug', 'tasmota/plug/cmnd'],
    ['tele/home/cellar/plug/SENSOR', 'home:cellar:plug', 'home/cellar/plug'],
    ['home/cellar/plug/stat/POWER2', 'home:cellar:plug', 'home/cellar/plug/cmnd'],
    ['home/tele/plug/INFO1', 'home:plug', 'home/cmnd/plug'],
    ['stat/plug/STATUS10', 'plug', 'plug'],
  ])('%s', (topic, deviceId, address) => {
    expect(placeOf(topic.split('/'))).toMatchObject({ deviceId, address });
  });

  test.each([
    'cmnd/plug/POWER',
    'tele/SENSOR',
    'tele/plug/sensor',
    'tele/plug/UPTIME',
    'stat/plug/SENSOR',
    'tele/plug/POWER',
    'stat/plug/LOGGING',
    'plug/SENSOR',
    'devices/tele/telemetry',
    `${'a/'.repeat(20)}tele/plug/SENSOR`,
  ])('%s belongs to nobody', (topic) => {
    expect(createTasmota().claims(topic.split('/'), new Uint8Array(), undefined)).toBe(false);
  });

  test.each([
    ['%prefix%/%topic%/', 'plug', 'plug'],
    ['%topic%/%prefix%/', 'plug', 'plug/cmnd'],
    ['home/%topic%/%prefix%', 'home:plug', 'home/plug/cmnd'],
    ['%prefix%/%hostname%/', undefined, undefined],
  ])('discovery with %s', (layout, deviceId, address) => {
    const place = placeOfLayout(layout, 'plug');
    expect([place?.deviceId, place?.address]).toEqual([deviceId, address]);
  });
});

describe('times', () => {
  test.each([
    ['local, in the zone of devices', '"Time":"2026-11-21T12:30:00"', -0.5 * HOUR_MS],
    ['with an offset of its own', '"Time":"2026-11-21T11:30:00+02:00"', -2.5 * HOUR_MS],
    ['epoch seconds beside it', `"Time":"2026-11-21T12:30:00","Epoch":${NOW / 1000 - 60}`, -60_000],
    ['as epoch seconds', `"Time":${NOW / 1000 - 5}`, -5_000],
    ['old notation', '"Time":"2018.02.15 01:00:50"', 0],
    ['not set yet', '"Time":"1970-01-01T00:00:10"', 0],
    ['none', '"X":null', 0],
  ])('%s', (_name, time, expected) => {
    const result = run(
      createTasmota(() => HOUR_MS),
      'tele/plug/SENSOR',
      `{${time},"A":1}`,
    );
    expect(readings(result)).toEqual([`plug A = 1 at ${expected}`]);
  });
});

describe('relays', () => {
  test('a change is told as JSON and as text, and stored once', () => {
    const tasmota = createTasmota();
    expect(readings(run(tasmota, 'stat/plug/RESULT', '{"POWER1":"ON","POWER2":"OFF"}'))).toHaveLength(2);
    expect(readings(run(tasmota, 'stat/plug/POWER1', 'ON', NOW + 20))).toEqual(['ignored']);
    expect(readings(run(tasmota, 'stat/plug/POWER2', 'ON', NOW + 30))).toEqual(['plug POWER2 = ON at 30']);
    expect(readings(run(tasmota, 'stat/plug/POWER1', 'ON', NOW + 5_000))).toEqual([
      'plug POWER1 = ON at 5000',
    ]);
  });

  test('a resend is no echo: what was not acknowledged is stored', () => {
    const tasmota = createTasmota();
    run(tasmota, 'stat/plug/RESULT', '{"POWER":"ON"}');
    expect(readings(run(tasmota, 'stat/plug/RESULT', '{"POWER":"ON"}'))).toEqual(['plug POWER = ON at 0']);
  });

  test.each([
    ['stat/plug/POWER', '{"POWER":"ON"}', ['plug POWER = ON at 0']],
    ['stat/plug/RESULT', '{"Button1":{"Action":"SINGLE"}}', ['plug Button1.Action = SINGLE at 0']],
    ['stat/plug/RESULT', '{"TelePeriod":10}', ['ignored']],
    ['stat/plug/STATUS5', '{"StatusNET":{"Hostname":"plug"}}', ['ignored']],
    [
      'stat/plug/STATUS11',
      '{"StatusSTS":{"UptimeSec":7,"POWER":"OFF"}}',
      ['plug UptimeSec = 7 at 0', 'plug POWER = OFF at 0'],
    ],
  ])('%s %s', (topic, payload, expected) => {
    expect(readings(run(createTasmota(), topic, payload))).toEqual(expected);
  });
});

test.each([
  ['tele/plug/SENSOR', '', 'empty-payload'],
  ['tele/plug/SENSOR', '{"Time":', 'invalid-json'],
  ['tele/plug/SENSOR', '{"__proto__":{"a":1}}', 'invalid-metric-name'],
  ['tele//SENSOR', '{"A":1}', 'invalid-device-id'],
  ['tele/plug/SENSOR', '[1]', 'ignored'],
  ['tele/plug/SENSOR', '{"Time":"2026-11-21T11:00:00"}', 'ignored'],
  ['tele/plug/LWT', 'perhaps', 'ignored'],
])('%s %s: %s', (topic, payload, expected) => {
  const tasmota = createTasmota();
  run(tasmota, 'tele/plug/LWT', 'Online');
  expect(readings(run(tasmota, topic, payload))).toEqual([expected]);
});

test.each([
  ['tele/zb/lamp/SENSOR', 'zb', 'zb:lamp'],
  ['zb/lamp/tele/SENSOR', 'zb/cmnd', 'zb:lamp'],
])('%s: a Zigbee device with a topic of its own', (topic, address, deviceId) => {
  const result = run(
    createTasmota(),
    topic,
    '{"ZbReceived":{"lamp":{"Device":"0x3C0E","Name":"lamp","Power":1}}}',
  );
  expect(readings(result)).toEqual([`${deviceId} Power = 1 at 0`]);
  expect(result).toMatchObject({
    descriptions: [
      { deviceId: 'zb', address },
      { deviceId, gatewayId: 'zb' },
    ],
  });
});

test('beacons of one name are told apart by their addresses', () => {
  const message = '{"IBEACON":{"MAC":"A4C1387FC1E1","RSSI":-56,"STATE":"ON"}}';
  expect(readings(run(createTasmota(), 'tele/ble/SENSOR', message))).toEqual([
    'ble:IBEACON-a4c1387fc1e1 RSSI = -56 at 0',
    'ble:IBEACON-a4c1387fc1e1 STATE = ON at 0',
  ]);
});

test('more sub-devices than a publish may name are refused whole', () => {
  const blocks = Array.from({ length: 1_100 }, (_, i) => [`0x${i.toString(16)}`, { Temperature: i }]);
  const message = JSON.stringify({ ZbReceived: Object.fromEntries(blocks) });
  expect(readings(run(createTasmota(), 'tele/zb/SENSOR', message))).toEqual(['too-many-samples']);
});

test.each([
  ['PMS5003.PM2.5', 'µg/m³'],
  ['PMS5003.CF1', undefined],
  ['ENERGY.Power.1', 'W'],
  ['COUNTER.Total', undefined],
  ['ENERGY.Total.0', 'kWh'],
  ['BMP280.Pressure', 'mmHg'],
  ['Wifi.RSSI', '%'],
  ['ATC.RSSI', 'dBm'],
])('unit of %s', (metric, unit) => {
  expect(tasmotaUnit(metric, tasmotaUnits({ PressureUnit: 'mmHg' }))).toBe(unit);
});

test('a device listens to its own commands alone', () => {
  expect(createTasmota().ownFilters?.('plug')).toEqual(['cmnd/plug/#', 'tasmota/plug/cmnd/#', 'plug/cmnd/#']);
  expect(createTasmota().ownFilters?.('devices')).toEqual(['cmnd/devices/#', 'tasmota/devices/cmnd/#']);
});
