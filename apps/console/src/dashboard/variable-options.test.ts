import { describe, expect, test } from '@jest/globals';
import { toDataFrame } from '@grafana/data';
import { filterOptions, optionsOfFrames, optionsOfText, sortOptions } from './variable-options.js';

const options = (...texts: string[]) => texts.map((text) => ({ value: text, text }));
const texts = (list: readonly { readonly text: string }[]) => list.map(({ text }) => text);

describe('options of a query', () => {
  test('have a text of their own, and stand once', () => {
    const frame = toDataFrame({
      fields: [
        { name: '__value', values: ['a', 'b', 'a'] },
        { name: '__text', values: ['A', 'B', 'A'] },
      ],
    });
    expect(optionsOfFrames([frame])).toEqual([
      { value: 'a', text: 'A' },
      { value: 'b', text: 'B' },
    ]);
  });

  test('are its first column', () => {
    const frame = toDataFrame({ fields: [{ name: 'n', values: [3, 1] }] });
    expect(texts(optionsOfFrames([frame]))).toEqual(['3', '1']);
  });
});

test.each<[number, string[]]>([
  [0, ['b10', 'B2', 'a1']],
  [1, ['B2', 'a1', 'b10']],
  [2, ['b10', 'a1', 'B2']],
  [3, ['a1', 'B2', 'b10']],
  [4, ['b10', 'B2', 'a1']],
  [5, ['a1', 'b10', 'B2']],
  [7, ['a1', 'B2', 'b10']],
  [8, ['b10', 'B2', 'a1']],
])('order %d', (sort, sorted) => {
  expect(texts(sortOptions(options('b10', 'B2', 'a1'), sort))).toEqual(sorted);
});

test.each<[string, [string, string][]]>([
  [
    '',
    [
      ['plug-1', 'plug-1'],
      ['lamp-2', 'lamp-2'],
    ],
  ],
  ['/plug/', [['plug-1', 'plug-1']]],
  [
    '/-(\\d)/',
    [
      ['1', '1'],
      ['2', '2'],
    ],
  ],
  [
    '/(?<text>\\w+)-(?<value>\\d)/',
    [
      ['1', 'plug'],
      ['2', 'lamp'],
    ],
  ],
])('filter %s', (regex, pairs) => {
  const found = filterOptions(options('plug-1', 'lamp-2'), regex);
  expect(found.map(({ value, text }) => [value, text])).toEqual(pairs);
});

test('a list in text, with names and commas', () => {
  expect(optionsOfText('1, Two : 2, a\\,b')).toEqual([
    { value: '1', text: '1' },
    { value: '2', text: 'Two' },
    { value: 'a,b', text: 'a,b' },
  ]);
});
