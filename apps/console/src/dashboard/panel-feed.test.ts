import { describe, expect, test } from '@jest/globals';
import { dateTime, toDataFrame } from '@grafana/data';
import { PanelFeed, type FeedClock, type FeedInput } from './panel-feed.js';
import type { QueryRequest, QueryResults } from './query-service.js';

/** Time that stands still until it is told to go on. */
class TestClock implements FeedClock {
  private ms = 1_790_000_000_000;
  private timers: { readonly atMs: number; readonly act: () => void }[] = [];

  now(): number {
    return this.ms;
  }

  after(ms: number, then: () => void): () => void {
    const timer = { atMs: this.ms + ms, act: then };
    this.timers.push(timer);
    return () => {
      this.timers = this.timers.filter((one) => one !== timer);
    };
  }

  async pass(ms: number): Promise<void> {
    const endMs = this.ms + ms;
    for (;;) {
      await settle();
      const next = this.timers.filter(({ atMs }) => atMs <= endMs).toSorted((a, b) => a.atMs - b.atMs)[0];
      if (next === undefined) break;
      this.timers = this.timers.filter((one) => one !== next);
      this.ms = Math.max(this.ms, next.atMs);
      next.act();
    }
    this.ms = endMs;
    await settle();
  }
}

async function settle(): Promise<void> {
  for (let turn = 0; turn < 10; turn++) await Promise.resolve();
}

/** A server that answers after a while, and counts. */
function bed({ answerMs = 20, fail = () => undefined as string | undefined } = {}) {
  const clock = new TestClock();
  const requests: QueryRequest[] = [];
  let inFlight = 0;
  let mostOfOnePanel = 0;
  const busy = new Map<number, number>();
  const panelsOf = ({ queries }: QueryRequest): number[] =>
    queries.map(({ source }) => ('panel' in source ? source.panel : -1));
  const feed = new PanelFeed(async (request) => {
    requests.push(request);
    inFlight++;
    for (const panel of panelsOf(request)) {
      busy.set(panel, (busy.get(panel) ?? 0) + 1);
      mostOfOnePanel = Math.max(mostOfOnePanel, busy.get(panel) ?? 0);
    }
    await new Promise<void>((resolve) => clock.after(answerMs, resolve));
    inFlight--;
    for (const panel of panelsOf(request)) busy.set(panel, (busy.get(panel) ?? 0) - 1);
    const fault = fail();
    if (fault === 'request') throw new Error('the server cannot be reached');
    const results: QueryResults = new Map(
      request.queries.map(({ refId }) => [
        refId,
        fault === undefined
          ? { frames: [toDataFrame({ fields: [{ name: 'value', values: [requests.length] }] })] }
          : { frames: [], error: fault },
      ]),
    );
    return results;
  }, clock);
  return { clock, feed, requests, panelsOf, mostOfOnePanel: () => mostOfOnePanel, inFlight: () => inFlight };
}

function input(panel: number, clock: FeedClock, more: Partial<FeedInput> = {}): FeedInput {
  return {
    queries: [{ refId: 'A', source: { dashboard: 'd', panel, target: 'A' } }],
    identity: 'first',
    range: () => ({
      from: dateTime(clock.now() - 60_000),
      to: dateTime(clock.now()),
      raw: { from: 'now-1m', to: 'now' },
    }),
    resolution: () => ({ intervalMs: 1_000, maxDataPoints: 60 }),
    variables: {},
    periodMs: 1_000,
    isHidden: false,
    ...more,
  };
}

