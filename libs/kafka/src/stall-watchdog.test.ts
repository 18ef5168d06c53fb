import { beforeEach, expect, test } from '@jest/globals';
import { Assignment } from './assignment.js';
import { StallWatchdog } from './stall-watchdog.js';

const QUIET = { debug() {}, info() {}, warn() {}, error() {} };

let assignment: Assignment | undefined;
let end: bigint;
let isBusy: boolean;
let restarts: number;
let watchdog: StallWatchdog;

beforeEach(() => {
  assignment = new Assignment(new Map([['t', [0]]]));
  assignment.feed('t', 0)?.place(5n, 5n, false);
  end = 5n;
  isBusy = false;
  restarts = 0;
  watchdog = new StallWatchdog({
    everyMs: 10,
    stallAfterMs: 1_000,
    assignment: () => assignment,
    isBusy: () => isBusy,
    rangesOf: () => Promise.resolve(new Map([[0, { start: 0n, end }]])),
    restart: () => restarts++,
    logger: QUIET,
    observer: {},
  });
});

test('a partition at its end may stand still', async () => {
  for (const nowMs of [0, 1_000, 5_000]) await watchdog.check(nowMs);
  expect(restarts).toBe(0);
});

test('the end has moved, the position has not: restart after the time given, not before', async () => {
  end = 9n;
  for (const nowMs of [0, 500, 999]) await watchdog.check(nowMs);
  expect(restarts).toBe(0);
  await watchdog.check(1_000);
  expect(restarts).toBe(1);
  await watchdog.check(1_500);
  expect(restarts).toBe(1);
});

test('any progress starts the time anew', async () => {
  end = 9n;
  await watchdog.check(0);
  const feed = assignment?.feed('t', 0);
  if (feed) feed.accepted = 6n;
  await watchdog.check(1_000);
  await watchdog.check(1_900);
  expect(restarts).toBe(0);
  await watchdog.check(2_000);
  expect(restarts).toBe(1);
});

test('while a handler call runs or is retried nothing is stalled', async () => {
  end = 9n;
  await watchdog.check(0);
  isBusy = true;
  await watchdog.check(2_000);
  isBusy = false;
  await watchdog.check(2_500);
  expect(restarts).toBe(0);
});

test('being outside the group for long is a stall too', async () => {
  assignment?.end();
  await watchdog.check(0);
  await watchdog.check(60_000);
  expect(restarts).toBe(0);
  await watchdog.check(200_000);
  expect(restarts).toBe(1);
});
