import { expect, jest, test } from '@jest/globals';
import { type Observation, parseRule, type Rule } from '@fieldstream/domain';
import type { HistoryReader } from '@fieldstream/timescale';
import { BACK_TEST_LIMITS, BackTests, warmUpMs } from './back-tests.js';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

function rule(more: object = {}): Rule {
  const input = {
    id: 'draft',
    name: 'Draft',
    kind: 'threshold',
    params: { operator: '>', threshold: 30 },
    ...more,
  };
  const parsed = parseRule(input);
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
  return parsed.rule;
}

/** Texts, which a threshold passes over. */
const page = (count: number): Observation[] =>
  Array.from({ length: count }, (_, n) => ({ timeMs: n, value: 'x' }));

/** Series without texts, each with the pages given. */
function history(seriesCount: number, pages: () => AsyncGenerator<readonly Observation[]>): HistoryReader {
  const all = Array.from({ length: seriesCount }, (_, n) => ({
    seriesId: seriesCount - n,
    deviceId: `d${seriesCount - n}`,
    metric: 't',
    labels: {},
  }));
  return {
    series: async ({ before, limit }: { before?: number; limit: number }) =>
      all.filter(({ seriesId }) => before === undefined || seriesId < before).slice(0, limit),
    numbers: pages,
    async *texts() {},
  } as unknown as HistoryReader;
}

const request = (more: object = {}) => ({
  rule: rule(),
  fromMs: 0,
  toMs: HOUR,
  maxSubjects: 100,
  signal: new AbortController().signal,
  ...more,
});

test('ends when it has read as much as it may, with what is done by then', async () => {
  const reader = history(10, async function* () {
    for (let n = 0; n < 5; n++) yield page(100_000);
  });
  const result = await new BackTests(reader).run(request());
  expect(result.stopped).toBe('observations');
  expect(result.subjects.map(({ deviceId }) => deviceId)).toEqual(['d10', 'd9', 'd8', 'd7']);
  expect(result.read).toBeLessThanOrEqual(BACK_TEST_LIMITS.observations + 100_000);
});

test('ends when its time is over, with what is done by then', async () => {
  let nowMs = 0;
  const reader = history(10, async function* () {
    nowMs += 7_000;
    yield page(10);
  });
  const result = await new BackTests(reader, () => nowMs).run(request());
  expect(result).toMatchObject({ stopped: 'time', subjects: { length: 4 } });
});

test('looks through all series for those that fit, the newest first', async () => {
  const reader = history(12_000, async function* () {});
  const wanted = rule({ scope: { devices: ['d1', 'd11999', 'd70*'] } });
  const { subjects, hasMore } = await new BackTests(reader).run(request({ rule: wanted, maxSubjects: 5 }));
  expect(subjects.map(({ deviceId }) => deviceId)).toEqual(['d11999', 'd7099', 'd7098', 'd7097', 'd7096']);
  expect(hasMore).toBe(true);
});

test('so many run at a time, and no more', async () => {
  const releases: (() => void)[] = [];
  const reader = history(1, async function* () {
    await new Promise<void>((resolve) => releases.push(resolve));
    yield page(1);
  });
  const tests = new BackTests(reader);
  const running = Array.from({ length: BACK_TEST_LIMITS.running }, () => tests.run(request()));
  await expect(tests.run(request())).rejects.toMatchObject({ kind: 'too-busy' });
  while (releases.length < running.length) await new Promise((resolve) => setImmediate(resolve));
  for (const release of releases) release();
  await Promise.all(running);
  const again = tests.run(request());
  while (releases.length === running.length) await new Promise((resolve) => setImmediate(resolve));
  releases.at(-1)?.();
  expect(await again).toMatchObject({ stopped: null });
});

test('ends when nobody waits for it any more', async () => {
  const left = new AbortController();
  const pages = jest.fn();
  const reader = history(10, async function* () {
    pages();
    left.abort();
    yield page(1);
  });
  const run = new BackTests(reader).run(request({ signal: left.signal }));
  await expect(run).rejects.toMatchObject({ kind: 'invalid-request' });
  expect(pages).toHaveBeenCalledTimes(1);
});

test.each([
  ['a plain threshold', {}, HOUR],
  ['durations', { forMs: 2 * HOUR, clearForMs: MINUTE }, 2 * HOUR + MINUTE],
  [
    'a window',
    { kind: 'aggregate', params: { function: 'avg', windowMs: 6 * HOUR, operator: '>', threshold: 1 } },
    6 * HOUR,
  ],
  [
    'levels',
    { kind: 'absence', params: { afterMs: HOUR, levels: [{ severity: 'critical', afterMs: 3 * HOUR }] } },
    4 * HOUR,
  ],
  ['at most 30 days', { forMs: 720 * HOUR, clearForMs: HOUR }, 720 * HOUR],
])('history from before the range: %s', (_, more, expected) => {
  expect(warmUpMs(rule(more))).toBe(expected);
});
