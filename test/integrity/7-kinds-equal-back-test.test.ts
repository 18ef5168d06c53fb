import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import mqtt from 'mqtt';
import { backTest, type BackTestAlert, type Observation, type Rule } from '@fieldstream/domain';
import { eventually, seededRandom } from '@fieldstream/testing';
import { rulesInForce, storeRule } from '../support/alerting.js';
import { consumed } from '../support/expectations.js';
import { startPipeline, type Pipeline } from '../support/pipeline.js';
import { SIZES } from '../support/sizes.js';

jest.setTimeout(300_000);

const { publishes: PUBLISHES } = SIZES.kinds;
const DEVICES = ['press-0', 'press-1', 'press-2'];
const STEP_MS = 10_000;
/**
 * Between two publishes of all devices. History passes 250 times as fast as time, so no timer is due in
 * between.
 */
const PACE_MS = 40;
const MINUTE_MS = 60_000;

const ON_LOAD = { metrics: ['load'] };
const RULES = [
  {
    id: 'mean',
    kind: 'aggregate',
    params: { function: 'avg', windowMs: 5 * MINUTE_MS, operator: '>', threshold: 55, clearThreshold: 52 },
    scope: ON_LOAD,
  },
  {
    id: 'few',
    kind: 'aggregate',
    params: { function: 'count', windowMs: 5 * MINUTE_MS, operator: '<', threshold: 25 },
    scope: ON_LOAD,
  },
  {
    id: 'fast',
    kind: 'rate',
    params: { operator: 'outside', low: -20, high: 20, perMs: MINUTE_MS, windowMs: 2 * MINUTE_MS },
    scope: ON_LOAD,
  },
  {
    id: 'again-and-again',
    kind: 'repeating',
    params: { operator: '>', threshold: 60, clearThreshold: 57, times: 3, withinMs: 10 * MINUTE_MS },
    scope: ON_LOAD,
  },
  {
    id: 'ladder',
    kind: 'threshold',
    params: {
      operator: '>',
      threshold: 55,
      clearThreshold: 50,
      levels: [{ severity: 'critical', threshold: 70, clearThreshold: 65 }],
    },
    forMs: 20_000,
    clearForMs: 10_000,
    scope: ON_LOAD,
  },
  {
    id: 'quiet',
    kind: 'absence',
    params: { afterMs: 2 * MINUTE_MS },
    scope: ON_LOAD,
  },
  {
    id: 'fault',
    kind: 'state',
    params: { operator: '=', value: 'FAULT' },
    forMs: 15_000,
    scope: { metrics: ['mode'] },
  },
  {
    id: 'moved',
    kind: 'state',
    params: { operator: 'changes', holdMs: MINUTE_MS },
    scope: { metrics: ['mode'] },
  },
];

interface Publish {
  readonly device: string;
  readonly timeMs: number;
  readonly load: number;
  readonly mode: string;
  /** Whether something newer of the device was published before. */
  readonly isLate: boolean;
}

/**
 * What one device publishes, in the order in which it does: a slow wave with noise and bursts, modes that
 * last for a while, pauses of some minutes; readings twice, out of order, and half an hour late with loads
 * that nothing else has. Ends in calm.
 */
