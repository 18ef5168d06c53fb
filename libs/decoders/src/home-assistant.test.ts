import { describe, expect, test } from '@jest/globals';
import type { Decoded, DecodeResult } from './decoder.js';
import { createDecoders, type DecoderSet } from './registry.js';

function publish(decoders: DecoderSet, topic: string, payload: string): DecodeResult | undefined {
  const input = {
    topic,
    levels: topic.split('/'),
    payload: Buffer.from(payload),
    receivedAtMs: 1_790_000_000_000,
  };
  const decoder = decoders.select(input.levels, input.payload);
  const result = decoder?.decode(input);
  if (result?.kind === 'decoded') for (const change of result.state ?? []) decoder?.apply?.(change);
  return result;
}

function values(result: DecodeResult | undefined): [string, Record<string, unknown>][] {
  return ((result as Decoded | undefined)?.telemetry ?? []).map(({ deviceId, samples }) => [
    deviceId,
    Object.fromEntries(samples[0]?.values ?? []),
  ]);
}

const announce = (object: string, config: object): [string, string] => [
  `homeassistant/sensor/n/${object}/config`,
  JSON.stringify({ state_topic: 'my/state', device: { ids: ['d1'] }, ...config }),
];

describe('home-assistant', () => {
  test('one topic feeds several entities, of several devices', () => {
    const decoders = createDecoders();
    publish(decoders, ...announce('t', { val_tpl: '{{ value_json.t }}', unit_of_meas: '°C' }));
    publish(decoders, ...announce('h', { val_tpl: '{{ value_json.h }}' }));
    publish(decoders, ...announce('t', { val_tpl: '{{ value_json.t }}', unit_of_meas: '°C' }));
    publish(
      decoders,
      'homeassistant/sensor/other/x/config',
      '{"stat_t":"my/state","val_tpl":"{{ value_json.x }}"}',
    );
    expect(values(publish(decoders, 'my/state', '{"t":"21.5","h":40,"x":"unavailable"}'))).toEqual([
      ['d1', { t: 21.5, h: 40 }],
    ]);
    expect(values(publish(decoders, 'my/state', '{"x":"open"}'))).toEqual([['other', { x: 'open' }]]);
  });

  test('what is withdrawn is nobody’s again', () => {
    const decoders = createDecoders();
    publish(decoders, ...announce('t', {}));
    expect(values(publish(decoders, 'my/state', '5'))).toEqual([['d1', { t: 5 }]]);
    publish(decoders, 'homeassistant/sensor/n/t/config', '');
    expect(publish(decoders, 'my/state', '5')).toBeUndefined();
  });

  test('a change of topic leaves the old one', () => {
    const decoders = createDecoders();
    publish(decoders, ...announce('t', {}));
    publish(decoders, ...announce('t', { state_topic: 'my/new' }));
    expect(publish(decoders, 'my/state', '5')).toBeUndefined();
    expect(values(publish(decoders, 'my/new', '6'))).toEqual([['d1', { t: 6 }]]);
  });

  test('what a template outside of the known ones gives is not guessed', () => {
    const decoders = createDecoders();
    expect(publish(decoders, ...announce('t', { val_tpl: '{{ value_json.t * 10 }}' }))).toEqual({
      kind: 'ignored',
    });
    expect(publish(decoders, 'my/state', '{"t":1}')).toBeUndefined();
  });

  test('words for on and off, and a JSON light', () => {
    const decoders = createDecoders();
    publish(
      decoders,
      'homeassistant/binary_sensor/door/config',
      '{"stat_t":"door","pl_on":"open","pl_off":"closed"}',
    );
    publish(decoders, 'homeassistant/light/lamp/config', '{"schema":"json","stat_t":"lamp/state"}');
    expect(values(publish(decoders, 'door', 'closed'))).toEqual([['door', { door: false }]]);
    expect(values(publish(decoders, 'lamp/state', '{"state":"ON","color":{"r":1}}'))).toEqual([
      ['lamp', { 'lamp.state': 'ON', 'lamp.color.r': 1 }],
    ]);
  });

  test('a climate device has a metric for each of its topics', () => {
    const decoders = createDecoders();
    publish(
      decoders,
      'homeassistant/climate/hall/config',
      '{"curr_temp_t":"hall/json","curr_temp_tpl":"{{ value_json.now }}","temp_stat_t":"hall/json","temp_stat_tpl":"{{ value_json.set }}","mode_stat_t":"hall/mode","mode_cmd_t":"hall/mode/set"}',
    );
    expect(values(publish(decoders, 'hall/json', '{"now":20.5,"set":22}'))).toEqual([
      ['hall', { 'hall.current_temperature': 20.5, 'hall.temperature': 22 }],
    ]);
    expect(values(publish(decoders, 'hall/mode', 'heat'))).toEqual([['hall', { 'hall.mode': 'heat' }]]);
  });

  test('ESPHome reads its own topics; names and units come from its announcement', () => {
    const decoders = createDecoders();
    const told = publish(
      decoders,
      'homeassistant/sensor/livingroom/temperature/config',
      '{"dev_cla":"temperature","unit_of_meas":"°C","name":"Temperature","stat_t":"livingroom/sensor/temperature/state","avty_t":"livingroom/status","uniq_id":"x","dev":{"ids":"a4cf12","name":"livingroom","sw":"esphome v2023.12.0","mdl":"esp32dev","mf":"espressif"}}',
    ) as Decoded;
    expect(told.state).toBeUndefined();
    expect(told.descriptions).toMatchObject([
      { deviceId: 'livingroom', family: 'esphome', manufacturer: 'espressif', model: 'esp32dev' },
    ]);
    expect(told.descriptions?.[0]?.metrics?.get('temperature')).toMatchObject({ unit: '°C' });
    expect(values(publish(decoders, 'livingroom/sensor/temperature/state', '21.5'))).toEqual([
      ['livingroom', { temperature: 21.5 }],
    ]);
  });

  test('prototype keys do nothing', () => {
    const decoders = createDecoders();
    publish(decoders, 'homeassistant/sensor/__proto__/config', '{"stat_t":"p/s","__proto__":{"x":1}}');
    publish(decoders, ...announce('t', { val_tpl: '{{ value_json.__proto__.polluted }}' }));
    publish(decoders, 'my/state', '{"__proto__":{"polluted":1}}');
    publish(decoders, 'p/s', '{"__proto__":1}');
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });
});
