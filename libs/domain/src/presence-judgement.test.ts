import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { judgePresence, PATIENCE, patienceMs, type PresenceFacts } from './presence-judgement.js';

const MINUTE = 60_000;
const NOW = 1_000 * MINUTE;
const ago = (minutes: number): number => NOW - minutes * MINUTE;
const open = (minutes: number): PresenceFacts => ({ connection: { isOpen: true, atMs: ago(minutes) } });
const closed = (minutes: number): PresenceFacts => ({ connection: { isOpen: false, atMs: ago(minutes) } });
const word = (state: 'online' | 'offline' | 'sleeping', minutes: number): PresenceFacts => ({
  word: { state, atMs: ago(minutes) },
});
const heard = (minutes: number, usualMinutes?: number): PresenceFacts => ({
  heardMs: ago(minutes),
  ...(usualMinutes === undefined ? {} : { usualMs: usualMinutes * MINUTE }),
});

type Expected = [state?: string, sinceMinutes?: number, dueMinutes?: number];

test.each<[string, PresenceFacts, Expected]>([
  ['nothing is known', {}, []],
  ['connected', open(500), ['online', 500]],
  ['connected and silent for long', { ...open(500), ...heard(400, 1) }, ['online', 500]],
  ['connection ended, rhythm unknown', closed(1), ['offline', 1]],
  ['publishes every ten minutes and leaves', { ...closed(9), ...heard(9.01, 10) }, ['sleeping', 9, -21]],
  ['its next report is overdue', { ...closed(31), ...heard(31.01, 10) }, ['offline', 31]],
  ['will, then the end of the connection', { ...word('offline', 2), ...closed(1.99) }, ['offline', 1.99]],
  ['will, and connected again', { ...word('offline', 2), ...open(1) }, ['online', 1]],
  ['connected, then said to be offline', { ...open(3), ...word('offline', 2) }, ['offline', 2]],
  ['connected, then says that it sleeps', { ...open(3), ...word('sleeping', 2) }, ['sleeping', 2, -1438]],
  ['said that it sleeps, heard since', { ...word('sleeping', 9), ...heard(3, 10) }, ['online', 3, -27]],
  ['sleeps longer than its rhythm', { ...word('sleeping', 31), ...heard(31, 10) }, ['offline', 31]],
  ['says online, rhythm unknown', word('online', 900), ['online', 900]],
  ['says online, and left without a word', { ...word('online', 900), ...closed(1) }, ['offline', 1]],
  ['says online, but is overdue', { ...word('online', 900), ...heard(31, 10) }, ['offline', 31]],
  ['behind a gateway, in its rhythm', heard(29, 10), ['online', 29, -1]],
  ['behind a gateway, overdue', heard(30, 10), ['offline', 30]],
  ['behind a gateway, rhythm unknown', heard(59), ['online', 59, -1]],
  ['behind a gateway, silent for an hour', heard(60), ['offline', 60]],
  ['once connected, now behind a gateway', { ...closed(300), ...heard(2, 10) }, ['online', 2, -28]],
  ['said offline, heard since', { ...word('offline', 5), ...heard(4, 10) }, ['online', 4, -26]],
  ['heard when said offline', { ...word('offline', 5), ...heard(5, 10) }, ['offline', 5]],
  ['its gateway is gone', { ...heard(4, 10), gatewayOfflineSinceMs: ago(3) }, ['offline', 4]],
  ['heard since its gateway is gone', { ...heard(2, 10), gatewayOfflineSinceMs: ago(3) }, ['online', 2, -28]],
])('%s', (_, facts, [state, ...minutes]) => {
  const judgement = judgePresence(facts, NOW);
  expect([judgement?.state, judgement?.sinceMs, judgement?.dueMs]).toEqual([
    state,
    ...[...minutes, undefined, undefined]
      .slice(0, 2)
      .map((each) => (each === undefined ? undefined : ago(each))),
  ]);
});

test.each([
  [undefined, PATIENCE.unknownMs],
  [1_000, PATIENCE.minMs],
  [10 * MINUTE, 30 * MINUTE],
  [Number.MAX_SAFE_INTEGER, PATIENCE.maxMs],
])('waits for a device that reports every %s ms for %s ms', (usualMs, patience) => {
  expect(patienceMs(usualMs)).toBe(patience);
});

describe('whatever is known', () => {
  const time = fc.integer({ min: 0, max: NOW });
  const facts = fc.record(
    {
      connection: fc.record({ isOpen: fc.boolean(), atMs: time }),
      word: fc.record({ state: fc.constantFrom('online', 'offline', 'sleeping'), atMs: time }),
      heardMs: time,
      usualMs: fc.integer({ min: 1_000, max: NOW }),
      gatewayOfflineSinceMs: time,
    },
    { requiredKeys: [] },
  );

  test('nothing changes before it is due, and what is due then changes to offline', () => {
    fc.assert(
      fc.property(facts, fc.nat(), (known, laterMs) => {
        const now = judgePresence(known, NOW);
        const later = judgePresence(known, NOW + laterMs);
        const isDue = now?.dueMs !== undefined && NOW + laterMs >= now.dueMs;
        expect(later?.state).toBe(isDue ? 'offline' : now?.state);
        expect(now?.dueMs ?? Infinity).toBeGreaterThan(NOW);
      }),
    );
  });
});
