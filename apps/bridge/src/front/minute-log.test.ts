import { expect, test } from '@jest/globals';
import { MinuteLog } from './minute-log.js';

test('of each cause one line a minute, with how often it happened', () => {
  let nowMs = 0;
  const lines: unknown[] = [];
  const log = new MinuteLog({ logger: { warn: (fields) => lines.push(fields) }, now: () => nowMs });
  const flood = (cause: string): void => log.warn(cause, 'it happened', () => ({ at: nowMs }));
  for (nowMs = 0; nowMs < 120_000; nowMs += 1_000) flood('a');
  flood('b');
  expect(lines).toEqual([
    { cause: 'a', times: 1, at: 0 },
    { cause: 'a', times: 60, at: 60_000 },
    { cause: 'b', times: 1, at: 120_000 },
  ]);
});
