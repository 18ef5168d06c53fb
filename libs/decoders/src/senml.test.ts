import { describe, expect, test } from '@jest/globals';
import { encode, Tagged } from 'cborg';
import type { DecodeResult } from './decoder.js';
import { createDecoders } from './registry.js';
import { parseSenmlCbor } from './senml-cbor.js';
import { looksLikeSenml } from './senml-peek.js';

const NOW = Date.UTC(2026, 10, 21, 12);
const decoders = createDecoders();

function run(
  topic: string,
  payload: string | Uint8Array,
  more: { identity?: string; stamp?: (deviceId: string, count: number) => number } = {},
): DecodeResult | undefined {
  const bytes = typeof payload === 'string' ? Buffer.from(payload) : payload;
  return decoders.decode({ topic, levels: topic.split('/'), payload: bytes, receivedAtMs: NOW, ...more });
}

/** `device metric = value @ milliseconds from now`. */
function readings(result: DecodeResult | undefined): string[] {
  if (result?.kind !== 'decoded') throw new Error(JSON.stringify(result));
  return result.telemetry.flatMap(({ deviceId, samples }) =>
    samples.flatMap(({ timeMs, values }) =>
      [...values].map(([metric, value]) => `${deviceId} ${metric} = ${String(value)} @ ${timeMs - NOW}`),
    ),
  );
}

describe('a pack', () => {
  test.each([
    [
      'base value and sum are added',
      '[{"bn":"a:","bv":20,"bs":100,"n":"t","v":1.5,"s":7}]',
      ['a t = 21.5 @ 0', 'a t.sum = 107 @ 0'],
    ],
    ['a sum alone', '[{"bn":"a:","n":"energy","s":12}]', ['a energy.sum = 12 @ 0']],
    ['a record of bases alone', '[{"bn":"a/b/"},{"n":"t","v":1}]', ['a:b t = 1 @ 0']],
    [
      'a base name that changes',
      '[{"bn":"a_","n":"t","v":1},{"bn":"b_","n":"t","v":2}]',
      ['a t = 1 @ 0', 'b t = 2 @ 0'],
    ],
    [
      'times before and after now',
      '[{"bn":"a:","bt":-10,"n":"t","v":1},{"n":"t","t":4,"v":2}]',
      ['a t = 1 @ -10000', 'a t = 2 @ -6000'],
    ],
    [
      'a URN of its own',
      '[{"n":"urn:dev:mac:0024befffe804ff1","v":1}]',
      ['urn:dev:mac:0024befffe804ff1 value = 1 @ 0'],
    ],
  ])('%s', (_name, payload, expected) => {
    expect(readings(run('x/topic', payload))).toEqual(expected);
  });

  test('on the native topic; the topic names the device where the pack does not', () => {
    expect(readings(run('devices/pump/telemetry', '[{"n":"t","v":1}]'))).toEqual(['pump t = 1 @ 0']);
    expect(readings(run('devices/pump/telemetry', '[{"bn":"urn:dev:ow:1:","n":"t","v":1}]'))).toEqual([
      'urn:dev:ow:1 t = 1 @ 0',
    ]);
    expect(readings(run('devices/pump/telemetry', '[{"t":1,"v":2,"ts":1700000000}]'))).toContain(
      `pump t = 1 @ ${1_700_000_000_000 - NOW}`,
    );
  });

  test('is its sender’s, whatever it names, where the sender is known', () => {
    expect(readings(run('x', '[{"bn":"liar:","n":"t","v":1}]', { identity: 'me' }))).toEqual([
      'me t = 1 @ 0',
    ]);
  });

  test('everything that is relative hangs on one stamp of a device', () => {
    const asked: unknown[] = [];
    const stamp = (...call: [string, number]): number => {
      asked.push(call);
      return NOW + 3;
    };
    const pack = '[{"bn":"a:","n":"t","v":1},{"n":"t","t":-1,"v":2},{"n":"u","v":3}]';
    const result = run('x', pack, { stamp });
    expect(readings(result)).toEqual(['a t = 1 @ 3', 'a u = 3 @ 3', 'a t = 2 @ -997']);
    expect([asked, result]).toMatchObject([[['a', 1]], { receivedTimeUsed: true }]);
  });

  test.each([
    ['a later version', '[{"bn":"a:","bver":11,"n":"t","v":1}]', 'invalid-payload'],
    ['a label that must be understood', '[{"bn":"a:","n":"t","v":1,"x_":2}]', 'invalid-payload'],
    ['a value of another type', '[{"bn":"a:","n":"t","v":"1"}]', 'invalid-payload'],
    ['a value that is not finite', '[{"bn":"a:","n":"t","v":1e999}]', 'non-finite-number'],
    ['an entry that is no record', '[{"bn":"a:","n":"t","v":1},5]', 'invalid-payload'],
    ['data values alone', '[{"bn":"a:","n":"t","vd":"aGk"}]', 'no-values'],
    ['a pack that is cut', '[{"bn":"a:","n":"t","v":1', 'invalid-json'],
  ])('%s is refused', (_name, payload, reason) => {
    expect(run('x', payload)).toMatchObject({ kind: 'rejected', reason });
  });
});

