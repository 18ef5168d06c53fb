import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import mqtt from 'mqtt';
import { eventually, seededRandom } from '@fieldstream/testing';
import { decodeAlert } from '@fieldstream/wire';
import { rulesInForce, storeChannel, storeRule } from '../support/alerting.js';
import { consumed } from '../support/expectations.js';
import { readTopic } from '../support/kafka-log.js';
import { startPipeline, type Pipeline } from '../support/pipeline.js';
import { WebReceiver } from '../support/receivers/web-receiver.js';
import { SIZES } from '../support/sizes.js';

jest.setTimeout(400_000);

const { count: CROSSINGS, kills: KILLS } = SIZES.crossings;
const DEVICES = Array.from({ length: 10 }, (_, n) => `kiln-${n}`);
const ROUNDS = CROSSINGS / DEVICES.length;
const STEP_MS = 1_000;
/** One crossing: up, noise within the hysteresis, down, calm. */
const CROSSING = [31, 29, 31.5, 28.4, 33, 27.5, 20];
const SECRET = 'a secret that both sides know';

describe('7. alerts are right', () => {
  let pipeline: Pipeline;
  let web: WebReceiver;

  beforeAll(async () => {
    web = await WebReceiver.start(SECRET);
    pipeline = await startPipeline('crossings', ['alerter', 'bridge']);
    await storeChannel(pipeline, {
      id: 'ops',
      type: 'webhook',
      config: { url: web.url, secret: SECRET },
      groupWaitMs: 0,
      messagesPerMinute: 1_000,
    });
    // A rule each: messages about different rules are sent side by side.
    for (const device of DEVICES) {
      await storeRule(pipeline, {
        id: `${device}-too-hot`,
        name: 'Too hot',
        scope: { devices: [device], metrics: ['temperature'] },
        kind: 'threshold',
        params: { operator: '>', threshold: 30, clearThreshold: 28 },
        notify: { channels: ['ops'] },
      });
    }
    await rulesInForce(pipeline);
  });

  afterAll(async () => {
    await pipeline?.close();
    await web?.close();
  });

  test(`${CROSSINGS} crossings, the alerter killed ${KILLS} times on the way: ${CROSSINGS} alerts, each told at least once, and once to who minds the key`, async () => {
    const seed = Number(process.env['KILL_SEED'] ?? Date.now() % 1_000_000);
    const random = seededRandom(seed);
    const client = await mqtt.connectAsync(pipeline.mqttUrl, { protocolVersion: 4 });
    const publishes = publishesOf(Date.now() - 3_600_000);
    const perKill = Math.floor(publishes.length / KILLS);
    const alerter = pipeline.service('alerter');
    let inTheMiddle = 0;
    /** Kills it at the moment at which the receiver has got a message, and has not answered. */
    const killAtNextMessage = (): Promise<void> =>
      new Promise((resolve) => {
        web.beforeAnswer = async () => {
          web.beforeAnswer = () => {};
          inTheMiddle++;
          await alerter.kill('SIGKILL');
          resolve();
        };
      });
    try {
      for (let kill = 0; kill < KILLS; kill++) {
        const isLast = kill === KILLS - 1;
        const turn = publishes.slice(kill * perKill, isLast ? undefined : (kill + 1) * perKill);
        const isWhileSending = kill % 2 === 1;
        // Where it waits for a message, enough crossings have to come after.
        const after = Math.floor(random() * turn.length * (isWhileSending ? 0.5 : 1));
        let killed = Promise.resolve();
        for (const [n, { topic, payload }] of turn.entries()) {
          if (n === after) killed = isWhileSending ? killAtNextMessage() : alerter.kill('SIGKILL');
          await client.publishAsync(topic, payload, { qos: 1 });
        }
        await eventually(() => killed.then(() => true), {
          timeoutMs: 60_000,
          what: `kill ${kill} (seed ${seed})`,
        });
        await alerter.restart({ signal: 'SIGKILL' });
      }
    } finally {
      await client.endAsync();
    }
    await consumed(pipeline, 'fieldstream-alerter', 'telemetry.readings');

    const { rows } = await pipeline.sql.query<{ device_id: string; alerts: number; resolved: number }>(
      `SELECT device_id, count(*)::int AS alerts, count(resolved_at)::int AS resolved
       FROM alert GROUP BY device_id ORDER BY device_id`,
    );
    expect(rows).toEqual(DEVICES.map((device_id) => ({ device_id, alerts: ROUNDS, resolved: ROUNDS })));
    const alertIds = (await pipeline.sql.query<{ alert_id: string }>('SELECT alert_id FROM alert')).rows
      .map(({ alert_id }) => alert_id)
      .sort();
    const expected = alertIds.flatMap((id) => [`firing ${id}`, `resolved ${id}`]).sort();
    const toldOf = ({ change, alertId }: { readonly change: string; readonly alertId: string }): string =>
      `${change} ${alertId}`;
    const events = await pipeline.sql.query<{ told: string }>(
      `SELECT transition || ' ' || alert_id AS told FROM alert_event`,
    );
    expect(events.rows.map(({ told }) => told).sort()).toEqual(expected);

    // Every change goes out. An alert that fired and was resolved before it could be told is told once, as
    // it stands.
    await eventually(
      async () => {
        const { rows: unsent } = await pipeline.sql.query(
          `SELECT n.last_error FROM notification n LEFT JOIN notification_message m USING (message_id)
           WHERE coalesce(m.delivered_at, n.delivered_at) IS NULL`,
        );
        expect(unsent).toEqual([]);
      },
      { timeoutMs: 90_000, everyMs: 200, what: `every change delivered (seed ${seed})` },
    );
    const told = web.messages.flatMap(({ alerts }) => alerts.map(toldOf));
    // Once to who takes each idempotency key once; the same key always says the same.
    expect(new Set(told).size).toBe(told.length);
    expect(told.filter((change) => change.startsWith('resolved ')).sort()).toEqual(
      alertIds.map((id) => `resolved ${id}`),
    );
    expect(expected).toEqual(expect.arrayContaining(told));
    for (const { key, message } of web.deliveries) {
      const first = web.deliveries.find((delivery) => delivery.key === key)?.message;
      expect(message).toEqual(first);
    }
    const repeated = web.deliveries.length - web.messages.length;
    process.stderr.write(
      `seed ${seed}: ${web.deliveries.length} requests with ${web.messages.length} keys told of ${told.length} changes\n`,
    );
    expect(repeated).toBeGreaterThanOrEqual(inTheMiddle);
    expect(inTheMiddle).toBe(Math.floor(KILLS / 2));
    expect(web.refused).toEqual([]);

    // The stream has them too, at least once; of one change always the same record.
    await eventually(
      async () => {
        const log = (await readTopic(pipeline.bed, 'telemetry.alerts')).map(({ message }) =>
          decodeAlert(message.value),
        );
        const bySequence = new Map(log.map((record) => [record.sequence, toldOf(record)]));
        expect([...bySequence.values()].sort()).toEqual(expected);
      },
      { timeoutMs: 60_000, everyMs: 500, what: 'every change in the stream' },
    );
  });

  function publishesOf(startMs: number): { readonly topic: string; readonly payload: string }[] {
    return Array.from({ length: ROUNDS * CROSSING.length }, (_, step) => {
      const temperature = CROSSING[step % CROSSING.length];
      const payload = JSON.stringify({ temperature, ts: startMs + step * STEP_MS });
      return DEVICES.map((device) => ({ topic: `devices/${device}/telemetry`, payload }));
    }).flat();
  }
});
