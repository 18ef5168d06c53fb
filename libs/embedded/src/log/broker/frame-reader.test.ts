import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { FrameReader } from './frame-reader.js';

const LIMITS = { maxRequestBytes: 4_000_000, maxOtherRequestBytes: 64 };
const PRODUCE = [0, 0];
const METADATA = [0, 3];

function frame(body: Buffer): Buffer {
  return Buffer.concat([size(body.length), body]);
}

function size(bytes: number): Buffer {
  const head = Buffer.alloc(4);
  head.writeInt32BE(bytes);
  return head;
}

test('however the bytes are cut, the same requests come out', () => {
  const body = fc
    .uint8Array({ minLength: 1, maxLength: 200 })
    .map((bytes) => Buffer.from([...PRODUCE, ...bytes]));
  const cuts = fc.array(fc.integer({ min: 1, max: 300 }), { minLength: 1, maxLength: 20 });
  fc.assert(
    fc.property(fc.array(body, { maxLength: 8 }), cuts, (bodies, steps) => {
      const stream = Buffer.concat(bodies.map(frame));
      const reader = new FrameReader(LIMITS);
      const requests: Buffer[] = [];
      for (let at = 0, i = 0; at < stream.length; i++) {
        const step = steps[i % steps.length] ?? 1;
        requests.push(...reader.push(stream.subarray(at, at + step)));
        at += step;
      }
      expect(requests).toEqual(bodies);
      expect(reader.partialBytes).toBe(0);
      expect(reader.fault).toBeUndefined();
    }),
  );
});

test('a request larger than what is reserved at once grows with its bytes', () => {
  const body = Buffer.alloc(3_500_000, 7);
  body.writeInt16BE(0, 0);
  const stream = frame(body);
  const reader = new FrameReader(LIMITS);
  const requests: Buffer[] = [];
  for (let at = 0; at < stream.length; at += 65_536) {
    requests.push(...reader.push(stream.subarray(at, at + 65_536)));
  }
  expect(requests).toHaveLength(1);
  expect(requests[0]?.equals(body)).toBe(true);
});

test('counts the bytes of an incomplete request, its size included', () => {
  const reader = new FrameReader(LIMITS);
  reader.push(size(100).subarray(0, 3));
  expect(reader.partialBytes).toBe(3);
  reader.push(Buffer.concat([size(100).subarray(3), Buffer.from(PRODUCE)]));
  expect(reader.partialBytes).toBe(6);
});

test.each([
  ['a negative size', size(-1), 'malformed-request', 'size is -1'],
  ['an empty request', size(0), 'malformed-request', 'size is 0'],
  ['the largest size there is', size(2 ** 31 - 1), 'oversized-request', '2147483647 bytes'],
  ['one byte too many', size(4_000_001), 'oversized-request', '4000001 bytes, and 4000000 are allowed'],
  ['text', Buffer.from('GET / HTTP/1.1\r\n'), 'oversized-request', 'bytes'],
  [
    'a large request that is no Produce',
    Buffer.concat([size(65), Buffer.from(METADATA)]),
    'oversized-request',
    '65 bytes, and 64 are allowed',
  ],
])('%s is a fault, after which nothing is read', (_, bytes, kind, message) => {
  const reader = new FrameReader(LIMITS);
  const before = Buffer.from([...METADATA, 1]);
  expect(reader.push(Buffer.concat([frame(before), bytes]))).toEqual([before]);
  expect(reader.fault).toMatchObject({ kind, message: expect.stringContaining(message) });
  expect(reader.push(frame(before))).toEqual([]);
  expect(reader.partialBytes).toBe(0);
});
