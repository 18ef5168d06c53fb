import { describe, expect, test } from '@jest/globals';
import { LIMITS } from '@fieldstream/domain';
import fc from 'fast-check';
import type { DecodeResult, RejectReason } from './decoder.js';
import { REJECT_REASONS } from './decoder.js';
import { native } from './native.js';
import { createDecoders } from './registry.js';

const NOW = Date.UTC(2026, 10, 21, 12);
const THEN = NOW - 60_000;
const decoders = createDecoders();

function run(topic: string, payload: string | Buffer): DecodeResult {
  const result = decoders.decode({
    topic,
    levels: topic.split('/'),
    payload: typeof payload === 'string' ? Buffer.from(payload) : payload,
    receivedAtMs: NOW,
  });
  if (!result) throw new Error(`no decoder claims ${topic}`);
  return result;
}

/** Samples as `[time, {metric: value}]`. */
function samplesOf(result: DecodeResult): [number, Record<string, unknown>][] {
  if (result.kind !== 'decoded') throw new Error(`${result.kind}: ${JSON.stringify(result)}`);
  return result.telemetry.flatMap((t) =>
    t.samples.map((s): [number, Record<string, unknown>] => [s.timeMs, Object.fromEntries(s.values)]),
  );
}

const nested = (depth: number, open: string, close: string): string =>
  open.repeat(depth) + '1' + close.repeat(depth);

describe('topics', () => {
  test.each([
    ['devices/a/telemetry', true],
    ['devices/a/telemetry/x', true],
    ['devices/a/telemetry/x/y', true],
    ['devices/a/telemetry/', true],
    ['devices//telemetry', true],
    ['devices/a/status', true],
    ['devices/a/status/x', false],
    ['devices/a/commands', false],
    ['devices/a', false],
    ['devices', false],
    ['/devices/a/telemetry', false],
    ['Devices/a/telemetry', false],
    ['other/a/telemetry', false],
  ])('%s', (topic, claimed) => {
    const claims = native.claims(topic.split('/'), new Uint8Array(), undefined);
    expect(claims).toBe(claimed);
  });

  test('a topic that no family claims is not decoded', () => {
    const topic = 'some/topic';
    expect(
      decoders.decode({ topic, levels: topic.split('/'), payload: Buffer.from('1'), receivedAtMs: NOW }),
    ).toBeUndefined();
  });
});

