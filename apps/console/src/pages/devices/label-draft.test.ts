import { expect, test } from '@jest/globals';
import { labelChange, labelsOf, toDraft, withRow } from './label-draft.js';

test('the site stands apart, the rest in the order of the names', () => {
  const draft = toDraft({ zone: '2', site: 'north', floor: '1' });
  expect(draft).toEqual({
    site: 'north',
    rows: [
      { id: 0, name: 'floor', value: '1' },
      { id: 1, name: 'zone', value: '2' },
    ],
  });
  expect(labelsOf(draft)).toEqual({ zone: '2', site: 'north', floor: '1' });
});

test('unfinished rows are no labels', () => {
  const rows = [
    { id: 0, name: ' a ', value: ' 1 ' },
    { id: 1, name: '', value: 'x' },
    { id: 2, name: 'y', value: ' ' },
    { id: 3, name: 'a', value: '2' },
  ];
  expect(labelsOf({ site: ' ', rows })).toEqual({ a: '2' });
});

test.each([
  ['nothing', {}, {}],
  ['a site', { site: 'south' }, { site: 'south' }],
  ['no site', { site: '' }, { site: null }],
  ['another value', { rows: [{ id: 0, name: 'floor', value: '2' }] }, { floor: '2' }],
  ['another name', { rows: [{ id: 0, name: 'level', value: '1' }] }, { floor: null, level: '1' }],
])('changed: %s', (_, change, expected) => {
  const before = { site: 'north', floor: '1' };
  expect(labelChange(before, { ...toDraft(before), ...change })).toEqual(expected);
});

test('a row more is one of its own', () => {
  const draft = { site: '', rows: [{ id: 4, name: 'a', value: '1' }] };
  expect(withRow(draft).rows.map(({ id }) => id)).toEqual([4, 5]);
  expect(withRow({ site: '', rows: [] }).rows).toEqual([{ id: 0, name: '', value: '' }]);
});
