import { describe, expect, test } from '@jest/globals';
import type { AlertRecord } from '@fieldstream/wire';
import { StreamedAlert } from './stream-schemas.js';
import { type EventSink, type StreamFilter, Subscribers } from './subscribers.js';

const alert = (sequence: number, more: Partial<AlertRecord> = {}): AlertRecord => ({
  v: 1,
  sequence,
  alertId: 'a',
  state: 'firing',
  change: 'firing',
  ruleId: 'r',
  ruleName: 'hot',
  severity: 'warning',
  deviceId: 'd',
  metric: 't',
  labels: {},
  value: 1,
  text: null,
  atMs: 1,
  startedAtMs: 1,
  summary: '',
  description: '',
  acknowledgedBy: null,
  snoozedUntilMs: null,
  ...more,
});

const LIMITS = { maxSubscribers: 2, maxWaitingBytes: 10_000, maxHeldAlerts: 5, drainTimeoutMs: 100 };
const EMPTY = { text: '', newest: 0, missed: [] };

/** A receiver that takes everything at once, or nothing. */
function receiver({ isSlow = false } = {}): EventSink & { text: string; over: string[]; drain: () => void } {
  let waiting = 0;
  let onDrain: (() => void) | undefined;
  const sink = {
    text: '',
    over: [] as string[],
    get writableLength() {
      return waiting;
    },
    write(chunk: string) {
      sink.text += chunk;
      if (isSlow) waiting += chunk.length;
    },
    drained: (ms: number) =>
      new Promise<boolean>((resolve) => {
        const timer = setTimeout(() => resolve(false), ms);
        onDrain = () => {
          clearTimeout(timer);
          waiting = 0;
          resolve(true);
        };
      }),
    drain: () => onDrain?.(),
    end: () => sink.over.push('ended'),
    destroy: () => sink.over.push('destroyed'),
  };
  return sink;
}

const idsOf = (text: string): number[] =>
  [...text.matchAll(/^event: alert\nid: (\d+)$/gm)].map(([, id]) => Number(id));

test('what is documented is what is sent', () => {
  expect(StreamedAlert.strict().parse(alert(1))).toEqual(alert(1));
});

describe('Subscribers', () => {
  test('tell what comes, as events', async () => {
    const all = new Subscribers(LIMITS);
    const sink = receiver();
    await all.add({}, sink).begin({ ...EMPTY, text: 'retry: 1\n\n' });
    all.publish([alert(7)]);
    expect(sink.text).toBe(`retry: 1\n\nevent: alert\nid: 7\ndata: ${JSON.stringify(alert(7))}\n\n`);
  });

  test.each<[string, StreamFilter, number[]]>([
    ['everything', {}, [1, 2, 3, 4, 5]],
    ['a device', { deviceId: 'e' }, [2]],
    ['a rule', { ruleId: 'other' }, [3]],
    ['a severity, and what became of any alert', { severity: 'critical' }, [3, 4, 5]],
  ])('filter: %s', async (_, filter, expected) => {
    const all = new Subscribers(LIMITS);
    const sink = receiver();
    await all.add(filter, sink).begin(EMPTY);
    all.publish([
      alert(1),
      alert(2, { deviceId: 'e' }),
      alert(3, { ruleId: 'other', severity: 'critical' }),
      alert(4, { change: 'severity' }),
      alert(5, { change: 'resolved', state: 'resolved', severity: 'info' }),
    ]);
    expect(idsOf(sink.text)).toEqual(expected);
  });

  test('what was missed comes first, and nothing twice', async () => {
    const all = new Subscribers(LIMITS);
    const sink = receiver();
    const subscription = all.add({}, sink);
    all.publish([alert(3), alert(4)]);
    await subscription.begin({ text: '', newest: 1, missed: [alert(2), alert(3), alert(5)] });
    all.publish([alert(5), alert(6)]);
    expect(idsOf(sink.text)).toEqual([2, 3, 5, 4, 6]);
  });

  test('a heartbeat has the newest sequence, that of others included', async () => {
    const all = new Subscribers(LIMITS);
    const sink = receiver();
    await all.add({ deviceId: 'nobody' }, sink).begin({ ...EMPTY, newest: 3 });
    all.heartbeat();
    all.publish([alert(9)]);
    all.heartbeat();
    expect(sink.text).toBe(': heartbeat\nid: 3\n\n: heartbeat\nid: 9\n\n');
  });

  test('one that takes nothing is cut off, and holds up nobody', async () => {
    const all = new Subscribers(LIMITS);
    const [slow, fast] = [receiver({ isSlow: true }), receiver()];
    await all.add({}, slow).begin(EMPTY);
    await all.add({}, fast).begin(EMPTY);
    for (let n = 1; n <= 100; n++) all.publish([alert(n)]);
    expect(slow.over).toEqual(['destroyed']);
    expect(slow.text.length).toBeLessThan(LIMITS.maxWaitingBytes + 1_000);
    expect(idsOf(fast.text)).toHaveLength(100);
    expect([all.size, all.cut]).toEqual([1, 1]);
  });

  test('one that takes slowly is told all that it missed', async () => {
    const all = new Subscribers(LIMITS);
    const sink = receiver({ isSlow: true });
    const missed = Array.from({ length: 100 }, (_, n) => alert(n + 1));
    const draining = setInterval(() => sink.drain(), 1);
    await all.add({}, sink).begin({ ...EMPTY, missed });
    clearInterval(draining);
    expect(idsOf(sink.text)).toHaveLength(100);
    expect(all.cut).toBe(0);
  });

  test('one that takes nothing of what it missed is cut off', async () => {
    const all = new Subscribers(LIMITS);
    const sink = receiver({ isSlow: true });
    const missed = Array.from({ length: 100 }, (_, n) => alert(n + 1));
    await all.add({}, sink).begin({ ...EMPTY, missed });
    expect(sink.over).toEqual(['destroyed']);
    expect(all.size).toBe(0);
  });

  test('more than may be held cuts off', () => {
    const all = new Subscribers(LIMITS);
    const sink = receiver();
    all.add({}, sink);
    for (let n = 1; n <= LIMITS.maxHeldAlerts; n++) all.publish([alert(n)]);
    expect(sink.over).toEqual([]);
    all.publish([alert(99)]);
    expect(sink.over).toEqual(['destroyed']);
  });

  test('beyond the bound nobody is taken, until one has left', () => {
    const all = new Subscribers(LIMITS);
    const first = all.add({}, receiver());
    all.add({}, receiver());
    expect(() => all.add({}, receiver())).toThrow('There are 2 subscribers already');
    first.drop();
    first.drop();
    expect(all.size).toBe(1);
    all.add({}, receiver());
  });

  test('closing ends all, and takes no more', async () => {
    const all = new Subscribers(LIMITS);
    const sink = receiver();
    await all.add({}, sink).begin(EMPTY);
    all.close();
    expect(sink.over).toEqual(['ended']);
    expect(() => all.add({}, receiver())).toThrow('about to stop');
  });
});