describe('objects', () => {
  const cases: [name: string, payload: string, samples: [number, Record<string, unknown>][]][] = [
    ['flat', '{"t":21.5,"on":true,"mode":"eco"}', [[NOW, { t: 21.5, on: true, mode: 'eco' }]]],
    ['nested', '{"a":{"b":{"c":1},"d":2}}', [[NOW, { 'a.b.c': 1, 'a.d': 2 }]]],
    ['arrays by index', '{"a":[1,[2,3],{"b":4}]}', [[NOW, { 'a.0': 1, 'a.1.0': 2, 'a.1.1': 3, 'a.2.b': 4 }]]],
    ['null is skipped', '{"t":1,"u":null,"v":{"w":null}}', [[NOW, { t: 1 }]]],
    ['ts in seconds', `{"ts":${THEN / 1000},"t":1}`, [[THEN, { t: 1 }]]],
    ['ts as ISO, last', `{"t":1,"ts":"${new Date(THEN).toISOString()}"}`, [[THEN, { t: 1 }]]],
    ['ts null is no ts', '{"ts":null,"t":1}', [[NOW, { t: 1 }]]],
    ['only the outer ts is a time', '{"a":{"ts":5},"values":{"t":1}}', [[NOW, { 'a.ts': 5, 'values.t': 1 }]]],
    ['duplicate keys: the last wins', '{"t":1,"t":2}', [[NOW, { t: 2 }]]],
    ['duplicate flattened names: the last wins', '{"a.b":1,"a":{"b":2}}', [[NOW, { 'a.b': 2 }]]],
    ['inherited names are plain', '{"constructor":1,"toString":2}', [[NOW, { constructor: 1, toString: 2 }]]],
    [
      'backfill',
      `[{"ts":${THEN},"t":1},{"ts":${THEN + 1000},"t":2}]`,
      [
        [THEN, { t: 1 }],
        [THEN + 1000, { t: 2 }],
      ],
    ],
    [
      'backfill without times counts up',
      `[{"t":1},{"ts":${THEN},"t":2},{"t":3}]`,
      [
        [NOW, { t: 1 }],
        [THEN, { t: 2 }],
        [NOW + 1, { t: 3 }],
      ],
    ],
    ['backfill with an empty sample', '[{"t":1},{"u":null}]', [[NOW, { t: 1 }]]],
    ['byte order mark', '\ufeff{"t":1}', [[NOW, { t: 1 }]]],
    ['blanks around', ' \n{"t":1}\r\n', [[NOW, { t: 1 }]]],
    [
      'the deepest',
      nested(LIMITS.depth, '{"a":', '}'),
      [[NOW, { [Array(LIMITS.depth).fill('a').join('.')]: 1 }]],
    ],
  ];
  test.each(cases)('%s', (_, payload, samples) => {
    expect(samplesOf(run('devices/d1/telemetry', payload))).toEqual(samples);
  });

  test('tells the device, received time and whether it stood in', () => {
    expect(run('devices/d1/telemetry', '{"t":1}')).toMatchObject({
      kind: 'decoded',
      telemetry: [{ deviceId: 'd1', receivedAtMs: NOW }],
      receivedTimeUsed: true,
      implausibleTimes: 0,
    });
    expect(run('devices/d1/telemetry', `{"ts":${THEN},"t":1}`)).toMatchObject({ receivedTimeUsed: false });
  });

  test.each(['"1970-01-01T00:00:00Z"', '"2999-01-01T00:00:00Z"', '0', '66972'])(
    'implausible ts %s: received time',
    (ts) => {
      const result = run('devices/d1/telemetry', `{"ts":${ts},"t":1}`);
      expect(samplesOf(result)).toEqual([[NOW, { t: 1 }]]);
      expect(result).toMatchObject({ receivedTimeUsed: true, implausibleTimes: 1 });
    },
  );

  test('asks once for the times of all samples without one', () => {
    const asked: unknown[] = [];
    const topic = 'devices/d1/telemetry';
    const result = native.decode({
      topic,
      levels: topic.split('/'),
      payload: Buffer.from(`[{"t":1},{"ts":${THEN},"t":2},{"t":3}]`),
      receivedAtMs: NOW,
      stamp: (...args) => (asked.push(args), NOW + 500),
    });
    expect(asked).toEqual([['d1', 2]]);
    expect(samplesOf(result).map(([timeMs]) => timeMs)).toEqual([NOW + 500, THEN, NOW + 501]);
  });
});

describe('bare values', () => {
  const cases: [payload: string, value: unknown][] = [
    ['21.5', 21.5],
    [' 21.5\n', 21.5],
    ['-0.5e3', -500],
    ['+5', 5],
    ['.5', 0.5],
    ['5.', 5],
    ['007', 7],
    ['true', true],
    ['false', false],
    ['True', 'True'],
    ['ON', 'ON'],
    ['hello world', 'hello world'],
    ['"21.5"', '21.5'],
    ['0x10', '0x10'],
    ['12:30', '12:30'],
    ['1,5', '1,5'],
    ['-', '-'],
    ['nanny', 'nanny'],
  ];
  test.each(cases)('%j', (payload, value) => {
    expect(samplesOf(run('devices/d1/telemetry/m', payload))).toEqual([[NOW, { m: value }]]);
  });

  test('further levels join the name', () => {
    expect(samplesOf(run('devices/d1/telemetry/a/b/c', '1'))).toEqual([[NOW, { 'a.b.c': 1 }]]);
  });

  test('objects and arrays flatten below the name; ts is no time there', () => {
    expect(samplesOf(run('devices/d1/telemetry/env', '{"t":1,"ts":2}'))).toEqual([
      [NOW, { 'env.t': 1, 'env.ts': 2 }],
    ]);
    expect(samplesOf(run('devices/d1/telemetry/env', '[1,2]'))).toEqual([[NOW, { 'env.0': 1, 'env.1': 2 }]]);
  });
});

test.each([
  ['online', 'online'],
  ['offline', 'offline'],
  ['Online\n', 'online'],
])('status %j', (payload, state) => {
  expect(run('devices/d1/status', payload)).toMatchObject({
    kind: 'decoded',
    presence: [{ deviceId: 'd1', state }],
  });
});

