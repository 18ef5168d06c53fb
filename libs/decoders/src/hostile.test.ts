import { describe, expect, test } from '@jest/globals';
import { isValidDeviceId, isValidMetricName, isValidText, LIMITS } from '@fieldstream/domain';
import { encode } from 'cborg';
import fc from 'fast-check';
import { fixturePayload, loadDeviceFixtures } from '../../testing/src/device-fixtures.js';
import { REJECT_REASONS, type Decoded, type DecodeResult } from './decoder.js';
import { parseMappings } from './mapping-document.js';
import { createDecoders, type DecoderSet } from './registry.js';

/** More of them by hand: `FUZZ_RUNS=100000`. */
const RUNS = Number(process.env['FUZZ_RUNS'] ?? 1_000);
const NOW = Date.UTC(2026, 10, 21, 12);

interface Publish {
  readonly topic: string;
  readonly payload: Uint8Array;
}

const known: readonly Publish[] = [...loadDeviceFixtures().values()]
  .flat()
  .flatMap(({ publishes }) =>
    publishes.map((publish) => ({ topic: publish.topic, payload: fixturePayload(publish) })),
  );
const topics = [...new Set(known.map(({ topic }) => topic))];
const EVIL = [
  '__proto__',
  'constructor',
  'toString',
  'hasOwnProperty',
  '',
  '…',
  '\u0000',
  'a'.repeat(300),
  '$SYS',
];
const levels = [...new Set([...topics.flatMap((topic) => topic.split('/')), ...EVIL])];

const parsed = parseMappings(`mappings:
  - {topic: "map/{device}/{rest...}", device: "{device}-{$.id}", each: $.list, time: {path: t}, metrics: "*"}
  - {topic: "bare/{device}", format: number, device: "{device}", metrics: [{name: v}]}
  - {topic: "csv/{device}", format: csv, device: "{device}", metrics: [{name: v, path: "[1]", scale: 2}]}`);
if (!parsed.ok) throw new Error('the mappings of this test are faulty');

const fresh = (): DecoderSet => createDecoders({ timeZone: 'Europe/Berlin', mappings: parsed.mappings });
/** One set for all runs, so that what a family keeps in mind is hostile too. */
const decoders = fresh();

function decode({ topic, payload }: Publish, set = decoders): DecodeResult | undefined {
  const split = topic.split('/');
  const decoder = set.select(split, payload);
  const result = decoder?.decode({
    topic,
    levels: split,
    payload,
    receivedAtMs: NOW,
    username: 'somebody',
  });
  if (result?.kind === 'decoded') {
    for (const change of result.state ?? []) {
      expect(change.key.length).toBeLessThanOrEqual(512);
      decoder?.apply?.({ key: change.key, value: JSON.parse(JSON.stringify(change.value)) as unknown });
    }
  }
  return result;
}

function check(result: DecodeResult | undefined): void {
  if (result === undefined || result.kind === 'ignored') return;
  if (result.kind === 'rejected') {
    expect(REJECT_REASONS).toContain(result.reason);
    expect(result.detail.length).toBeLessThan(1_000);
    if (result.deviceId !== undefined) expect(isValidDeviceId(result.deviceId)).toBe(true);
    return;
  }
  checkDecoded(result);
}

