import { expect, test } from '@jest/globals';
import type { PresenceRecord } from '@fieldstream/wire';
import { isPresenceTopic, PresenceBoard } from './presence-board.js';

const record = (
  deviceId: string,
  state: 'online' | 'offline' | 'sleeping' | 'removed',
  sinceMs = 0,
): PresenceRecord => (state === 'removed' ? { v: 1, deviceId, state } : { v: 1, deviceId, state, sinceMs });

test('shows the newest of the history, then every change; what is deleted is cleared', async () => {
  const shown: string[] = [];
  const board = new PresenceBoard({
    async publish(topic, payload, retain) {
      shown.push(`${topic} ${payload.toString()}${retain ? '' : ' not retained'}`);
    },
    async clearRetained(topic) {
      shown.push(`${topic} cleared`);
    },
  });
  await board.show([record('a', 'online'), record('b', 'online'), record('a', 'offline', 1_000)]);
  await board.show([record('c', 'online'), record('c', 'removed')]);
  expect(shown).toEqual([]);
  expect(await board.historyRead()).toBe(2);
  await board.show([record('b', 'sleeping', 2_000), record('b', 'removed'), record('x/#', 'online')]);
  expect(shown).toEqual([
    'devices/a/presence {"state":"offline","since":"1970-01-01T00:00:01.000Z"}',
    'devices/b/presence {"state":"online","since":"1970-01-01T00:00:00.000Z"}',
    'devices/c/presence cleared',
    'devices/b/presence {"state":"sleeping","since":"1970-01-01T00:00:02.000Z"}',
    'devices/b/presence cleared',
    'devices/x__/presence {"state":"online","since":"1970-01-01T00:00:00.000Z"}',
  ]);
});

test.each([
  ['devices/a/presence', true],
  ['devices/a/presence/more', false],
  ['devices/presence', false],
  ['home/a/presence', false],
])('%s: %s', (topic, isReserved) => {
  expect(isPresenceTopic(topic)).toBe(isReserved);
});
