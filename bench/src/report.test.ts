import { expect, test } from '@jest/globals';
import { compareRuns } from './compare-runs.js';
import type { Figure, RunResult } from './figure.js';
import { formatNumber, toMarkdown } from './report.js';

const THROUGHPUT: Figure = {
  name: 'messages',
  value: 16_000,
  unit: 'messages/s',
  better: 'higher',
  target: 15_000,
  ceiling: { name: 'bare', value: 64_000 },
  detail: 'bridge 0.6 cores',
};
const LATENCY: Figure = { name: 'p99', value: 30, unit: 'ms', better: 'lower', target: 25 };

function run(figures: Figure[], more: Partial<RunResult> = {}): RunResult {
  return {
    version: 1,
    at: '2026-11-21T00:00:00.000Z',
    quick: false,
    seconds: 20,
    machine: { Node: 'v20' },
    results: [{ scenario: 's', title: 'scenario', figures }],
    ...more,
  };
}

test('a row says whether the target is met and what share of the ceiling it is', () => {
  const lines = toMarkdown(run([THROUGHPUT, LATENCY])).split('\n');
  expect(lines.find((line) => line.includes('messages/s'))).toMatch(
    /^\| scenario \| messages +\| 16,000 messages\/s \| ≥ 15,000 met +\| bare 64,000 +\| 25 % +\|$/,
  );
  expect(lines.find((line) => line.includes('p99'))).toMatch(/30 ms +\| ≤ 25 MISSED/);
  expect(lines).toContain('- scenario, messages: bridge 0.6 cores');
});

test('a scenario that failed is in the table too', () => {
  const failed = { scenario: 's', title: 'scenario', figures: [], failure: 'no bridge\nat line 3' };
  expect(toMarkdown(run([], { results: [failed] }))).toMatch(/\| scenario \| FAILED \| no bridge +\|/);
});

test.each([
  [0.01234, '0.0123'],
  [5, '5'],
  [999.4, '999'],
  [1_234_567.8, '1,234,568'],
  [NaN, '–'],
])('%d is written %s', (value, text) => {
  expect(formatNumber(value)).toBe(text);
});

test('two runs are compared as ratios, with a verdict beyond the noise', () => {
  const after = run(
    [
      { ...THROUGHPUT, value: 8_000, ceiling: { name: 'bare', value: 32_000 } },
      { ...LATENCY, value: 15 },
      { ...LATENCY, name: 'new', value: 1 },
    ],
    { machine: { Node: 'v22' }, seconds: 5 },
  );
  const text = compareRuns(run([THROUGHPUT, LATENCY]), after);
  expect(text).toMatch(
    /\| s: messages \| 16,000 messages\/s \| 8,000 messages\/s \| 0\.50 +\| 1\.00 +\| WORSE +\|/,
  );
  expect(text).toMatch(/\| s: p99 +\| 30 ms +\| 15 ms +\| 0\.50 +\| +\| better +\|/);
  expect(text).not.toContain('s: new');
  expect(text).toContain('Differs: Node: v20 → v22');
  expect(text).toContain('Differs: 20 s → 5 s');
});
