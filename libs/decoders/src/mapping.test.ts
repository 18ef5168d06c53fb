import { describe, expect, test } from '@jest/globals';
import type { DecodeResult } from './decoder.js';
import { mappingFaultText, parseMappings } from './mapping-document.js';
import { createDecoders } from './registry.js';

const NOW = Date.UTC(2026, 10, 21, 12);

function mappingsOf(yaml: string) {
  const parsed = parseMappings(yaml);
  if (!parsed.ok) throw new Error(parsed.faults.map((fault) => mappingFaultText('test', fault)).join('\n'));
  return parsed.mappings;
}

function run(yaml: string, topic: string, payload: string, identity?: string): DecodeResult | undefined {
  const decoders = createDecoders({ timeZone: 'Europe/Berlin', mappings: mappingsOf(yaml) });
  return decoders.decode({
    topic,
    levels: topic.split('/'),
    payload: Buffer.from(payload),
    receivedAtMs: NOW,
    ...(identity === undefined ? {} : { identity }),
  });
}

/** `device metric = value unit @ time`. */
function readings(result: DecodeResult | undefined): string[] {
  if (result?.kind !== 'decoded') throw new Error(JSON.stringify(result));
  return result.telemetry.flatMap(({ deviceId, samples, units }) =>
    samples.flatMap(({ timeMs, values }) =>
      [...values].map(([metric, value]) => {
        const unit = units?.get(metric);
        const time = timeMs === NOW ? '' : ` @ ${new Date(timeMs).toISOString()}`;
        return `${deviceId} ${metric} = ${JSON.stringify(value)}${unit === undefined ? '' : ` ${unit}`}${time}`;
      }),
    ),
  );
}

const one = (fields: string): string => `mappings:\n  - ${fields.trim().replaceAll('\n', '\n    ')}\n`;

describe('a mapping', () => {
  test('names the device by the topic and takes values by path, with unit, scale, offset, map and type', () => {
    const yaml = one(`
topic: plant/{device}/{line}/+/data
device: "{line}-{device}"
time: {path: at, format: epoch-s}
metrics:
- {name: temperature, path: t.value, unit: °C, scale: 0.1, offset: -40}
- {name: door, path: "['door state']", map: {open: 1, closed: 0}}
- {name: count, path: n, type: number}
- {name: serial, path: n, type: text}
- {name: running, path: run, type: boolean}
- {name: missing, path: not.there}`);
    const payload = { at: 1_700_000_000, t: { value: 655 }, 'door state': 'open', n: '17', run: 'yes' };
    expect(readings(run(yaml, 'plant/press/north/x/data', JSON.stringify(payload)))).toEqual(
      ['temperature = 25.5 °C', 'door = 1', 'count = 17', 'serial = "17"', 'running = true'].map(
        (text) => `north-press ${text} @ 2023-11-14T22:13:20.000Z`,
      ),
    );
  });

  test('takes each element of an array, whose device and time are its own', () => {
    const yaml = one(`
topic: gw/{id}/report
device: "{id}:{@.addr}"
each: $.sensors
time: {path: when, format: local, zone: America/New_York}
metrics: "*"
except: [addr]
units: {temp: °F}`);
    const payload = {
      sensors: [
        { addr: 1, when: '2026-07-01 08:00:00', temp: 70 },
        { addr: 'b', when: '2026-11-01 08:00:00Z', temp: 71, more: { rh: 40 } },
      ],
    };
    expect(readings(run(yaml, 'gw/g1/report', JSON.stringify(payload)))).toEqual([
      'g1:1 temp = 70 °F @ 2026-07-01T12:00:00.000Z',
      'g1:b temp = 71 °F @ 2026-11-01T13:00:00.000Z',
      'g1:b more.rh = 40 @ 2026-11-01T13:00:00.000Z',
    ]);
  });

  test.each([
    ['number', 'metrics: [{name: "{rest}", unit: kWh, scale: 0.001}]', '1500', ['m1 energy.total = 1.5 kWh']],
    ['text', 'metrics: [{name: state}]', ' Idle ', ['m1 state = "Idle"']],
  ])('reads a bare %s', (format, metrics, payload, expected) => {
    const yaml = one(`topic: meter/{id}/{rest...}\nformat: ${format}\ndevice: "{id}"\n${metrics}`);
    expect(readings(run(yaml, 'meter/m1/energy/total', payload))).toEqual(expected);
  });

  test('reads a line of CSV', () => {
    const yaml = one(`
topic: log/sensor-{id}
format: csv
separator: ";"
device: "{id}"
time: {path: "[0]", format: local}
metrics:
- {name: t, path: "[1]", type: number, unit: °C}
- {name: status, path: "[-1]"}`);
    expect(readings(run(yaml, 'log/sensor-9', '2026-01-15 13:00:00; 21.5 ;ok\n'))).toEqual([
      '9 t = 21.5 °C @ 2026-01-15T12:00:00.000Z',
      '9 status = "ok" @ 2026-01-15T12:00:00.000Z',
    ]);
  });

  test('of several, the first whose topic fits is taken, and before the families', () => {
    const yaml = `mappings:
  - {topic: "tele/{id}/SENSOR", device: "mine-{id}", metrics: "*"}
  - {topic: "{root}/{id}/SENSOR", device: "late-{id}", metrics: "*"}`;
    expect(readings(run(yaml, 'tele/plug/SENSOR', '{"a":1}'))).toEqual(['mine-plug a = 1']);
    expect(readings(run(yaml, 'x/plug/SENSOR', '{"a":1}'))).toEqual(['late-plug a = 1']);
    expect(run(yaml, 'devices/a/telemetry', '{"a":1}')).toMatchObject({ telemetry: [{ deviceId: 'a' }] });
  });

  test('the identity stands for a device that the payload names, not for one that the topic names', () => {
    const yaml = `mappings:
  - {topic: by-payload, device: "{$.id}", metrics: "*"}
  - {topic: "by-topic/{id}", device: "{id}", metrics: "*"}`;
    expect(readings(run(yaml, 'by-payload', '{"id":"liar","a":1}', 'me'))).toContain('me a = 1');
    expect(readings(run(yaml, 'by-topic/liar', '{"a":1}', 'me'))).toEqual(['liar a = 1']);
  });

  test.each([
    ['no JSON', '{', 'invalid-json'],
    ['nothing that is asked for', '{"b":1}', 'no-values'],
    ['a value that is none', '{"a":"x"}', 'invalid-value'],
    ['a time that is none', '{"a":1,"at":"soon"}', 'invalid-timestamp'],
    ['no device', '{"a":1,"id":""}', 'invalid-device-id'],
  ])('refuses %s', (_what, payload, reason) => {
    const device = payload.includes('id') ? '"{$.id}"' : 'fixed';
    const yaml = one(`
topic: x
device: ${device}
time: {path: at, format: epoch-ms}
metrics: [{name: a, path: a, scale: 2}]`);
    expect(run(yaml, 'x', payload)).toMatchObject({ kind: 'rejected', reason });
  });

  test('keys of the prototype are keys like any other', () => {
    const yaml = one('topic: x\ndevice: d\nmetrics: [{name: a, path: a, map: {b: 2}}]');
    expect(readings(run(yaml, 'x', '{"a":"toString"}'))).toEqual(['d a = "toString"']);
    expect(readings(run(yaml, 'x', '{"a":"__proto__"}'))).toEqual(['d a = "__proto__"']);
  });
});

