import { expect, test } from '@jest/globals';
import type { EngineSession } from './engine-session.js';
import { PolicyJobs } from './policy-jobs.js';

type Row = (string | null)[];

/** A session in which TimescaleDB has these jobs: ID, procedure, interval in ms, start in ms. */
function sessionOf(jobs: Row[] | undefined): EngineSession {
  return { askAsOwner: () => (jobs ? [['1']] : []), ask: () => jobs ?? [] } as unknown as EngineSession;
}

test('without TimescaleDB nothing is due', () => {
  expect(new PolicyJobs({ firstJobAfterMs: 0 }).due(sessionOf(undefined), 0)).toBeUndefined();
});

test('a job runs after the start, and then at its interval; the one that is due for longest comes first', () => {
  const jobs = new PolicyJobs({ firstJobAfterMs: 60_000 });
  const session = sessionOf([
    ['1', 'slow', '3600000', null],
    ['2', 'fast', '10000', null],
  ]);
  const ran: string[] = [];
  for (let nowMs = 0; nowMs <= 90_000; nowMs += 5_000) {
    const job = jobs.due(session, nowMs);
    if (job) ran.push(`${nowMs / 1_000} ${job.name}`);
  }
  expect(ran).toEqual([
    '10 fast',
    '20 fast',
    '30 fast',
    '40 fast',
    '50 fast',
    '60 slow',
    '65 fast',
    '75 fast',
    '85 fast',
  ]);
});

test('a start that TimescaleDB names counts', () => {
  const jobs = new PolicyJobs({ firstJobAfterMs: 60_000 });
  const session = sessionOf([['1', 'a', '3600000', '5000']]);
  expect([0, 4_000, 5_000].map((nowMs) => jobs.due(session, nowMs)?.id)).toEqual([undefined, undefined, 1]);
});

test('a job that is gone is not due', () => {
  const jobs = new PolicyJobs({ firstJobAfterMs: 10_000 });
  jobs.due(sessionOf([['1', 'a', '3600000', null]]), 0);
  expect(jobs.due(sessionOf([]), 20_000)).toBeUndefined();
});
