import { describe, expect, test } from '@jest/globals';
import type { DecodeResult, PublishInput } from './decoder.js';
import { createShellyGen2 } from './shelly-gen2.js';

const NOW = Date.UTC(2026, 10, 21, 12);
const TS = NOW / 1000 - 1;

type Run = (topic: string, payload: unknown, more?: Partial<PublishInput>) => DecodeResult;

function create(): { run: Run; claims: (topic: string, payload: string, source?: string) => boolean } {
  const family = createShellyGen2();
  return {
    run(topic, payload, more = {}) {
      const bytes = Buffer.from(typeof payload === 'string' ? payload : JSON.stringify(payload));
      const result = family.decode({
        topic,
        levels: topic.split('/'),
        payload: bytes,
        receivedAtMs: NOW,
        ...more,
      });
      if (result.kind === 'decoded') {
        for (const { key, value } of result.state ?? []) {
          // As it comes back from Kafka.
          family.apply?.({ key, value: JSON.parse(JSON.stringify(value)) as unknown });
        }
      }
      return result;
    },
    claims: (topic, payload, source) => family.claims(topic.split('/'), Buffer.from(payload), source),
  };
}

/** `device metric = value`. */
function readings(result: DecodeResult): string[] {
  if (result.kind !== 'decoded') return [result.kind === 'rejected' ? result.reason : result.kind];
  return result.telemetry.flatMap(({ deviceId, samples }) =>
    samples.flatMap(({ values }) =>
      [...values].map(([metric, value]) => `${deviceId} ${metric} = ${String(value)}`),
    ),
  );
}

const notify = (params: object, src = 'shellyplus1-441793a5d2fc', method = 'NotifyStatus'): object => ({
  src,
  dst: 'x/events',
  method,
  params: { ts: TS, ...params },
});

describe('what is claimed', () => {
  test.each([
    ['x/events/rpc', '{"src":"s","method":"NotifyEvent"}', true],
    ['x/events/rpc', '{"src": "s", "method": "NotifyStatus"}', true],
    ['x/events/rpc', '{"id":1,"result":{}}', false],
    ['events/rpc', '{"method":"NotifyStatus"}', false],
    ['x/y/status/switch:0', ' {"id":0}', true],
    ['x/status/sys', '{"uptime":1}', true],
    ['x/status/anything', '{"a":1}', false],
    ['x/status/switch:0', 'on', false],
    ['x/status', 'online', false],
    ['shellyplus1-A1/online', 'true', true],
    ['shellyplus1-A1/online', 'yes', false],
    ['pump/online', 'true', false],
    ['shellies/shelly1-A1/online', 'true', false],
    ['x/announce', '{"id":"shellyplus1-A1","gen":2}', true],
    ['x/announce', '{"id":"shelly1-A1"}', false],
    ['x/rpc', '{"id":1,"src":"u","method":"Switch.Set"}', false],
    ['user_1/rpc', '{"id":1,"src":"shellyplus1-A1","result":{}}', false],
  ])('%s %s', (topic, payload, claimed) => {
    expect(create().claims(topic, payload)).toBe(claimed);
  });

  test('`online` of a prefix that a notification came from, on that broker alone', () => {
    const { run, claims } = create();
    run('pump/events/rpc', notify({ 'switch:0': { output: true } }), { source: 'garage' });
    expect(claims('pump/online', 'false', 'garage')).toBe(true);
    expect(claims('pump/online', 'false')).toBe(false);
  });
});

describe('both channels', () => {
  const status = { id: 0, output: true, apower: 3 };
  const first = [
    'shellyplus1-441793a5d2fc switch:0.output = true',
    'shellyplus1-441793a5d2fc switch:0.apower = 3',
  ];

  test('the status after the notification is left out, a later one is not', () => {
    const { run } = create();
    expect(readings(run('x/events/rpc', notify({ 'switch:0': status })))).toEqual(first);
    expect(readings(run('x/status/switch:0', { ...status, apower: 4 }, { receivedAtMs: NOW + 50 }))).toEqual([
      'ignored',
    ]);
    expect(readings(run('x/status/input:0', { state: true }, { receivedAtMs: NOW + 50 }))).toHaveLength(1);
    expect(readings(run('x/status/switch:0', status, { receivedAtMs: NOW + 60_000 }))).toEqual(first);
  });

  test('of a notification after the status, only what is new is kept', () => {
    const { run } = create();
    run('shellyplus1-441793a5d2fc/status/switch:0', status);
    const both = notify({ 'switch:0': status, 'input:0': { id: 0, state: false } });
    expect(readings(run('shellyplus1-441793a5d2fc/events/rpc', both, { receivedAtMs: NOW + 50 }))).toEqual([
      'shellyplus1-441793a5d2fc input:0.state = false',
    ]);
  });

  test('a resend is no copy: what was not acknowledged is stored', () => {
    const { run } = create();
    run('x/events/rpc', notify({ 'switch:0': status }));
    expect(readings(run('x/events/rpc', notify({ 'switch:0': status })))).toEqual(first);
  });
});

