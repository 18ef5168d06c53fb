import { describe, expect, test } from '@jest/globals';
import { checkedKind, type Point, problemsOf } from './kind-support.js';
import { state } from './state.js';

test.each([
  [{ operator: '=', value: 'ERROR' }, ['ERROR', 'error', 'OK', ''], [1, 0, 0, 0]],
  [{ operator: '!=', value: '' }, ['ERROR', ''], [1, 0]],
  [{ operator: 'in', values: ['ERROR', 'FAULT'] }, ['FAULT', 'ERROR', 'OK'], [1, 1, 0]],
])('%j of %j', (params, texts, expected) => {
  const kind = checkedKind(state, params);
  const assessed = texts.map((text) => kind.assess([[0, text]]));
  expect(assessed).toEqual(
    texts.map((text, index) => ({ breached: expected[index], held: expected[index], value: null, text })),
  );
  expect(kind.changes([[0, 'OK']])).toEqual([]);
});

describe('changes', () => {
  const kind = checkedKind(state, { operator: 'changes', holdMs: 10_000 });
  const points: Point[] = [
    [0, 'AUTO'],
    [1000, 'AUTO'],
    [5000, 'MANUAL'],
    [6000, 'MANUAL'],
  ];

  test('the first text is no change, nor is the same text again', () => {
    expect(kind.assess(points.slice(0, 2))).toMatchObject({ breached: 0, text: 'AUTO' });
    expect(kind.changes(points.slice(0, 2))).toEqual([]);
  });

  test('a change holds for as long as is said', () => {
    expect(kind.changes(points)).toEqual([15_000]);
    expect([6000, 14_999, 15_000].map((atMs) => kind.assess(points, atMs).breached)).toEqual([1, 1, 0]);
  });

  test('a further change holds it longer', () => {
    expect(kind.changes([...points, [14_000, 'AUTO']])).toEqual([24_000]);
  });

  test('holds for five minutes where nothing is said', () => {
    expect(checkedKind(state, { operator: 'changes' }).params).toEqual({
      operator: 'changes',
      holdMs: 300_000,
    });
  });
});

test('takes texts alone, among them those that have a number', () => {
  expect(checkedKind(state, { operator: 'changes' }).accepts('ON', 'idle', '', 1, true)).toEqual([
    true,
    true,
    true,
    false,
    false,
  ]);
});

const textFault = 'must be a text of at most 4096 characters, e.g. ERROR';
test.each([
  ['ERROR', ['params: must be an object, e.g. {"operator": "=", "value": "ERROR"}']],
  [{ operator: '>', value: 'A' }, ['params.operator: must be one of =, !=, in, changes']],
  [{ operator: '=' }, [`params.value: ${textFault}`]],
  [{ operator: '!=', value: 1 }, [`params.value: ${textFault}`]],
  [{ operator: '=', value: 'x'.repeat(4097) }, [`params.value: ${textFault}`]],
  [
    { operator: 'in', values: [] },
    ['params.values: must be a list of 1 to 50 texts, e.g. ["ERROR", "FAULT"]'],
  ],
  [
    { operator: 'in', values: 'A' },
    ['params.values: must be a list of 1 to 50 texts, e.g. ["ERROR", "FAULT"]'],
  ],
  [{ operator: 'in', values: ['A', 5] }, [`params.values[1]: ${textFault}`]],
  [
    { operator: '=', value: 'A', values: ['A'] },
    ['params.values: does not go with the operator =, which takes value'],
  ],
  [
    { operator: 'changes', holdMs: 1 },
    [
      'params.holdMs: must be a whole number of milliseconds from 1000 to 2592000000, e.g. 300000 for 5 minutes',
    ],
  ],
  [
    { operator: 'changes', levels: [] },
    ['params.levels: is not known here; known are operator, value, values, holdMs'],
  ],
])('refuses %j', (input, problems) => {
  expect(problemsOf(state, input)).toEqual(problems);
});