describe('CBOR', () => {
  const pack = (...entries: [number | string, unknown][]): Uint8Array =>
    encode([new Map<unknown, unknown>(entries)]);

  test('half floats, decimal fractions, big integers, indefinite lengths, and the tag that says CBOR', () => {
    const decimal = pack([-2, 'a:'], [0, 't'], [2, new Tagged(4, [-1, 273])]);
    expect(readings(run('x', decimal))).toEqual(['a t = 27.3 @ 0']);
    const half = Buffer.from('9fbf2162613a00617402f93e00ffff', 'hex');
    expect(readings(run('x', half))).toEqual(['a t = 1.5 @ 0']);
    expect(readings(run('x', Buffer.concat([Buffer.from('d9d9f7', 'hex'), half])))).toEqual([
      'a t = 1.5 @ 0',
    ]);
    expect(readings(run('x', pack([-2, 'a:'], [0, 'n'], [2, 2n ** 63n])))).toEqual([
      'a n = 9223372036854776000 @ 0',
    ]);
  });

  test.each([
    ['another tag', pack([-2, 'a'], [2, new Tagged(1, 5)]), 'invalid-cbor'],
    ['a text that is cut', Buffer.from('81a1217a00ff', 'hex'), 'invalid-cbor'],
    [
      'an endless nesting',
      Buffer.concat([Buffer.from('82a1216161', 'hex'), Buffer.alloc(1_000_000, 0x81)]),
      'too-deep',
    ],
    [
      'endless items',
      Buffer.concat([Buffer.from('9fa1216161', 'hex'), Buffer.alloc(1_000_000, 0xa0)]),
      'too-deep',
    ],
    ['an entry that is no record', Buffer.from('82a12161610a', 'hex'), 'invalid-payload'],
  ])('%s is refused', (_name, payload, reason) => {
    expect(parseSenmlCbor(payload)).toMatchObject({ reason });
  });
});

test.each([
  ['[]', false],
  ['[1]', false],
  ['{"bn":"a"}', false],
  ['[{"n":"a"}]', false],
  ['[{"n":5,"v":1}]', false],
  ['[{"name":"a","v":1}]', false],
  ['[{"x":{"n":"a","v":1}}]', false],
  ['[{"n":"a","v":1,"ts":5}]', false],
  ['[{"x":"\\"n\\":\\"a\\"","v":1}]', false],
  [' [ { "u":"V", "n" : "a,}", "v" : 1 } ]', true],
  ['', false],
])('peek at %s: %s', (payload, expected) => {
  expect(looksLikeSenml(Buffer.from(payload))).toBe(expected);
});
