import { expect, test } from '@jest/globals';
import { firingLevels, openSinceMs, parseAlertState } from './alert-state.js';

const STATE = {
  evaluatedToMs: 10,
  settledToMs: 10,
  lagMs: -3,
  memory: { value: 31 },
  levels: [
    { sinceMs: 4, isFiring: true, clearingSinceMs: 9 },
    { sinceMs: 5, isFiring: false, clearingSinceMs: null },
  ],
};

test('a state survives JSON; fields that are not known are left out', () => {
  const stored: unknown = JSON.parse(JSON.stringify({ ...STATE, version: 2, condition: 'c' }));
  expect(parseAlertState(stored)).toEqual({ ok: true, value: STATE });
});

test.each<[string, object]>([
  ['evaluatedToMs', { evaluatedToMs: null }],
  ['settledToMs', { settledToMs: '10' }],
  ['lagMs', { lagMs: undefined }],
  ['memory', { memory: [] }],
  ['levels', { levels: {} }],
  ['levels[0]', { levels: [null] }],
  ['levels[0]', { levels: [{ sinceMs: 1 }] }],
  ['levels[0].sinceMs', { levels: [{ isFiring: true }] }],
  ['levels[0].clearingSinceMs', { levels: [{ isFiring: true, sinceMs: 1, clearingSinceMs: 'x' }] }],
])('a stored state with another %s is refused', (field, edit) => {
  const parsed = parseAlertState({ ...STATE, ...edit });
  expect(parsed.ok ? [] : parsed.problems.map((problem) => problem.field)).toEqual([field]);
});

test('what is no object is refused', () => {
  expect(parseAlertState(null).ok).toBe(false);
});

test('an alert is open since its first level held, and only while that is firing', () => {
  expect([firingLevels(STATE), openSinceMs(STATE)]).toEqual([1, 4]);
  const pending = { ...STATE, levels: STATE.levels.slice(1) };
  expect([firingLevels(pending), openSinceMs(pending)]).toEqual([0, undefined]);
});
