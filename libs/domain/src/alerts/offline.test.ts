import { expect, test } from '@jest/globals';
import { checkedKind, problemsOf } from './kind-support.js';
import { offline } from './offline.js';

test('breached while the device was last heard to be offline', () => {
  const kind = checkedKind(offline, {});
  expect(kind.assess([[0, 'offline']], 1_000_000)).toEqual({
    breached: 1,
    held: 1,
    value: null,
    text: 'offline',
  });
  expect(
    kind.assess([
      [0, 'offline'],
      [0, 'online'],
    ]),
  ).toEqual({ breached: 0, held: 0, value: null, text: 'online' });
  expect(
    kind.assess([
      [0, 'offline'],
      [0, 'sleeping'],
    ]),
  ).toMatchObject({ breached: 0, held: 0 });
  expect(kind.changes([[0, 'offline']])).toEqual([]);
});

test('takes presence alone', () => {
  expect(checkedKind(offline, undefined).accepts('online', 'offline', 'sleeping', 'ON', 1, false)).toEqual([
    true,
    true,
    true,
    false,
    false,
    false,
  ]);
  expect([offline.source, offline.subject({})]).toEqual(['presence', 'device']);
});

test.each([
  ['now', ['params: must be an object, e.g. {}']],
  [{ afterMs: 5 }, ['params.afterMs: is not known here; there is nothing to set']],
])('refuses %j', (input, problems) => {
  expect(problemsOf(offline, input)).toEqual(problems);
});
