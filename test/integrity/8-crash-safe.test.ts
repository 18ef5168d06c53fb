import { afterAll, afterEach, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { eventually, Fleet, seededRandom } from '@fieldstream/testing';
import { bringBack, takeAway } from '../support/engine-faults.js';
import { consumed, expectWhole } from '../support/expectations.js';
import { recordCount } from '../support/kafka-log.js';
import { startPipeline, type Pipeline } from '../support/pipeline.js';
import { SIZES } from '../support/sizes.js';

jest.setTimeout(600_000);

const { kills: KILLS, leastPublishes: LEAST_PUBLISHES, rate: RATE } = SIZES.crash;
const VICTIMS = ['bridge', 'aggregator', 'alerter', 'bridge', 'aggregator', 'kafka', 'postgres'] as const;
const { rate: outageRate, awayMs } = SIZES.databaseOutage;
/** Half of what is published while the database is away. */
const leastAcked = (outageRate * awayMs) / 2_000;

describe('8. crash-safe', () => {
  let pipeline: Pipeline;

  beforeAll(async () => {
    pipeline = await startPipeline('crash', ['aggregator', 'alerter', 'bridge']);
    await pipeline.sql.query(
      `INSERT INTO alert_rule (rule_id, name, severity, scope, kind, params)
       VALUES ('warm', 'Warm', 'warning', '{"devices":["crash-*"],"metrics":["room_ambient_temperature_celsius"]}',
               'threshold', '{"operator":">","threshold":39.9,"clearThreshold":35}')`,
    );
  });

  afterEach(async () => {
    await bringBack(pipeline.bed, 'kafka');
    await bringBack(pipeline.bed, 'postgres');
  });

  afterAll(async () => {
    await pipeline?.close();
  });

  test(`${KILLS} kill -9 of random processes, engines among them, while at least ${LEAST_PUBLISHES * 4} readings are published`, async () => {
    const seed = Number(process.env['CRASH_SEED'] ?? Date.now() % 1_000_000);
    const random = seededRandom(seed);
    const fleet = new Fleet({
      port: pipeline.mqttPort,
      connections: 60,
      rate: RATE,
      devicePrefix: 'crash',
      disorder: { duplicateShare: 0.05, lateShare: 0.05, outOfOrderShare: 0.05 },
    });
    const killed: string[] = [];
    try {
      await fleet.connect();
      fleet.start();
      for (let kill = 0; kill < KILLS; kill++) {
        // At a moment of the work, not of the clock: after a random number of further acks.
        const target = fleet.stats().acked + Math.floor(random() * RATE * 2) + RATE / 4;
        await eventually(() => fleet.stats().acked >= target, {
          timeoutMs: 90_000,
          everyMs: 3,
          what: `acks after the kill of ${killed.at(-1)} (seed ${seed})`,
        });
        const victim = VICTIMS[Math.floor(random() * VICTIMS.length)] ?? 'bridge';
        killed.push(victim);
        if (victim === 'kafka' || victim === 'postgres') {
          await takeAway(pipeline.bed, victim);
          await bringBack(pipeline.bed, victim);
        } else {
          await pipeline.service(victim).restart({ signal: 'SIGKILL' });
        }
      }
      await eventually(() => fleet.stats().published >= LEAST_PUBLISHES, {
        timeoutMs: 120_000,
        what: `${LEAST_PUBLISHES} publishes`,
      });
      await fleet.drain(120_000);
    } finally {
      await fleet.close();
      process.stderr.write(`killed (seed ${seed}): ${killed.join(', ')}\n`);
    }
    expect(fleet.ledger.acked).toBe(fleet.ledger.sent);
    await expectWhole(pipeline, fleet.ledger);
    await consumed(pipeline, 'fieldstream-alerter', 'telemetry.readings');
    const doubles = await pipeline.sql.query(
      `SELECT rule_id, device_id, metric, started_at FROM alert GROUP BY 1, 2, 3, 4 HAVING count(*) > 1`,
    );
    expect(doubles.rows).toEqual([]);
    const open = await pipeline.sql.query(
      `SELECT device_id FROM alert WHERE state = 'firing' GROUP BY rule_id, device_id, metric HAVING count(*) > 1`,
    );
    expect(open.rows).toEqual([]);
  });

  test(`the database away for ${awayMs / 1000} s: readings keep being acked, the backlog is drained, nothing is lost`, async () => {
    const fleet = new Fleet({
      port: pipeline.mqttPort,
      connections: 40,
      rate: outageRate,
      devicePrefix: 'nodb',
    });
    try {
      await fleet.connect();
      fleet.start();
      await eventually(() => fleet.stats().acked > outageRate, {
        timeoutMs: 30_000,
        what: 'the fleet at work',
      });
      await takeAway(pipeline.bed, 'postgres');
      const ackedBefore = fleet.stats().acked;
      const backAt = Date.now() + awayMs;
      await eventually(() => Date.now() >= backAt, {
        timeoutMs: awayMs * 2,
        everyMs: 250,
        what: 'the outage',
      });
      // Devices do not notice: what acks is Kafka.
      expect(fleet.stats().acked - ackedBefore).toBeGreaterThan(leastAcked);
      expect(fleet.stats().lost).toBe(0);
      await bringBack(pipeline.bed, 'postgres');
      await fleet.drain();
    } finally {
      await fleet.close();
    }
    await expectWhole(pipeline, fleet.ledger);
    expect(await recordCount(pipeline.bed, 'telemetry.readings')).toBeGreaterThan(
      LEAST_PUBLISHES + leastAcked,
    );
    expect(pipeline.service('aggregator').isRunning && pipeline.service('alerter').isRunning).toBe(true);
  });
});
