import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { advance, type AlertState, applyObservation, compileRule, type Rule } from '@fieldstream/domain';
import type { Evaluator } from '../../apps/alerter/src/evaluator.js';
import { alerts, EvaluatorBed, MemoryLog, rule } from './alerter-support.js';

const NOON = Date.UTC(2026, 5, 1, 12);
const yes = (): Promise<boolean> => Promise.resolve(true);

let bed: EvaluatorBed;
beforeAll(async () => {
  bed = await EvaluatorBed.create();
}, 60_000);
beforeEach(() => bed.clear());
afterAll(() => bed.close());

/** What a plain evaluation over the history gives: fired, started, resolved. */
function plainly(of: Rule, history: readonly (readonly [number, number])[], endMs: number): object[] {
  const { terms } = compileRule(of);
  const found: { started: number; fired: number; resolved: number | null }[] = [];
  const note = (step: ReturnType<typeof advance>): AlertState => {
    for (const { transition, atMs, startedAtMs } of step.transitions) {
      const open = found.at(-1);
      if (transition === 'firing') found.push({ started: startedAtMs, fired: atMs, resolved: null });
      else if (open) open.resolved = atMs;
    }
    return step.state;
  };
  let state: AlertState | undefined;
  for (const [timeMs, value] of history) {
    const step = applyObservation(terms, state, { timeMs, value, receivedAtMs: timeMs });
    if (step !== 'late') state = note(step);
  }
  if (state) note(advance(terms, state, endMs));
  return found;
}

async function stored(device: string): Promise<object[]> {
  return (await alerts(bed.pool, { device })).map((row) => ({
    started: row.started_at.getTime(),
    fired: row.fired_at.getTime(),
    resolved: row.resolved_at?.getTime() ?? null,
  }));
}

describe('evaluation', () => {
  test('equals a plain evaluation, whatever the batches, restarts, repetitions and timers', async () => {
    const of = rule('hot', { forMs: 20, clearForMs: 15 });
    const point = fc.record({
      gapMs: fc.integer({ min: 1, max: 30 }),
      value: fc.integer({ min: 26, max: 33 }),
      after: fc.constantFrom('nothing', 'nothing', 'batch', 'batch', 'restart', 'repeat', 'timer', 'resend'),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(point, { minLength: 1, maxLength: 25 }), async (points) => {
        await bed.clear();
        await bed.rules.create(of);
        const log = new MemoryLog(3);
        const history: [number, number][] = [];
        let evaluator = await bed.evaluator([3]);
        let [timeMs, applied] = [NOON, 0n];
        for (const { gapMs, value, after } of points) {
          timeMs += gapMs;
          history.push([timeMs, value]);
          log.publish('dev', timeMs, value);
          if (after === 'nothing') continue;
          if (after === 'resend') log.publish('dev', timeMs, value);
          const batch = log.batch(applied);
          await evaluator.evaluate([batch]);
          applied = log.end;
          if (after === 'restart') evaluator = await bed.evaluator([3]);
          if (after === 'repeat') await evaluator.evaluate([batch]);
          // The last reading is still the newest: a timer may look at its moment.
          if (after === 'timer') {
            bed.nowMs = timeMs;
            await evaluator.fireTimers(yes);
          }
        }
        await evaluator.evaluate([log.batch(applied)]);
        bed.nowMs = timeMs + 1000;
        await evaluator.fireTimers(yes);
        expect(await stored('dev')).toEqual(plainly(of, history, timeMs + 1000));
        expect(await bed.position(3)).toBe(log.end);
      }),
      { numRuns: 60 },
    );
  }, 120_000);

  test('the same records again, from the beginning, change nothing', async () => {
    await bed.rules.create(rule('hot', { notify: { channels: ['ops'] } }));
    const log = new MemoryLog(0);
    for (const [index, value] of [20, 31, 29, 31, 27, 35].entries()) log.publish('dev', NOON + index, value);
    await (await bed.evaluator([0])).evaluate([log.batch(0n)]);
    const before = [await alerts(bed.pool), await bed.count('alert_event'), await bed.count('notification')];
    expect(before.slice(1)).toEqual([3, 6]);
    // As if the offset had not been moved, and as if it and the states had been lost.
    for (const lost of [
      'UPDATE consumer_offset SET next_offset = 0',
      'DELETE FROM consumer_offset; DELETE FROM alert_state',
    ]) {
      await bed.pool.query(lost);
      await (await bed.evaluator([0])).evaluate([log.batch(0n)]);
      const after = [await alerts(bed.pool), await bed.count('alert_event'), await bed.count('notification')];
      expect(after).toEqual(before);
    }
  });

  test('a transaction that fails leaves memory as it was', async () => {
    await bed.rules.create(rule('hot'));
    const log = new MemoryLog(0);
    log.publish('dev', NOON, 31);
    const evaluator = await bed.evaluator([0]);
    await bed.pool.query('ALTER TABLE alert RENAME TO alert_away');
    await expect(evaluator.evaluate([log.batch(0n)])).rejects.toThrow('alert');
    await bed.pool.query('ALTER TABLE alert_away RENAME TO alert');
    await evaluator.evaluate([log.batch(0n)]);
    expect(await alerts(bed.pool)).toMatchObject([{ state: 'firing' }]);
  });

  test('series that no rule watches, and records of no use, leave only the offset', async () => {
    await bed.rules.create(rule('hot', { scope: { devices: ['other-*'], metrics: ['temperature'] } }));
    const log = new MemoryLog(0);
    log.publish('dev', NOON, 31);
    log.append(Buffer.from('no JSON'));
    await (await bed.evaluator([0])).evaluate([log.batch(0n)]);
    expect([await bed.count('alert_state'), await bed.position(0)]).toEqual([0, 2n]);
    const { rows } = await bed.pool.query('SELECT records, dead_lettered, readings FROM consumer_offset');
    expect(rows).toEqual([{ records: '2', dead_lettered: '1', readings: '0' }]);
  });

  test('samples of one publish may come in any order', async () => {
    await bed.rules.create(rule('hot', { forMs: 10 }));
    const log = new MemoryLog(0);
    const { encodeTelemetry } = await import('@fieldstream/wire');
    const sample = (timeMs: number, value: number) => ({ timeMs, values: new Map([['temperature', value]]) });
    const samples = [sample(NOON + 20, 20), sample(NOON, 31), sample(NOON + 5, 31)];
    log.append(encodeTelemetry({ deviceId: 'dev', receivedAtMs: NOON + 20, samples }));
    await (await bed.evaluator([0])).evaluate([log.batch(0n)]);
    expect(await stored('dev')).toEqual([{ started: NOON, fired: NOON + 10, resolved: NOON + 20 }]);
  });
});