describe('refusals', () => {
  const longName = 'n'.repeat(LIMITS.metricNameLength + 1);
  const many = (count: number): string =>
    JSON.stringify(Object.fromEntries(Array.from({ length: count }, (_, i) => [`m${i}`, i])));
  const cases: [name: string, topic: string, payload: string | Buffer, reason: RejectReason][] = [
    ['empty', 'devices/d/telemetry', '', 'empty-payload'],
    ['empty bare', 'devices/d/telemetry/m', '', 'empty-payload'],
    ['blank bare', 'devices/d/telemetry/m', ' \n', 'empty-payload'],
    ['empty status', 'devices/d/status', '', 'empty-payload'],
    ['blank', 'devices/d/telemetry', '  ', 'invalid-json'],
    ['binary', 'devices/d/telemetry', Buffer.from([0xff, 0xfe, 0x00, 0x80]), 'invalid-utf8'],
    ['binary bare', 'devices/d/telemetry/m', Buffer.from([0xc3, 0x28]), 'invalid-utf8'],
    ['broken JSON', 'devices/d/telemetry', '{"t":', 'invalid-json'],
    ['broken JSON, bare', 'devices/d/telemetry/m', '{"t":', 'invalid-json'],
    ['trailing garbage', 'devices/d/telemetry', '{"t":1}}', 'invalid-json'],
    ['NaN', 'devices/d/telemetry', '{"t":NaN}', 'invalid-json'],
    ['NaN, bare', 'devices/d/telemetry/m', 'NaN', 'non-finite-number'],
    ['nan, bare', 'devices/d/telemetry/m', 'nan', 'non-finite-number'],
    ['-Infinity, bare', 'devices/d/telemetry/m', '-Infinity', 'non-finite-number'],
    ['1e999', 'devices/d/telemetry', '{"t":1e999}', 'non-finite-number'],
    ['1e999, bare', 'devices/d/telemetry/m', '1e999', 'non-finite-number'],
    ['number', 'devices/d/telemetry', '21.5', 'not-an-object'],
    ['text', 'devices/d/telemetry', '"on"', 'not-an-object'],
    ['null', 'devices/d/telemetry', 'null', 'not-an-object'],
    ['array of numbers', 'devices/d/telemetry', '[1,2]', 'not-an-object'],
    ['array of arrays', 'devices/d/telemetry', '[[{"t":1}]]', 'not-an-object'],
    ['one bad sample', 'devices/d/telemetry', '[{"t":1},{"t":1e999}]', 'non-finite-number'],
    ['no metrics', 'devices/d/telemetry', '{}', 'no-values'],
    ['empty array', 'devices/d/telemetry', '[]', 'no-values'],
    ['only a time', 'devices/d/telemetry', `{"ts":${THEN}}`, 'no-values'],
    ['only null', 'devices/d/telemetry', '{"t":null,"u":{},"v":[]}', 'no-values'],
    ['null, bare', 'devices/d/telemetry/m', 'null', 'no-values'],
    ['no device', 'devices//telemetry', '{"t":1}', 'invalid-device-id'],
    ['device with a control character', 'devices/a\u0001/telemetry', '{"t":1}', 'invalid-device-id'],
    ['device too long', `devices/${'d'.repeat(129)}/telemetry`, '{"t":1}', 'invalid-device-id'],
    ['no metric', 'devices/d/telemetry/', '1', 'invalid-metric-name'],
    ['empty key', 'devices/d/telemetry', '{"":1}', 'invalid-metric-name'],
    ['__proto__', 'devices/d/telemetry', '{"__proto__":1}', 'invalid-metric-name'],
    ['__proto__ above', 'devices/d/telemetry', '{"__proto__":{"admin":true}}', 'invalid-metric-name'],
    ['__proto__ below', 'devices/d/telemetry', '{"a":{"__proto__":1}}', 'invalid-metric-name'],
    ['__proto__ in the topic', 'devices/d/telemetry/__proto__', '1', 'invalid-metric-name'],
    ['name too long', 'devices/d/telemetry', `{"${longName}":1}`, 'invalid-metric-name'],
    ['name of 100 KB', 'devices/d/telemetry', `{"${'n'.repeat(100_000)}":1}`, 'invalid-metric-name'],
    [
      'flattened name too long',
      'devices/d/telemetry',
      `{"${'n'.repeat(200)}":{"${'m'.repeat(56)}":1}}`,
      'invalid-metric-name',
    ],
    ['text too long', 'devices/d/telemetry', `{"t":"${'x'.repeat(LIMITS.textLength + 1)}"}`, 'text-too-long'],
    ['bare text too long', 'devices/d/telemetry/m', 'x'.repeat(LIMITS.textLength + 1), 'text-too-long'],
    ['U+0000 in a text', 'devices/d/telemetry', '{"t":"a\\u0000"}', 'invalid-value'],
    ['lone surrogate in a text', 'devices/d/telemetry', '{"t":"\\ud800"}', 'invalid-value'],
    ['unknown status', 'devices/d/status', 'sleeping', 'invalid-value'],
    ['17 levels', 'devices/d/telemetry', nested(LIMITS.depth + 1, '{"a":', '}'), 'too-deep'],
    ['10,000 levels of objects', 'devices/d/telemetry', nested(10_000, '{"a":', '}'), 'too-deep'],
    ['10,000 levels of arrays', 'devices/d/telemetry', `{"a":${nested(10_000, '[', ']')}}`, 'too-deep'],
    ['100,000 levels, bare', 'devices/d/telemetry/m', nested(100_000, '[', ']'), 'too-deep'],
    ['too many metrics', 'devices/d/telemetry', many(LIMITS.metricsPerSample + 1), 'too-many-metrics'],
    [
      'too many samples',
      'devices/d/telemetry',
      `[${'{},'.repeat(LIMITS.samplesPerPublish)}{}]`,
      'too-many-samples',
    ],
    ['ts is no time', 'devices/d/telemetry', '{"ts":"yesterday","t":1}', 'invalid-timestamp'],
    ['ts is an object', 'devices/d/telemetry', '{"ts":{},"t":1}', 'invalid-timestamp'],
    ['ts is 1e999', 'devices/d/telemetry', '{"ts":1e999,"t":1}', 'invalid-timestamp'],
  ];
  test.each(cases)('%s', (_, topic, payload, reason) => {
    const result = run(topic, payload);
    expect(result).toMatchObject({ kind: 'rejected', reason });
    if (result.kind !== 'rejected') throw new Error('unreachable');
    expect(result.detail.length).toBeLessThan(300);
    expect(result.detail).not.toMatch(/[\u0000-\u001f]/);
    expect(result.deviceId).toBe(reason === 'invalid-device-id' ? undefined : 'd');
  });

  test('the largest sample is taken', () => {
    expect(samplesOf(run('devices/d/telemetry', many(LIMITS.metricsPerSample)))).toHaveLength(1);
  });
});

