import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { readChangedLabels, readLastReadings } from '@fieldstream/timescale';
import { TOPICS } from '@fieldstream/wire';
import { RuleWatcher } from '../../apps/alerter/src/rule-watcher.js';
import type { Evaluator } from '../../apps/alerter/src/evaluator.js';
import { alerts, EvaluatorBed, MemoryLog, rule } from './alerter-support.js';
import { silent } from './timescale-flavours.js';

const NOON = Date.UTC(2026, 5, 1, 12);
const yes = (): Promise<boolean> => Promise.resolve(true);

let bed: EvaluatorBed;
beforeAll(async () => {
  bed = await EvaluatorBed.create();
}, 60_000);
beforeEach(() => bed.clear());
afterAll(() => bed.close());

/** Fired, started and resolved in milliseconds after noon, with who is meant. */
async function seen(): Promise<object[]> {
  return (await alerts(bed.pool)).map((row) => ({
    device: row.device_id,
    metric: row.metric,
    started: row.started_at.getTime() - NOON,
    fired: row.fired_at.getTime() - NOON,
    resolved: row.resolved_at === null ? null : row.resolved_at.getTime() - NOON,
  }));
}

describe('rules over connections', () => {
  const offline = (edit: object = {}) => rule('gone', { kind: 'offline', params: {}, scope: {}, ...edit });

  test('a device that was cut off for long enough; one that came back in time is none', async () => {
    await bed.rules.create(offline({ forMs: 60_000 }));
    const log = new MemoryLog(0, TOPICS.deviceEvents);
    for (const device of ['away', 'back']) log.connection(device, NOON, 'connected');
    for (const device of ['away', 'back']) log.connection(device, NOON + 1000, 'last-will');
    log.connection('back', NOON + 30_000, 'connected');
    const evaluator = await bed.presence([0]);
    await evaluator.evaluate([log.batch(0n)]);
    bed.nowMs = NOON + 61_000;
    await evaluator.fireTimers(yes);
    expect(await seen()).toEqual([
      { device: 'away', metric: '', started: 1000, fired: 61_000, resolved: null },
    ]);
    const from = log.end;
    log.connection('away', NOON + 70_000, 'connected');
    await evaluator.evaluate([log.batch(from)]);
    expect(await seen()).toMatchObject([{ resolved: 70_000 }]);
  });

  test('of two events of one moment the later in the log counts: a session that is taken over', async () => {
    await bed.rules.create(offline());
    const log = new MemoryLog(0, TOPICS.deviceEvents);
    log.connection('dev', NOON, 'connected');
    log.connection('dev', NOON + 5, 'disconnected');
    log.connection('dev', NOON + 5, 'connected');
    const evaluator = await bed.presence([0]);
    await evaluator.evaluate([log.batch(0n)]);
    const [alert] = await seen();
    expect(alert).toMatchObject({ fired: 5, resolved: 5 });
    const { rows } = await bed.pool.query<{ source: string }>('SELECT source FROM alert_state');
    expect(rows).toEqual([{ source: 'presence' }]);
  });

  test('a rule made while a device is away begins with that', async () => {
    await bed.pool.query(
      `INSERT INTO device (device_id, first_seen, said_presence, said_at)
       VALUES ('dev', now(), 'offline', $1), ('there', now(), 'online', $1)`,
      [new Date(NOON)],
    );
    await bed.rules.create(offline({ forMs: 10_000 }));
    bed.nowMs = NOON + 10_000;
    const evaluator = await bed.presence([0]);
    await evaluator.evaluate([new MemoryLog(0, TOPICS.deviceEvents).batch(0n)]);
    await evaluator.beginWithLast();
    await evaluator.fireTimers(yes);
    expect(await seen()).toEqual([{ device: 'dev', metric: '', started: 0, fired: 10_000, resolved: null }]);
  });

  test('readings and connections of one partition number do not meet', async () => {
    await bed.rules.create(offline());
    await bed.rules.create(rule('hot'));
    const readings = new MemoryLog(0);
    readings.publish('dev', NOON, 31);
    const events = new MemoryLog(0, TOPICS.deviceEvents);
    events.connection('dev', NOON, 'disconnected');
    await (await bed.evaluator([0])).evaluate([readings.batch(0n)]);
    await (await bed.presence([0])).evaluate([events.batch(0n)]);
    // A restart of both loads each one's own.
    const [one, other] = [await bed.evaluator([0]), await bed.presence([0])];
    readings.publish('dev', NOON + 10, 20);
    events.connection('dev', NOON + 20, 'connected');
    await one.evaluate([readings.batch(1n)]);
    await other.evaluate([events.batch(1n)]);
    expect(await seen()).toMatchObject([{ resolved: 20 }, { resolved: 10 }]);
  });
});

