import { expect, test } from '@jest/globals';
import { PATIENCE } from '@fieldstream/domain';
import { PresenceBook } from './presence-book.js';

const MINUTE = 60_000;
const heard = (book: PresenceBook, deviceId: string, ...times: number[]): void => {
  for (const receivedAtMs of times) book.observe({ deviceId, receivedAtMs });
};

test('tells of a device once, and again when what is stored says too little', () => {
  const book = new PresenceBook();
  heard(book, 'a', 0, 10_000, 20_000, 30_000);
  const signs = book.take(10);
  expect(signs).toEqual([{ deviceId: 'a', heardMs: 30_000, usualMs: 10_000 }]);
  expect(book.take(10)).toEqual([]);
  book.told([{ deviceId: 'a', state: 'online', heardMs: 30_000, usualMs: 10_000 }]);
  heard(book, 'a', 30_000 + PATIENCE.minMs / 3);
  expect(book.take(10)).toEqual([]);
  heard(book, 'a', 30_001 + PATIENCE.minMs / 3);
  expect(book.take(10)).toMatchObject([{ deviceId: 'a', heardMs: 130_001 }]);
});

test('a connected device with a known rhythm is told less often', () => {
  const book = new PresenceBook();
  heard(book, 'a', 0);
  const connection = { isOpen: true, atMs: 0 };
  book.told([{ deviceId: 'a', state: 'online', heardMs: 0, usualMs: 10_000, connection }]);
  book.take(10);
  heard(book, 'a', PATIENCE.minMs);
  expect(book.take(10)).toEqual([]);
});

test('the next reading of a device that is offline is told', () => {
  const book = new PresenceBook();
  heard(book, 'a', 0);
  book.take(10);
  book.told([{ deviceId: 'a', state: 'offline', heardMs: 0 }]);
  heard(book, 'a', 1);
  expect(book.take(10)).toEqual([{ deviceId: 'a', heardMs: 1 }]);
});

test.each([
  [10 * MINUTE, undefined],
  [14 * MINUTE, undefined],
  [16 * MINUTE, 16 * MINUTE],
  [6 * MINUTE, 6 * MINUTE],
])('a rhythm of %s ms beside a stored one of ten minutes is told as %s', (gapMs, told) => {
  const book = new PresenceBook();
  heard(book, 'a', 0, gapMs, 2 * gapMs, 3 * gapMs);
  book.told([{ deviceId: 'a', state: 'online', heardMs: 0, usualMs: 10 * MINUTE }]);
  expect(book.signsOf('a').usualMs).toBe(told);
});

test('hands out so many at a time, takes back, and forgets those it heard first', () => {
  const book = new PresenceBook(2);
  heard(book, 'a', 1);
  heard(book, 'b', 2);
  heard(book, 'c', 3);
  expect(book.signsOf('a')).toEqual({ deviceId: 'a' });
  const first = book.take(1);
  expect(first).toEqual([{ deviceId: 'b', heardMs: 2 }]);
  book.putBack(first);
  expect(book.take(10).map(({ deviceId }) => deviceId)).toEqual(['c', 'b']);
  expect([book.takeNewestMs(), book.takeNewestMs()]).toEqual([3, undefined]);
});