describe('timers', () => {
  test('wait until the partition is caught up, and survive a restart', async () => {
    await bed.rules.create(rule('hot', { forMs: 1000 }));
    const log = new MemoryLog(0);
    log.publish('dev', NOON, 31);
    await (await bed.evaluator([0])).evaluate([log.batch(0n)]);
    const evaluator = await bed.evaluator([0]);
    bed.nowMs = NOON + 999;
    await evaluator.fireTimers(yes);
    expect(await bed.count('alert')).toBe(0);
    bed.nowMs = NOON + 5000;
    await evaluator.fireTimers(() => Promise.resolve(false));
    expect(await bed.count('alert')).toBe(0);
    bed.nowMs = NOON + 6000;
    await evaluator.fireTimers(yes);
    expect(await stored('dev')).toEqual([{ started: NOON, fired: NOON + 1000, resolved: null }]);
  });

  test('of backfilled readings wait for the rest of the backfill', async () => {
    await bed.rules.create(rule('hot', { forMs: 1000 }));
    const log = new MemoryLog(0);
    const hour = 3_600_000;
    log.publish('dev', NOON - hour, 31, NOON);
    const evaluator = await bed.evaluator([0]);
    await evaluator.evaluate([log.batch(0n)]);
    bed.nowMs = NOON + 500;
    await evaluator.fireTimers(yes);
    log.publish('dev', NOON - hour + 900, 20, NOON + 600);
    await evaluator.evaluate([log.batch(1n)]);
    bed.nowMs = NOON + 5000;
    await evaluator.fireTimers(yes);
    expect(await bed.count('alert')).toBe(0);
  });

  test('of a clearing come before those that were queued first', async () => {
    await bed.rules.create(rule('hot', { forMs: 60_000, clearForMs: 1000 }));
    const log = new MemoryLog(0);
    log.publish('dev', NOON, 31);
    log.publish('dev', NOON + 60_000, 20);
    const evaluator = await bed.evaluator([0]);
    await evaluator.evaluate([log.batch(0n)]);
    bed.nowMs = NOON + 61_000;
    await evaluator.fireTimers(yes);
    expect(await stored('dev')).toEqual([{ started: NOON, fired: NOON + 60_000, resolved: NOON + 61_000 }]);
  });
});