describe('silence', () => {
  const silent5s = (edit: object = {}) =>
    rule('silent', { kind: 'absence', params: { afterMs: 5000 }, scope: {}, ...edit });

  async function stored(device: string, timeMs: number): Promise<void> {
    await bed.pool.query(
      `WITH d AS (INSERT INTO device (device_id, first_seen) VALUES ($1, $2) RETURNING device_id),
            s AS (INSERT INTO series (device_id, metric) SELECT device_id, 'temperature' FROM d RETURNING series_id)
       INSERT INTO reading_1m (bucket, series_id, count, sum, min, max, first, first_time, last, last_time)
       SELECT date_trunc('minute', $2::timestamptz), series_id, 1, 1, 1, 1, 1, $2, 1, $2 FROM s`,
      [device, new Date(timeMs)],
    );
  }

  test('is noticed by a timer, and over with the next reading', async () => {
    await bed.rules.create(silent5s());
    const log = new MemoryLog(0);
    log.publish('dev', NOON, 1);
    const evaluator = await bed.evaluator([0]);
    await evaluator.evaluate([log.batch(0n)]);
    bed.nowMs = NOON + 4999;
    await evaluator.fireTimers(yes);
    expect(await seen()).toEqual([]);
    bed.nowMs = NOON + 5000;
    await evaluator.fireTimers(yes);
    log.publish('dev', NOON + 9000, 1);
    await evaluator.evaluate([log.batch(1n)]);
    expect(await seen()).toEqual([
      { device: 'dev', metric: 'temperature', started: 5000, fired: 5000, resolved: 9000 },
    ]);
  });

  test('of a device that was silent already when the rule was made', async () => {
    await stored('dev', NOON);
    await stored('long-gone', NOON - 8 * 86_400_000);
    const evaluator = await bed.evaluator([0]);
    await evaluator.evaluate([new MemoryLog(0).batch(0n)]);
    await bed.rules.create(silent5s());
    bed.nowMs = NOON + 60_000;
    await bed.applyRules(evaluator);
    await evaluator.beginWithLast();
    await evaluator.fireTimers(yes);
    expect(await seen()).toMatchObject([{ device: 'dev', fired: 5000, resolved: null }]);
    // Looking again, and starting again, change nothing.
    await evaluator.beginWithLast();
    const next = await bed.evaluator([0]);
    await next.beginWithLast();
    await next.fireTimers(yes);
    expect(await bed.count('alert_event')).toBe(1);
  });

  test('of which a rule learns that is edited in that moment is judged by the edited rule', async () => {
    await stored('dev', NOON);
    await bed.rules.create(silent5s());
    bed.nowMs = NOON + 60_000;
    let edit: (() => Promise<void>) | undefined;
    const evaluator = await bed.evaluator([0], {
      last: {
        read: async (sinceMs) => {
          const found = await readLastReadings(bed.pool, sinceMs);
          await edit?.();
          return found;
        },
        countPartitions: () => Promise.resolve(1),
      },
    });
    edit = async () => {
      edit = undefined;
      await bed.rules.replace(silent5s({ params: { afterMs: 20_000 } }));
      await bed.applyRules(evaluator);
    };
    await evaluator.beginWithLast();
    expect(await bed.count('alert_state')).toBe(0);
    await evaluator.beginWithLast();
    await evaluator.fireTimers(yes);
    expect(await seen()).toMatchObject([{ fired: 20_000, resolved: null }]);
  });

  test('goes on under an edited rule, and a rule switched off and on opens the same alert again', async () => {
    await stored('dev', NOON);
    await bed.rules.create(silent5s());
    bed.nowMs = NOON + 60_000;
    const evaluator = await bed.evaluator([0]);
    await evaluator.evaluate([new MemoryLog(0).batch(0n)]);
    const apply = async (edit: object): Promise<void> => {
      await bed.rules.replace(silent5s(edit));
      await bed.applyRules(evaluator);
      await evaluator.beginWithLast();
      await evaluator.fireTimers(yes);
    };
    await evaluator.beginWithLast();
    await evaluator.fireTimers(yes);
    await apply({ params: { afterMs: 20_000 } });
    expect(await seen()).toMatchObject([
      { fired: 5000, resolved: 60_000 },
      { fired: 20_000, resolved: null },
    ]);
    await apply({ params: { afterMs: 20_000 }, enabled: false });
    expect(await seen()).toMatchObject([{ resolved: 60_000 }, { resolved: 60_000 }]);
    await apply({ params: { afterMs: 20_000 } });
    expect(await seen()).toMatchObject([{ resolved: 60_000 }, { fired: 20_000, resolved: null }]);
  });
});