describe('a faulty file is told with line and column', () => {
  test.each([
    ['mappings: [', 'test:1:'],
    ['mapping: []', 'test:1:1: mapping: is not known here'],
    [one('topic: a/{b\ndevice: x\nmetrics: "*"'), 'test:2:5: mappings[0].topic: has a level'],
    [
      one('topic: a/{b}\ndevice: "{c}"\nmetrics: "*"'),
      'test:3:5: mappings[0].device: has {c}, which is not in the topic (there: {b})',
    ],
    [
      one('topic: a\ndevice: x\nmetrics: "*"\ncolour: red'),
      'test:5:5: mappings[0].colour: is not known here',
    ],
    [
      one('topic: a\ndevice: x\nmetrics:\n- {name: t, path: t, scale: big}'),
      'test:5:26: mappings[0].metrics[0].scale:',
    ],
    [
      one('topic: a\ndevice: x\nmetrics:\n- {name: t, path: "t["}'),
      'test:5:17: mappings[0].metrics[0].path: is not a path',
    ],
    [one('topic: a\ndevice: x\nmetrics:\n- {name: t}'), 'test:5:7: mappings[0].metrics[0]: has no path'],
    [
      one('topic: a\nformat: number\ndevice: x\nmetrics: "*"'),
      'test:5:5: mappings[0].metrics: must be one metric',
    ],
    [
      one('topic: a\ndevice: x\ntime: {path: t, zone: Mars}\nmetrics: "*"'),
      'test:4:21: mappings[0].time.zone: is not a time zone',
    ],
    [one('topic: "#"\ndevice: x\nmetrics: "*"'), 'test:2:5: mappings[0].topic: would take every publish'],
    [one('topic: $SYS/x\ndevice: x\nmetrics: "*"'), 'test:2:5: mappings[0].topic: begins with $SYS'],
    [one('topic: a\nmetrics: "*"'), 'mappings[0].device: is missing'],
    [`mappings: ${'['.repeat(20_000)}`, 'test:1:'],
  ])('%#', (yaml, expected) => {
    const parsed = parseMappings(yaml);
    const texts = parsed.ok ? [] : parsed.faults.map((fault) => mappingFaultText('test', fault));
    expect(texts.join('\n')).toContain(expected);
  });

  test('an empty file has no mappings', () => {
    expect(parseMappings('')).toEqual({ ok: true, mappings: [] });
    expect(parseMappings('# nothing yet\n')).toEqual({ ok: true, mappings: [] });
  });
});