describe('who it is', () => {
  test('src, then for all topics of its prefix', () => {
    const { run } = create();
    expect(readings(run('a/b/status/input:0', { state: true }))).toEqual(['a:b input:0.state = true']);
    run('a/b/events/rpc', notify({ cloud: { connected: true } }));
    expect(readings(run('a/b/status/input:0', { state: false }, { receivedAtMs: NOW + 9_000 }))).toEqual([
      'shellyplus1-441793a5d2fc input:0.state = false',
    ]);
  });

  test('what a client proved to be goes before src', () => {
    const result = create().run('x/events/rpc', notify({ 'input:0': { state: true } }), { identity: 'mine' });
    expect(readings(result)).toEqual(['mine input:0.state = true']);
  });

  test('nothing is written when nothing changed', () => {
    const { run } = create();
    expect(run('x/events/rpc', notify({ 'input:0': { state: true } }))).toMatchObject({
      state: [expect.anything()],
    });
    expect(run('x/events/rpc', notify({ 'input:0': { state: false } }))).toMatchObject({ state: [] });
  });
});

describe('sleep', () => {
  test('a device that has a wake-up period sleeps when it goes', () => {
    const { run } = create();
    const full = notify(
      { sys: { wakeup_period: 7200, time: '10:23' } },
      'shellyplusht-b8d61a8b17cc',
      'NotifyFullStatus',
    );
    expect(run('ht/events/rpc', full)).toMatchObject({ presence: [{ state: 'sleeping' }] });
    expect(run('ht/online', 'false')).toMatchObject({
      presence: [{ deviceId: 'shellyplusht-b8d61a8b17cc', state: 'sleeping' }],
    });
    expect(run('ht/online', 'true')).toMatchObject({ presence: [{ state: 'online' }] });
  });

  test('or says so', () => {
    const event = { component: 'sys', event: 'sleep', ts: TS };
    const result = create().run(
      'x/events/rpc',
      notify({ events: [event] }, 'shellyhtg3-3030f9e5d7f8', 'NotifyEvent'),
    );
    expect(result).toMatchObject({ presence: [{ deviceId: 'shellyhtg3-3030f9e5d7f8', state: 'sleeping' }] });
    expect(readings(result)).toEqual(['shellyhtg3-3030f9e5d7f8 sys.event = sleep']);
  });
});

test.each<[payload: unknown, expected: string[]]>([
  ['{"method":"NotifyStatus"', ['invalid-json']],
  [[1], ['not-an-object']],
  ['{"method":"NotifyStatus","params":{"switch:0":{"__proto__":{"a":1}}}}', ['invalid-metric-name']],
  [notify({ ts: 'never', a: { b: 1 } }), ['invalid-timestamp']],
  [notify({ a: { b: 1 } }, 'a/b'), ['invalid-device-id']],
  [{ method: 'NotifyStatus', params: null }, ['ignored']],
  [notify({ events: 'none' }, 'shellyplus1-441793a5d2fc', 'NotifyEvent'), []],
])('%j', (payload, expected) => {
  expect(readings(create().run('x/events/rpc', payload))).toEqual(expected);
});

test('what the device is, by its answer to GetDeviceInfo', () => {
  const info = { name: 'Hall', id: 'shellyplus1-441793a5d2fc', model: 'SNSW-001X16EU', gen: 2, ver: '1.4.4' };
  const described = {
    deviceId: info.id,
    name: 'Hall',
    model: info.model,
    firmware: '1.4.4',
    manufacturer: 'Shelly',
  };
  expect(create().run('x/announce', info)).toMatchObject({ descriptions: [described] });
});