describe('two processes that take themselves for the owner', () => {
  test('make each transition once, and the one with old states reads them anew', async () => {
    await bed.rules.create(rule('hot', { forMs: 1000 }));
    const log = new MemoryLog(0);
    log.publish('dev', NOON, 31);
    const old = await bed.evaluator([0]);
    await old.evaluate([log.batch(0n)]);
    const heir = await bed.evaluator([0]);
    bed.nowMs = NOON + 1000;
    await old.fireTimers(yes);
    // The heir does not know that the timer has fired.
    log.publish('dev', NOON + 900, 20);
    await expect(heir.evaluate([log.batch(1n)])).rejects.toMatchObject({
      code: 'stale-position',
      retriable: true,
    });
    await heir.evaluate([log.batch(1n)]);
    expect(await stored('dev')).toEqual([{ started: NOON, fired: NOON + 1000, resolved: null }]);
    log.publish('dev', NOON + 2000, 20);
    await heir.evaluate([log.batch(2n)]);
    await old.evaluate([log.batch(2n)]);
    expect(await stored('dev')).toEqual([{ started: NOON, fired: NOON + 1000, resolved: NOON + 2000 }]);
    expect(await bed.count('alert_event')).toBe(2);
  });

  test('both let the timer fire: one alert', async () => {
    await bed.rules.create(rule('hot', { forMs: 1000 }));
    const log = new MemoryLog(0);
    log.publish('dev', NOON, 31);
    const one = await bed.evaluator([0]);
    await one.evaluate([log.batch(0n)]);
    const other = await bed.evaluator([0]);
    bed.nowMs = NOON + 1000;
    const outcomes = await Promise.allSettled([one.fireTimers(yes), other.fireTimers(yes)]);
    expect(outcomes.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    bed.nowMs = NOON + 9000;
    await Promise.all([one.fireTimers(yes), other.fireTimers(yes)]);
    expect([await bed.count('alert'), await bed.count('alert_event')]).toEqual([1, 1]);
  });
});

test('a device that moves to another partition takes its open alert along', async () => {
  await bed.rules.create(rule('hot'));
  const before = new MemoryLog(1);
  before.publish('dev', NOON, 31);
  const owner = await bed.evaluator([1]);
  await owner.evaluate([before.batch(0n)]);
  const after = new MemoryLog(7);
  after.publish('dev', NOON + 10, 20);
  await owner.assign([7]);
  await owner.evaluate([after.batch(0n)]);
  expect(await stored('dev')).toEqual([{ started: NOON, fired: NOON, resolved: NOON + 10 }]);
  expect((await bed.pool.query('SELECT partition FROM alert_state')).rows).toEqual([{ partition: 7 }]);
});

test('a damaged state is reported and its evaluation starts anew', async () => {
  await bed.rules.create(rule('hot'));
  const log = new MemoryLog(0);
  log.publish('dev', NOON, 20);
  await (await bed.evaluator([0])).evaluate([log.batch(0n)]);
  await bed.pool.query(`UPDATE alert_state SET state = '{"phase": "odd"}'`);
  const evaluator = await bed.evaluator([0]);
  log.publish('dev', NOON + 1, 31);
  await evaluator.evaluate([log.batch(1n)]);
  expect(bed.errors).toEqual(['stored alert state is damaged; its evaluation starts anew']);
  expect(await alerts(bed.pool)).toMatchObject([{ state: 'firing' }]);
});

describe('a rule that is changed', () => {
  const log = (): MemoryLog => {
    const made = new MemoryLog(0);
    made.publish('dev', NOON, 31);
    return made;
  };
  const changes: [string, string, () => Promise<unknown>][] = [
    [
      'in its condition',
      'rule-changed',
      () => bed.rules.replace(rule('hot', { params: { operator: '>', threshold: 50 } })),
    ],
    [
      'in its scope',
      'rule-changed',
      () => bed.rules.replace(rule('hot', { scope: { devices: ['x'], metrics: ['temperature'] } })),
    ],
    ['to disabled', 'rule-disabled', () => bed.rules.replace(rule('hot', { enabled: false }))],
    ['to deleted', 'rule-deleted', () => bed.rules.remove('hot')],
  ];

  const cases = changes.flatMap(([what, by, change]) =>
    (['while running', 'while nothing ran'] as const).map((when) => [what, when, by, change] as const),
  );
  test.each(cases)('%s, %s, has its open alert resolved by %s', async (_, when, by, change) => {
    await bed.rules.create(rule('hot', { notify: { channels: [] } }));
    const records = log();
    let evaluator: Evaluator = await bed.evaluator([0]);
    await evaluator.evaluate([records.batch(0n)]);
    bed.nowMs = NOON + 5000;
    await change();
    if (when === 'while running') await bed.applyRules(evaluator);
    else evaluator = await bed.evaluator([0]);
    const [alert] = await alerts(bed.pool);
    expect(alert).toMatchObject({ state: 'resolved', resolved_by: by, resolved_at: new Date(NOON + 5000) });
    const { rows } = await bed.pool.query('SELECT payload FROM notification ORDER BY notification_id');
    expect(rows).toMatchObject([
      { payload: { state: 'firing', ruleName: 'Rule hot', value: 31 } },
      { payload: { state: 'resolved', ruleName: 'Rule hot', value: null } },
    ]);
    // A late reading makes no alert even of the new rule.
    records.publish('dev', NOON - 1, 99);
    await evaluator.evaluate([records.batch(1n)]);
    expect(await bed.count('alert')).toBe(1);
  });

  test('in name, severity or receivers only, keeps its open alert and tells of it by the new name', async () => {
    await bed.rules.create(rule('hot'));
    const records = log();
    const evaluator = await bed.evaluator([0]);
    await evaluator.evaluate([records.batch(0n)]);
    const edited = { name: 'New name', severity: 'critical', notify: { channels: ['ops'] } };
    await bed.rules.replace(rule('hot', edited));
    await bed.applyRules(evaluator);
    expect(await alerts(bed.pool)).toMatchObject([{ state: 'firing' }]);
    records.publish('dev', NOON + 10, 20);
    await evaluator.evaluate([records.batch(1n)]);
    expect(await alerts(bed.pool)).toMatchObject([{ state: 'resolved', resolved_by: 'cleared' }]);
    const { rows } = await bed.pool.query(
      'SELECT channel, payload FROM notification ORDER BY notification_id',
    );
    expect(rows.map((row: { channel: string }) => row.channel)).toEqual(['stream', 'stream', 'channel']);
    expect(rows.at(-1)).toMatchObject({ payload: { ruleName: 'New name', severity: 'critical' } });
  });

  test('forgets how long its condition had held', async () => {
    await bed.rules.create(rule('hot', { forMs: 1000 }));
    const records = log();
    const evaluator = await bed.evaluator([0]);
    await evaluator.evaluate([records.batch(0n)]);
    await bed.rules.replace(rule('hot', { forMs: 500 }));
    await bed.applyRules(evaluator);
    bed.nowMs = NOON + 5000;
    await evaluator.fireTimers(yes);
    expect(await bed.count('alert')).toBe(0);
    records.publish('dev', NOON + 5000, 31);
    records.publish('dev', NOON + 6000, 31);
    await evaluator.evaluate([records.batch(1n)]);
    expect(await stored('dev')).toEqual([{ started: NOON + 5000, fired: NOON + 5500, resolved: null }]);
  });

  test('cannot be put in force while the database is away; the old one stays', async () => {
    await bed.rules.create(rule('hot'));
    const records = log();
    const evaluator = await bed.evaluator([0]);
    await evaluator.evaluate([records.batch(0n)]);
    await bed.rules.remove('hot');
    await bed.pool.query('ALTER TABLE alert RENAME TO alert_away');
    await expect(bed.applyRules(evaluator)).rejects.toThrow('alert');
    expect(evaluator.rules.index.size).toBe(1);
    await bed.pool.query('ALTER TABLE alert_away RENAME TO alert');
    await bed.applyRules(evaluator);
    // What is in memory was read anew by the failed attempt's successor.
    expect(await alerts(bed.pool)).toMatchObject([{ resolved_by: 'rule-deleted' }]);
  });
});
