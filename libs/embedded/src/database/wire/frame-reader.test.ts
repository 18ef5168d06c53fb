import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { FrameReader, FramingError } from './frame-reader.js';
import { FRONTEND, frontendMessage, queryMessage } from './frontend-messages.js';

const MAX = 1_000;
const message = fc.record({
  type: fc.integer({ min: 1, max: 255 }),
  body: fc.uint8Array({ maxLength: 200 }),
});

/** Cuts bytes at the given places. */
function cut(bytes: Buffer, places: readonly number[]): Buffer[] {
  const ends = [...new Set(places.map((place) => place % (bytes.length + 1)))].sort((a, b) => a - b);
  return [...ends, bytes.length].map((end, index) => bytes.subarray(ends[index - 1] ?? 0, end));
}

function takeAll(reader: FrameReader): Buffer[] {
  const taken: Buffer[] = [];
  for (let next = reader.takeMessage(); next; next = reader.takeMessage()) taken.push(next);
  return taken;
}

test('the messages are the same however their bytes are cut', () => {
  fc.assert(
    fc.property(fc.array(message), fc.array(fc.nat()), (messages, places) => {
      const sent = messages.map(({ type, body }) => frontendMessage(type, Buffer.from(body)));
      const reader = new FrameReader(MAX);
      const taken = cut(Buffer.concat(sent), places).flatMap((chunk) => {
        reader.push(chunk);
        return takeAll(reader);
      });
      expect(taken).toEqual(sent);
      expect(reader.bufferedBytes).toBe(0);
    }),
  );
});

test('an unfinished message is kept', () => {
  const reader = new FrameReader(MAX);
  const query = queryMessage('SELECT 1');
  reader.push(query.subarray(0, 7));
  expect(reader.takeMessage()).toBeUndefined();
  expect(reader.bufferedBytes).toBe(7);
  reader.push(query.subarray(7));
  expect(reader.takeMessage()).toEqual(query);
});

describe('what no message can be is refused as soon as its length is there', () => {
  test.each([
    ['too large', MAX + 1],
    ['too small', 3],
    ['negative', -1],
  ])('%s', (_, length) => {
    const reader = new FrameReader(MAX);
    const header = Buffer.alloc(5, FRONTEND.query);
    header.writeInt32BE(length, 1);
    reader.push(header);
    expect(() => reader.takeMessage()).toThrow(FramingError);
  });

  test.each([7, 10_001, -1])('a startup packet of %d bytes', (length) => {
    const reader = new FrameReader(MAX);
    const header = Buffer.alloc(4);
    header.writeInt32BE(length);
    reader.push(header);
    expect(() => reader.takeStartupPacket()).toThrow(FramingError);
  });
});