describe('properties', () => {
  const topics = fc.constantFrom(
    'devices/d/telemetry',
    'devices/d/telemetry/m',
    'devices/d/status',
    'devices//telemetry',
  );

  test('bytes never throw, and every reason is on the list', () => {
    fc.assert(
      fc.property(topics, fc.uint8Array({ maxLength: 64 }), (topic, bytes) => {
        const result = run(topic, Buffer.from(bytes));
        if (result.kind === 'rejected') expect(REJECT_REASONS).toContain(result.reason);
      }),
    );
  });

  test('any JSON never throws, and nothing non-finite, empty or unstorable comes out', () => {
    fc.assert(
      fc.property(topics, fc.json({ maxDepth: 20 }), (topic, json) => {
        const result = run(topic, json);
        if (result.kind !== 'decoded') return;
        for (const { samples } of result.telemetry) {
          expect(samples.length).toBeGreaterThan(0);
          for (const { values, timeMs } of samples) {
            expect(Number.isSafeInteger(timeMs)).toBe(true);
            expect(values.size).toBeGreaterThan(0);
            for (const value of values.values())
              if (typeof value === 'number') expect(Number.isFinite(value)).toBe(true);
          }
        }
      }),
    );
  });

  test('flat objects of numbers come through as they are', () => {
    const name = fc
      .string({ minLength: 1, maxLength: 20, unit: 'grapheme' })
      .filter((n) => n !== 'ts' && n !== '__proto__' && !n.includes('.'));
    fc.assert(
      fc.property(
        fc.dictionary(name, fc.double({ noNaN: true, noDefaultInfinity: true }), {
          minKeys: 1,
          maxKeys: 8,
          noNullPrototype: true,
        }),
        (values) => {
          const expected = Object.fromEntries(Object.entries(values).map(([key, value]) => [key, value + 0]));
          const samples = samplesOf(run('devices/d/telemetry', JSON.stringify(values)));
          expect(samples).toEqual([[NOW, expected]]);
        },
      ),
    );
  });
});