function publishesOf(device: string, startMs: number, seed: number): Publish[] {
  const random = seededRandom(seed);
  const modes = ['RUN', 'IDLE', 'FAULT'];
  let mode = 'RUN';
  let timeMs = startMs;
  let newestMs = 0;
  const publishes: Publish[] = [];
  const publish = (atMs: number, load: number): void => {
    publishes.push({ device, timeMs: atMs, load, mode, isLate: atMs <= newestMs });
    newestMs = Math.max(newestMs, atMs);
  };
  for (let n = 0; n < PUBLISHES; n++) {
    const isCalm = n > PUBLISHES - 80;
    timeMs += !isCalm && random() < 0.01 ? 5 * MINUTE_MS : STEP_MS;
    if (isCalm) mode = 'IDLE';
    else if (random() < 0.08) mode = modes[Math.floor(random() * modes.length)] ?? 'RUN';
    const burst = random() < 0.05 ? 25 : 0;
    const wave = 50 + 14 * Math.sin(n / 30) + (random() - 0.5) * 16 + burst;
    const load = isCalm ? 40 : Math.round(wave * 4) / 4;
    const fate = isCalm ? 1 : random();
    if (fate < 0.05) {
      // The next one overtakes it.
      publish(timeMs + STEP_MS / 2, load + 0.25);
      publish(timeMs, load);
    } else {
      publish(timeMs, load);
      if (fate < 0.1) publish(timeMs, load);
      if (fate > 0.1 && fate < 0.15) publish(timeMs - 30 * MINUTE_MS + 1, 99);
    }
  }
  return publishes;
}

describe('7. alerts are right', () => {
  let pipeline: Pipeline;
  const rules: Rule[] = [];

  beforeAll(async () => {
    pipeline = await startPipeline('kinds', ['aggregator', 'alerter', 'bridge']);
    for (const rule of RULES) {
      const scope = { devices: ['press-*'], ...rule.scope };
      rules.push(await storeRule(pipeline, { name: rule.id, severity: 'warning', ...rule, scope }));
    }
    await rulesInForce(pipeline);
  });

  afterAll(async () => {
    await pipeline?.close();
  });

  test('of rules of every kind, over late, doubled and disordered readings and two kills, as over the stored history', async () => {
    // Windows are cut at multiples of their length: from a whole hour on, the same history gives the same
    // alerts.
    const startMs = Math.floor(Date.now() / 3_600_000) * 3_600_000 - 12 * 3_600_000;
    const histories = DEVICES.map((device, n) => publishesOf(device, startMs, n + 1));
    const client = await mqtt.connectAsync(pipeline.mqttUrl, { protocolVersion: 4 });
    const publish = ({ device, timeMs, load, mode, isLate }: Publish): Promise<unknown> =>
      client.publishAsync(
        `devices/${device}/telemetry`,
        // What the text was then is in the history already.
        JSON.stringify(isLate ? { load, ts: timeMs } : { load, mode, ts: timeMs }),
        { qos: 1 },
      );
    const length = Math.max(...histories.map((history) => history.length));
    const kills: Promise<void>[] = [];
    try {
      for (let n = 0; n < length; n++) {
        const paceMs = performance.now() + PACE_MS;
        await Promise.all(histories.flatMap((history) => history[n] ?? []).map(publish));
        // Nobody waits for it: what is published meanwhile is evaluated after the restart.
        if (n === Math.floor(length / 4) || n === Math.floor(length / 2)) {
          await Promise.all(kills);
          kills.push(pipeline.service('alerter').restart({ signal: 'SIGKILL' }));
        }
        await eventually(() => performance.now() >= paceMs, { everyMs: 5, what: 'the next publish' });
      }
      await Promise.all(kills);
    } finally {
      await client.endAsync();
    }
    await consumed(pipeline, 'fieldstream-alerter', 'telemetry.readings');
    await consumed(pipeline, 'fieldstream-aggregator', 'telemetry.readings');

    const lateOnly = (device: string): ReadonlySet<number> => {
      const history = histories.flat().filter((one) => one.device === device);
      const inTime = new Set(history.filter(({ isLate }) => !isLate).map(({ timeMs }) => timeMs));
      return new Set(history.filter(({ timeMs }) => !inTime.has(timeMs)).map(({ timeMs }) => timeMs));
    };
    const lateCount = DEVICES.reduce((sum, device) => sum + lateOnly(device).size, 0);
    expect(lateCount).toBeGreaterThan(PUBLISHES / 20);
    let firings = 0;
    for (const rule of rules) {
      for (const device of DEVICES) {
        const [metric = ''] = rule.scope.metrics;
        const stored = await storedHistory(pipeline, device, metric);
        const late = lateOnly(device);
        const taken = stored.filter(({ timeMs }) => !late.has(timeMs));
        const toMs = Math.max(...taken.map(({ timeMs }) => timeMs));
        const range = { fromMs: startMs, toMs };
        const expected = backTest(rule, taken, range).alerts;
        expect({ rule: rule.id, device, alerts: await liveAlerts(pipeline, rule, device, toMs) }).toEqual({
          rule: rule.id,
          device,
          alerts: expected,
        });
        firings += expected.length;
      }
      const { rows } = await pipeline.sql.query('SELECT FROM alert WHERE rule_id = $1', [rule.id]);
      expect({ rule: rule.id, fired: rows.length > 1 }).toEqual({ rule: rule.id, fired: true });
    }
    process.stderr.write(`${firings} alerts of ${rules.length} rules equal the history's\n`);
  });
});