function checkDecoded({ telemetry, presence = [], descriptions = [], requests = [] }: Decoded): void {
  const ids = new Set<string>();
  for (const { deviceId, samples, units, historical } of telemetry) {
    const id = `${deviceId} ${historical}`;
    if (!isValidDeviceId(deviceId) || ids.has(id) || samples.length === 0) throw new Error(`device ${id}`);
    ids.add(id);
    if (samples.length > LIMITS.samplesPerPublish) throw new Error(`${samples.length} samples`);
    for (const { timeMs, values } of samples) {
      if (!Number.isSafeInteger(timeMs) || values.size === 0) throw new Error(`sample at ${timeMs}`);
      if (values.size > LIMITS.metricsPerSample) throw new Error(`${values.size} metrics`);
      for (const [metric, value] of values) {
        const isGood =
          typeof value === 'string'
            ? isValidText(value)
            : typeof value === 'boolean' || Number.isFinite(value);
        if (!isValidMetricName(metric) || !isGood) throw new Error(`${metric} = ${String(value)}`);
      }
    }
    for (const unit of units?.values() ?? []) {
      if (!isValidText(unit) || unit.length > LIMITS.unitLength) throw new Error(`unit ${unit}`);
    }
  }
  for (const { deviceId } of [...presence, ...descriptions]) expect(isValidDeviceId(deviceId)).toBe(true);
  for (const { name, model, manufacturer, firmware, address, gatewayId, metrics } of descriptions) {
    for (const text of [name, model, manufacturer, firmware, address]) {
      if (text !== undefined && (text.length > 256 || !isValidText(text))) throw new Error(`text ${text}`);
    }
    if (gatewayId !== undefined) expect(isValidDeviceId(gatewayId)).toBe(true);
    expect(metrics?.size ?? 0).toBeLessThanOrEqual(LIMITS.metricsPerSample);
  }
  for (const { topic } of requests) expect(topic).not.toMatch(/[+#]/);
}

const anyTopic = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(...topics) },
  {
    weight: 3,
    arbitrary: fc
      .array(fc.constantFrom(...levels), { minLength: 1, maxLength: 7 })
      .map((all) => all.join('/')),
  },
  { weight: 1, arbitrary: fc.constantFrom('map/a/b', 'bare/a', 'csv/a', 'devices/a/telemetry', 'any/where') },
  // A known topic with one level replaced.
  {
    weight: 2,
    arbitrary: fc
      .tuple(fc.constantFrom(...topics), fc.nat(6), fc.constantFrom(...levels))
      .map(([topic, at, level]) =>
        topic
          .split('/')
          .map((old, index) => (index === at ? level : old))
          .join('/'),
      ),
  },
);

const mutated = fc
  .tuple(
    fc.constantFrom(...known),
    fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 6 }),
    fc.option(fc.nat(), { nil: undefined, freq: 3 }),
  )
  .map(([{ payload }, edits, cut]) => {
    const bytes = Buffer.from(payload);
    if (bytes.length === 0) return bytes;
    for (const [at, byte] of edits) bytes[at % bytes.length] = byte;
    return cut === undefined ? bytes : bytes.subarray(0, cut % bytes.length);
  });

/** The words of all payloads, where families look. */
const words = [
  ...new Set([
    ...known.flatMap(({ payload }) =>
      [
        ...Buffer.from(payload)
          .toString('latin1')
          .matchAll(/"([\w.:$-]{1,40})"/g),
      ].map(([, word]) => word ?? ''),
    ),
    ...EVIL,
  ]),
];
const leaf = fc.oneof(
  fc.constantFrom<unknown>(
    null,
    true,
    0,
    -1,
    1e308,
    1e-320,
    2 ** 53,
    NOW,
    '',
    'online',
    '1e999',
    'NaN',
    [],
    {},
  ),
  fc.constantFrom(...words),
  fc.double(),
  fc.string({ unit: 'binary', maxLength: 8 }),
);
const { tree } = fc.letrec<{ tree: unknown }>((tie) => ({
  tree: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    leaf,
    fc.array(tie('tree'), { maxLength: 4 }),
    fc
      .array(fc.tuple(fc.constantFrom(...words), tie('tree')), { maxLength: 6 })
      .map((entries) => Object.fromEntries(entries) as unknown),
  ),
}));
/** JSON whose keys are known words, `__proto__` among them as an own key, and huge numbers. */
const wordy = tree.map((value) => Buffer.from(JSON.stringify(value)?.replaceAll('1e+308', '1e999') ?? ''));
const cbor = tree.map((value) => {
  try {
    return encode([
      new Map([
        [0, value],
        [-2, value],
        [2, value],
        [6, value],
      ]),
    ]);
  } catch {
    return Buffer.from([0x81, 0xa1]);
  }
});

const anyPayload = fc.oneof(
  { weight: 4, arbitrary: mutated },
  { weight: 4, arbitrary: wordy },
  { weight: 1, arbitrary: cbor },
  { weight: 1, arbitrary: fc.uint8Array({ maxLength: 200 }) },
  { weight: 1, arbitrary: fc.string({ unit: 'binary' }).map((text) => Buffer.from(text)) },
);

describe('no bytes on any topic', () => {
  test('make a decoder throw, or give something invalid', () => {
    const prototype = Object.getOwnPropertyNames(Object.prototype).sort();
    fc.assert(
      fc.property(anyTopic, anyPayload, (topic, payload) => check(decode({ topic, payload }))),
      { numRuns: RUNS },
    );
    expect(Object.getOwnPropertyNames(Object.prototype).sort()).toEqual(prototype);
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });

  test('a known publish with each of its bits wrong', () => {
    const set = fresh();
    // Some of each payload in CI, every bit by hand.
    const step = RUNS > 10_000 ? 1 : 97;
    for (const { topic, payload } of known) {
      for (let bit = 0; bit < payload.length * 8; bit += step) {
        const bytes = Buffer.from(payload);
        bytes.writeUInt8(bytes.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3);
        check(decode({ topic, payload: bytes }, set));
      }
    }
  });
});