describe('labels', () => {
  const label = (device: string, labels: object): Promise<unknown> =>
    bed.pool.query(
      `INSERT INTO device (device_id, first_seen, labels) VALUES ($1, now(), $2)
       ON CONFLICT (device_id) DO UPDATE SET labels = $2`,
      [device, labels],
    );
  const watcher = (evaluator: Evaluator): RuleWatcher =>
    new RuleWatcher({
      pool: bed.pool,
      rules: bed.rules,
      labels: bed.labels,
      evaluators: [evaluator],
      logger: silent,
    });

  test('select devices, and an alert of a device that loses them is resolved, visibly', async () => {
    await label('north-1', { site: 'north', gateway: 'gw' });
    await label('south-1', { site: 'south' });
    await bed.rules.create(rule('hot', { scope: { labels: { site: ['n*'] } } }));
    const evaluator = await bed.evaluator([0]);
    await watcher(evaluator).look();
    const log = new MemoryLog(0);
    for (const device of ['north-1', 'south-1', 'unknown']) log.publish(device, NOON, 31);
    await evaluator.evaluate([log.batch(0n)]);
    expect(await seen()).toMatchObject([{ device: 'north-1', resolved: null }]);
    const { rows } = await bed.pool.query<{ payload: object }>('SELECT payload FROM notification');
    expect(rows).toMatchObject([{ payload: { labels: { site: 'north', gateway: 'gw' } } }]);
    await label('north-1', { site: 'south' });
    bed.nowMs = NOON + 1000;
    await watcher(evaluator).look();
    const [alert] = await alerts(bed.pool);
    expect(alert).toMatchObject({ state: 'resolved', resolved_by: 'device-changed' });
    log.publish('north-1', NOON + 2000, 31);
    await evaluator.evaluate([log.batch(3n)]);
    expect(await bed.count('alert')).toBe(1);
  });

  test('are told in the order of their revisions, only those that changed', async () => {
    await label('a', { site: 'x' });
    await label('b', {});
    const first = await readChangedLabels(bed.pool, 0);
    expect(first.devices).toEqual([{ deviceId: 'a', labels: { site: 'x' } }]);
    await label('a', { site: 'x' });
    expect((await readChangedLabels(bed.pool, first.revision)).devices).toEqual([]);
    await label('a', {});
    const second = await readChangedLabels(bed.pool, first.revision);
    expect(second.devices).toEqual([{ deviceId: 'a', labels: {} }]);
    expect(second.revision).toBeGreaterThan(first.revision);
  });
});

test('a ladder moves one alert up and down: severity events, and one row', async () => {
  const levels = [{ severity: 'critical', threshold: 40, clearThreshold: 38 }];
  const params = { operator: '>', threshold: 30, clearThreshold: 28, levels };
  await bed.rules.create(rule('hot', { params }));
  const log = new MemoryLog(0);
  for (const [index, value] of [31, 41, 39, 37, 41, 20].entries()) log.publish('dev', NOON + index, value);
  const evaluator = await bed.evaluator([0]);
  for (let offset = 0n; offset < log.end; offset++)
    await evaluator.evaluate([log.batch(offset, offset + 1n)]);
  expect(await seen()).toMatchObject([{ started: 0, fired: 0, resolved: 5 }]);
  const { rows } = await bed.pool.query<{ event: string }>(
    `SELECT transition || ' ' || severity AS event FROM alert_event ORDER BY sequence`,
  );
  const events = [
    'firing warning',
    'severity critical',
    'severity warning',
    'severity critical',
    'resolved critical',
  ];
  expect(rows.map(({ event }) => event)).toEqual(events);
  // The same records again, the states and positions lost: nothing is told twice.
  await bed.pool.query('DELETE FROM consumer_offset; DELETE FROM alert_state');
  await (await bed.evaluator([0])).evaluate([log.batch(0n)]);
  expect(await bed.count('alert_event')).toBe(events.length);
});
