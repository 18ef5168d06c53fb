import { expect, test } from '@jest/globals';
import { matchingDashboards, tagsOf } from './dashboard-search.js';

const dashboard = (title: string, tags: string[], description = '') => ({
  uid: title,
  title,
  description,
  tags,
  panels: 1,
  origin: 'file' as const,
});
const all = [
  dashboard('Fleet overview', ['fieldstream'], 'All devices'),
  dashboard('Alerts', ['fieldstream', 'ops']),
];

test.each<[string, string[], string[]]>([
  ['', [], ['Alerts', 'Fleet overview']],
  ['DEVICES fleet', [], ['Fleet overview']],
  ['ops', [], ['Alerts']],
  ['', ['ops'], ['Alerts']],
  ['fleet', ['ops'], []],
])('words "%s", tags %j', (words, tags, titles) => {
  expect(matchingDashboards(all, words, tags).map(({ title }) => title)).toEqual(titles);
});

test('tags in order, each once', () => {
  expect(tagsOf(all)).toEqual(['fieldstream', 'ops']);
});
