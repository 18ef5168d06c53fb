import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import mqtt from 'mqtt';
import { eventually, seededRandom } from '@fieldstream/testing';
import { consumed } from '../support/expectations.js';
import { startPipeline, type Pipeline } from '../support/pipeline.js';
import { SIZES } from '../support/sizes.js';

jest.setTimeout(240_000);

const { devices: DEVICES, readings: READINGS, kills: KILLS } = SIZES.alerts;
const STEP_MS = 1_000;
const RULES = [
  { id: 'at-once', forMs: 0, clearForMs: 0 },
  { id: 'held', forMs: 3_000, clearForMs: 2_000 },
] as const;
const THRESHOLD = 30;
const CLEAR = 28;

interface Reading {
  readonly timeMs: number;
  readonly value: number;
}

/** A noisy signal that wanders about the threshold, and ends in calm. */
function signal(device: number, startMs: number): Reading[] {
  const random = seededRandom(device + 1);
  return Array.from({ length: READINGS }, (_, n) => {
    const wave = Math.sin((n / READINGS) * Math.PI * 8) * 4;
    const value = n > READINGS - 20 ? 20 : Math.round((29 + wave + (random() - 0.5) * 3) * 100) / 100;
    return { timeMs: startMs + n * STEP_MS, value };
  });
}

/**
 * What a plain look at the whole history gives: a value holds until the next one; the alert starts where a run above the
 * threshold began that lasts for `forMs`, and ends when a run at or below the clear threshold has lasted for `clearForMs`.
 */
function expectedAlerts(history: readonly Reading[], forMs: number, clearForMs: number): string[] {
  const alerts: string[] = [];
  let since: number | undefined;
  let fired: number | undefined;
  let calmSince: number | undefined;
  for (const [index, { timeMs, value }] of history.entries()) {
    const untilMs = history[index + 1]?.timeMs ?? Infinity;
    if (fired === undefined) {
      since = value > THRESHOLD ? (since ?? timeMs) : undefined;
      if (since !== undefined && since + forMs <= untilMs) {
        fired = since + forMs;
        calmSince = undefined;
      }
    } else {
      calmSince = value <= CLEAR ? (calmSince ?? timeMs) : undefined;
      if (calmSince !== undefined && calmSince + clearForMs <= untilMs) {
        alerts.push(`${since} ${fired} ${calmSince + clearForMs}`);
        since = fired = undefined;
      }
    }
  }
  return alerts;
}

describe('7. alerts are right', () => {
  let pipeline: Pipeline;

  beforeAll(async () => {
    pipeline = await startPipeline('alerts', ['aggregator', 'alerter', 'bridge']);
    for (const { id, forMs, clearForMs } of RULES) {
      await pipeline.sql.query(
        `INSERT INTO alert_rule (rule_id, name, severity, scope, kind, params, for_ms, clear_for_ms)
         VALUES ($1, $1, 'warning', '{"devices":["noisy-*"],"metrics":["temperature"]}', 'threshold', $2, $3, $4)`,
        [id, { operator: '>', threshold: THRESHOLD, clearThreshold: CLEAR }, forMs, clearForMs],
      );
    }
  });

  afterAll(async () => {
    await pipeline?.close();
  });

  test('the alerter killed again and again: each alert once, as a plain evaluation of the history has it', async () => {
    const client = await mqtt.connectAsync(pipeline.mqttUrl, { protocolVersion: 4 });
    const startMs = Date.now() - 3_600_000;
    const signals = Array.from({ length: DEVICES }, (_, device) => signal(device, startMs));
    const publish = (device: number, { timeMs, value }: Reading): Promise<unknown> =>
      client.publishAsync(
        `devices/noisy-${device}/telemetry`,
        JSON.stringify({ temperature: value, ts: timeMs }),
        {
          qos: 1,
        },
      );
    try {
      // A rule counts from when the alerter knows it: until then, readings of a device that is not compared.
      let probe = startMs;
      await eventually(
        async () => {
          await publish(DEVICES, { timeMs: (probe += 1), value: 20 });
          const { rows } = await pipeline.sql.query('SELECT FROM alert_state GROUP BY rule_id');
          return rows.length === RULES.length;
        },
        { timeoutMs: 30_000, everyMs: 300, what: 'the alerter knowing the rules' },
      );
      const perKill = Math.floor(READINGS / (KILLS + 1));
      for (let n = 0; n < READINGS; n++) {
        await Promise.all(signals.map((history, device) => publish(device, history[n] as Reading)));
        if (n % perKill === perKill - 1 && n / perKill < KILLS)
          await pipeline.service('alerter').restart({ signal: 'SIGKILL' });
      }
    } finally {
      await client.endAsync();
    }
    await consumed(pipeline, 'fieldstream-alerter', 'telemetry.readings');

    for (const { id, forMs, clearForMs } of RULES) {
      const { rows } = await pipeline.sql.query<{ device: string; alert: string }>(
        `SELECT device_id AS device,
                (SELECT string_agg((extract(epoch FROM moment) * 1000)::bigint::text, ' ' ORDER BY place)
                 FROM unnest(ARRAY[started_at, fired_at, resolved_at]) WITH ORDINALITY AS m (moment, place)) AS alert
         FROM alert WHERE rule_id = $1 ORDER BY started_at`,
        [id],
      );
      const found = signals.map((_, device) =>
        rows.filter((row) => row.device === `noisy-${device}`).map((row) => row.alert),
      );
      const expected = signals.map((history) => expectedAlerts(history, forMs, clearForMs));
      expect(found).toEqual(expected);
      expect(expected.flat().length).toBeGreaterThan(DEVICES);
    }

    // Every transition is in the outbox once, and went out.
    await eventually(
      async () => {
        const { rows } = await pipeline.sql.query<{
          events: number;
          notifications: number;
          delivered: number;
        }>(
          `SELECT (SELECT count(*)::int FROM alert_event) AS events, count(*)::int AS notifications,
                  count(delivered_at)::int AS delivered FROM notification WHERE channel = 'stream'`,
        );
        expect(rows[0]?.notifications).toBe(rows[0]?.events);
        expect(rows[0]?.delivered).toBe(rows[0]?.events);
      },
      { timeoutMs: 60_000, everyMs: 200, what: 'every transition delivered' },
    );
  });
});