describe('what is nested, long or many is bounded', () => {
  const DEEP = 100_000;
  const bombs: readonly (readonly [string, Buffer])[] = [
    ['arrays in arrays', Buffer.from('['.repeat(DEEP) + ']'.repeat(DEEP))],
    ['objects in objects', Buffer.from(`${'{"a":'.repeat(DEEP)}1${'}'.repeat(DEEP)}`)],
    ['a SenML that nests', Buffer.from(`[{"bn":"a","v":${'['.repeat(DEEP)}${']'.repeat(DEEP)}}]`)],
    ['CBOR arrays in arrays', Buffer.concat([Buffer.from([0x81, 0xa1, 0x21]), Buffer.alloc(DEEP, 0x81)])],
    [
      'CBOR behind the peek',
      Buffer.concat([Buffer.from([0x82, 0xa1, 0x21, 0x61, 0x61]), Buffer.alloc(DEEP, 0x81)]),
    ],
    [
      'CBOR maps in maps',
      Buffer.concat([Buffer.from([0x82, 0xa1, 0x21, 0x61, 0x61]), Buffer.alloc(DEEP, 0xa1)]),
    ],
    [
      'CBOR tags on tags',
      Buffer.concat([Buffer.from([0x82, 0xa1, 0x21, 0x61, 0x61]), Buffer.alloc(DEEP, 0xc4)]),
    ],
    [
      'CBOR indefinite arrays',
      Buffer.concat([Buffer.from([0x9f, 0xa1, 0x21, 0x61, 0x61]), Buffer.alloc(DEEP, 0x9f)]),
    ],
    [
      'a CBOR array of 2^32 records',
      Buffer.from([0x99, 0xff, 0xff, 0xa1, 0x21, 0x61, 0x61, 0x9a, 0xff, 0xff, 0xff, 0xff]),
    ],
    ['a CBOR text of 2^32 bytes', Buffer.from([0x81, 0xa1, 0x21, 0x7a, 0xff, 0xff, 0xff, 0xff, 0x61])],
    [
      'many empty CBOR records',
      Buffer.concat([
        Buffer.from([0x9f, 0xa1, 0x21, 0x61, 0x61]),
        Buffer.alloc(250_000, 0xa0),
        Buffer.from([0xff]),
      ]),
    ],
    ['many SenML records', Buffer.from(`[{"bn":"a"}${',{"n":"b","v":1}'.repeat(20_000)}]`)],
    ['many keys', Buffer.from(`{${Array.from({ length: 5_000 }, (_, i) => `"k${i}":1`).join(',')}}`)],
    ['a long text', Buffer.from(JSON.stringify({ a: 'x'.repeat(1_000_000) }))],
    ['a long number', Buffer.from(`{"a":${'9'.repeat(100_000)}}`)],
    ['a long run of digits', Buffer.from('9'.repeat(1_000_000))],
    ['white space', Buffer.alloc(1_000_000, 0x20)],
    ['a quote that does not end', Buffer.from(`[{"bn":"${'\\"'.repeat(500_000)}`)],
    ['zeros', Buffer.alloc(1_000_000)],
    ['ones', Buffer.alloc(100_000, 0xff)],
  ];

  test.each(bombs)('%s', (_name, payload) => {
    const set = fresh();
    const seen = new Set<string | undefined>();
    for (const topic of [...topics, 'map/a/b', 'bare/a', 'csv/a', 'devices/a/telemetry', 'any/where']) {
      // Each family once for each number of levels.
      const levelsOfTopic = topic.split('/');
      const shape = `${set.select(levelsOfTopic, payload)?.name} ${levelsOfTopic.length}`;
      if (seen.has(shape)) continue;
      seen.add(shape);
      check(decode({ topic, payload }, set));
    }
  });

  test('topics of many levels, or with odd ones', () => {
    for (const topic of [
      '/'.repeat(60_000),
      'a/'.repeat(30_000),
      'tele/'.repeat(100),
      'x'.repeat(65_000),
      ...EVIL,
    ]) {
      for (const payload of [Buffer.from('{"a":1}'), Buffer.from('1'), Buffer.alloc(0)]) {
        check(decode({ topic, payload }, fresh()));
      }
    }
  });
});
