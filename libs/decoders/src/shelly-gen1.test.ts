import { describe, expect, test } from '@jest/globals';
import type { DecodeResult, PublishInput } from './decoder.js';
import { createShellyGen1 } from './shelly-gen1.js';
import { createShellyGen2 } from './shelly-gen2.js';

const NOW = Date.UTC(2026, 10, 21, 12);

function create(): {
  run: (topic: string, payload: string, more?: Partial<PublishInput>) => DecodeResult;
  claims: (topic: string, payload?: string) => boolean;
} {
  const family = createShellyGen1(createShellyGen2());
  return {
    run(topic, payload, more = {}) {
      const input = {
        topic,
        levels: topic.split('/'),
        payload: Buffer.from(payload),
        receivedAtMs: NOW,
        ...more,
      };
      const result = family.decode(input);
      if (result.kind === 'decoded') for (const change of result.state ?? []) family.apply?.(change);
      return result;
    },
    claims: (topic, payload = '') => family.claims(topic.split('/'), Buffer.from(payload), undefined),
  };
}

/** `metric = value unit`. */
function readings(result: DecodeResult): string[] {
  if (result.kind !== 'decoded') return [result.kind === 'rejected' ? result.reason : result.kind];
  return result.telemetry.flatMap(({ samples, units }) =>
    samples.flatMap(({ values }) =>
      [...values].map(([metric, value]) => `${metric} = ${String(value)} ${units?.get(metric) ?? ''}`.trim()),
    ),
  );
}

describe('topics', () => {
  test.each([
    ['shellies/shelly1-A1/relay/0', 'on', true],
    ['shellies/announce', '{"id":"shelly1-A1"}', true],
    ['shellies/command', 'announce', true],
    ['shellies/shelly1-A1/online', 'true', true],
    ['shellies', 'on', false],
    ['other/shelly1-A1/relay/0', 'on', false],
    // A newer Shelly that is set to a topic below.
    ['shellies/kitchen/events/rpc', '{"method":"NotifyStatus"}', false],
    ['shellies/kitchen/status/switch:0', '{"id":0}', false],
    ['shellies/announce', '{"id":"shellyplus1-A1","gen":2}', false],
  ])('%s %s', (topic, payload, claimed) => {
    expect(create().claims(topic, payload)).toBe(claimed);
  });
});

describe('values', () => {
  test.each([
    ['relay/0/energy', '90', ['relay.0.energy = 1.5 Wh']],
    ['emeter/1/returned_energy', '60', ['emeter.1.returned_energy = 1 Wh']],
    ['emeter/1/total', '60', ['emeter.1.total = 60 Wh']],
    ['roller/0', 'stop', ['roller.0 = stop']],
    ['roller/0/pos', '55', ['roller.0.pos = 55 %']],
    ['ext_temperature/2', '21.3', ['ext_temperature.2 = 21.3 °C']],
    ['adc/0', '3.1', ['adc.0 = 3.1 V']],
    ['sensor/flood', 'true', ['sensor.flood = true']],
    ['sensor/lux', '120', ['sensor.lux = 120 lx']],
    [
      'sensor/act_reasons',
      '["battery","periodic"]',
      ['sensor.act_reasons.0 = battery', 'sensor.act_reasons.1 = periodic'],
    ],
    ['relay/0/command', 'on', ['ignored']],
    ['color/0/set', '{"turn":"on"}', ['ignored']],
    ['settings', '{"name":"x"}', ['ignored']],
    ['online', 'perhaps', ['ignored']],
    ['announce', 'no JSON', ['ignored']],
    ['relay/0', '', ['empty-payload']],
    ['light/0/status', '{"ison":', ['invalid-json']],
    ['light/0/status', '{"__proto__":{"a":1}}', ['invalid-metric-name']],
  ])('%s %s', (path, payload, expected) => {
    expect(readings(create().run(`shellies/shelly1-A1/${path}`, payload))).toEqual(expected);
  });

  test('a status names its own unit', () => {
    const status = '{"motion":true,"lux":68,"bat":100,"tmp":{"value":72.1,"units":"F","is_valid":true}}';
    expect(readings(create().run('shellies/shellymotion2-A1/status', status))).toEqual([
      'status.motion = true',
      'status.lux = 68 lx',
      'status.bat = 100 %',
      'status.tmp.value = 72.1 °F',
      'status.tmp.is_valid = true',
    ]);
  });
});

test('a sensor that has said it measures in °F is believed until it says otherwise', () => {
  const { run } = create();
  const measure = (): string[] => readings(run('shellies/shellyht-A1/sensor/temperature', '70'));
  const info = (units: string): DecodeResult =>
    run(
      'shellies/shellyht-A1/info',
      JSON.stringify({ wifi_sta: { rssi: -70 }, bat: { value: 90 }, tmp: { units } }),
    );
  expect(measure()).toEqual(['sensor.temperature = 70 °C']);
  expect(readings(info('F'))).toEqual(['wifi_sta.rssi = -70 dBm', 'bat.value = 90 %']);
  expect(measure()).toEqual(['sensor.temperature = 70 °F']);
  expect(info('F')).toMatchObject({ state: [] });
  info('C');
  expect(measure()).toEqual(['sensor.temperature = 70 °C']);
});

test('whoever proved to be a device announces itself and no other', () => {
  const result = create().run('shellies/announce', '{"id":"shelly1-B2","model":"SHSW-1"}', {
    identity: 'shelly1-A1',
  });
  expect(result).toMatchObject({ descriptions: [{ deviceId: 'shelly1-A1', model: 'SHSW-1' }] });
});