describe('asking for panels', () => {
  test('24 panels go in a few requests, and come again each second', async () => {
    const { clock, feed, requests, panelsOf } = bed();
    for (let panel = 0; panel < 24; panel++) feed.want(`${panel}`, input(panel, clock));
    await clock.pass(500);
    expect(requests).toHaveLength(4);
    expect(new Set(requests.flatMap(panelsOf)).size).toBe(24);
    await clock.pass(10_000);
    expect(requests.length).toBeGreaterThanOrEqual(4 * 10);
    expect(requests.length).toBeLessThanOrEqual(4 * 12);
    feed.close();
  });

  test('a slow server is never asked twice for a panel, and less often', async () => {
    const { clock, feed, requests, mostOfOnePanel } = bed({ answerMs: 2_500 });
    for (let panel = 0; panel < 5; panel++) feed.want(`${panel}`, input(panel, clock));
    await clock.pass(60_000);
    expect(mostOfOnePanel()).toBe(1);
    // 2.5 s of work in 7.5 s at most.
    expect(requests.length).toBeLessThanOrEqual(9);
    feed.close();
  });

  test('what is out of view is asked when it comes into it', async () => {
    const { clock, feed, requests } = bed();
    feed.want('1', input(1, clock, { isHidden: true }));
    await clock.pass(5_000);
    expect(requests).toHaveLength(0);
    feed.want('1', input(1, clock));
    await clock.pass(100);
    expect(requests).toHaveLength(1);
    feed.close();
  });

  test('without a period once, and again when it is refreshed', async () => {
    const { clock, feed, requests } = bed();
    feed.want('1', input(1, clock, { periodMs: undefined }));
    await clock.pass(60_000);
    expect(requests).toHaveLength(1);
    feed.refresh();
    await clock.pass(100);
    expect(requests).toHaveLength(2);
    feed.want('1', input(1, clock, { periodMs: 1_000 }));
    await clock.pass(3_000);
    expect(requests.length).toBeGreaterThanOrEqual(4);
    feed.close();
  });

  test('in the background nothing is asked', async () => {
    const { clock, feed, requests } = bed();
    feed.want('1', input(1, clock));
    feed.pause(true);
    await clock.pass(60_000);
    expect(requests).toHaveLength(0);
    feed.pause(false);
    await clock.pass(100);
    expect(requests).toHaveLength(1);
    feed.close();
  });

  test('panels with a range of their own go apart', async () => {
    const { clock, feed, requests } = bed();
    const range = () => ({ from: dateTime(0), to: dateTime(1_000), raw: { from: 'x', to: 'y' } });
    feed.want('1', input(1, clock));
    feed.want('2', input(2, clock, { range }));
    await clock.pass(100);
    expect(requests.filter(({ from }) => from === 0)).toHaveLength(1);
    expect(requests).toHaveLength(2);
    feed.close();
  });
});

describe('what is shown', () => {
  test('the last data stays while the same is asked again, also when that fails', async () => {
    const server: { fault?: string } = {};
    const { clock, feed } = bed({ fail: () => server.fault });
    const seen: string[] = [];
    feed.want('1', input(1, clock));
    feed.subscribe('1', () => seen.push(feed.state('1').status));
    await clock.pass(1_500);
    expect(new Set(seen)).toEqual(new Set(['loading', 'done']));
    expect(seen.filter((status) => status === 'loading')).toHaveLength(1);
    server.fault = 'relation "x" does not exist';
    await clock.pass(2_000);
    expect(feed.state('1')).toMatchObject({ status: 'error', errors: [server.fault] });
    expect(feed.state('1').frames).toHaveLength(1);
    feed.close();
  });

  test('data of something else does not stay when what is wanted fails', async () => {
    const server: { fault?: string } = {};
    const { clock, feed } = bed({ fail: () => server.fault });
    feed.want('1', input(1, clock));
    await clock.pass(200);
    server.fault = 'request';
    feed.want('1', input(1, clock, { identity: 'another device' }));
    await clock.pass(200);
    expect(feed.state('1')).toMatchObject({
      status: 'error',
      frames: [],
      errors: ['the server cannot be reached'],
    });
    feed.close();
  });

  test('an answer to what is no longer wanted is dropped', async () => {
    const { clock, feed, requests } = bed({ answerMs: 500 });
    feed.want('1', input(1, clock, { periodMs: undefined }));
    await clock.pass(100);
    feed.want('1', input(1, clock, { periodMs: undefined, identity: 'second' }));
    await clock.pass(450);
    expect(feed.state('1').status).toBe('loading');
    await clock.pass(700);
    expect(requests).toHaveLength(2);
    expect(feed.state('1')).toMatchObject({ status: 'done' });
    expect(feed.state('1').frames[0]?.fields[0]?.values).toEqual([2]);
    feed.close();
  });

  test('frames carry the name of the query in the panel', async () => {
    const { clock, feed } = bed();
    const source = { dashboard: 'd', panel: 1, target: 'A' };
    feed.want(
      '1',
      input(1, clock, {
        queries: [
          { refId: 'A', source },
          { refId: 'B', source },
        ],
      }),
    );
    await clock.pass(100);
    expect(feed.state('1').frames.map(({ refId }) => refId)).toEqual(['A', 'B']);
    feed.close();
  });
});