/**
 * What is stored of a series, in order of time: each number, or each text with the times at which it began
 * and was last seen.
 */
async function storedHistory(pipeline: Pipeline, device: string, metric: string): Promise<Observation[]> {
  const { rows } = await pipeline.sql.query<{ time: string; value: number | string }>(
    metric === 'mode'
      ? `SELECT extract(epoch FROM t) * 1000 AS time, value FROM series JOIN reading_text USING (series_id),
                unnest(ARRAY[time, until_time]) AS t WHERE device_id = $1 AND metric = $2 GROUP BY 1, 2 ORDER BY 1`
      : `SELECT extract(epoch FROM time) * 1000 AS time, value FROM series JOIN reading USING (series_id)
         WHERE device_id = $1 AND metric = $2 ORDER BY 1`,
    [device, metric],
  );
  return rows.map(({ time, value }) => ({ timeMs: Math.round(Number(time)), value }));
}

/** The rows of `alert` and `alert_event` in the shape of the back-test, up to a moment of the history. */
async function liveAlerts(
  pipeline: Pipeline,
  rule: Rule,
  device: string,
  toMs: number,
): Promise<BackTestAlert[]> {
  const { rows } = await pipeline.sql.query<{
    started: string;
    value: number | null;
    text: string | null;
    events: { transition: string; at: number; severity: BackTestAlert['severity'] }[];
    resolved: string | null;
  }>(
    `SELECT extract(epoch FROM started_at) * 1000 AS started, value, text, extract(epoch FROM resolved_at) * 1000 AS resolved,
            (SELECT json_agg(json_build_object('transition', transition, 'severity', e.severity,
                                               'at', round(extract(epoch FROM e.time) * 1000)) ORDER BY sequence)
             FROM alert_event e WHERE e.alert_id = alert.alert_id) AS events
     FROM alert WHERE rule_id = $1 AND device_id = $2 ORDER BY fired_at`,
    [rule.id, device],
  );
  return rows.flatMap(({ started, value, text, events, resolved }) => {
    const changes = events
      .filter(({ transition, at }) => transition !== 'resolved' && at <= toMs)
      .map(({ at, severity }) => ({ atMs: at, severity }));
    const [first] = changes;
    if (first === undefined) return [];
    const ends = events.filter(({ transition }) => transition === 'resolved').map(({ at }) => at);
    // Both tables tell the same.
    expect(ends).toEqual(resolved === null ? [] : [Math.round(Number(resolved))]);
    const [endMs = Infinity] = ends;
    const isCritical = changes.some(({ severity }) => severity === 'critical');
    return [
      {
        startedAtMs: Math.round(Number(started)),
        firedAtMs: first.atMs,
        resolvedAtMs: endMs <= toMs ? endMs : null,
        ...(text === null ? { value } : { value, text }),
        severity: isCritical ? ('critical' as const) : rule.severity,
        changes,
      },
    ];
  });
}
