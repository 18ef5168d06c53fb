import { expect, test } from '@jest/globals';
import type { Observation } from '@fieldstream/domain';
import { mergePages } from './merge-pages.js';

async function* pagesOf(name: string, ...pages: number[][]): AsyncGenerator<readonly Observation[]> {
  for (const page of pages) yield page.map((timeMs) => ({ timeMs, value: name }));
}

async function merged(...sources: AsyncIterable<readonly Observation[]>[]): Promise<string[]> {
  const seen: string[] = [];
  for await (const page of mergePages(sources)) {
    seen.push(...page.map(({ timeMs, value }) => `${value as string}${timeMs}`));
  }
  return seen;
}

test.each<[string, AsyncIterable<readonly Observation[]>[], string[]]>([
  ['nothing', [], []],
  ['empty sources', [pagesOf('a'), pagesOf('b', [])], []],
  ['one source', [pagesOf('a', [1, 2], [3])], ['a1', 'a2', 'a3']],
  ['two that alternate', [pagesOf('a', [1, 4]), pagesOf('b', [2], [3, 5])], ['a1', 'b2', 'b3', 'a4', 'b5']],
  [
    'one moment: the earlier source first',
    [pagesOf('a', [1], [2]), pagesOf('b', [1, 2])],
    ['a1', 'b1', 'a2', 'b2'],
  ],
  ['one that ends early', [pagesOf('a', [5], [6]), pagesOf('b', [1])], ['b1', 'a5', 'a6']],
  ['an empty page between', [pagesOf('a', [1], [], [3]), pagesOf('b', [2])], ['a1', 'b2', 'a3']],
])('%s', async (_, sources, expected) => {
  expect(await merged(...sources)).toEqual(expected);
});
