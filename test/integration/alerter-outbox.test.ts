import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { type DueNotification, outbox } from '@fieldstream/timescale';
import { eventually } from '@fieldstream/testing';
import type { DeliveryOutcome, DeliveryQueue } from '../../apps/alerter/src/notifications/delivery-queue.js';
import { DeliveryWorker } from '../../apps/alerter/src/notifications/delivery-worker.js';
import { streamQueue } from '../../apps/alerter/src/stream-channel.js';
import { START_OF_STREAM, TAKE_STREAM } from '../../libs/timescale/src/outbox.js';
import { EvaluatorBed } from './alerter-support.js';
import { record, transition } from './notifications-support.js';
import { silent } from './timescale-flavours.js';

let bed: EvaluatorBed;
const workers: DeliveryWorker<DueNotification>[] = [];
beforeAll(async () => {
  bed = await EvaluatorBed.create();
}, 60_000);
beforeEach(() => bed.clear());
afterEach(async () => {
  await Promise.all(workers.splice(0).map((started) => started.close(5_000)));
});
afterAll(() => bed.close());

/** Records a firing and a resolved transition of a device, again and again; each has its number as its value. */
async function recordMany(device: string, count: number, rule = 'hot'): Promise<void> {
  const changes = Array.from({ length: count }, (_, index) => ({
    alertId: `${rule}-${device}-${index >> 1}`,
    ruleId: rule,
    transition: index % 2 === 0 ? ('firing' as const) : ('resolved' as const),
    deviceId: device,
    atMs: index,
    startedAtMs: index,
    value: index,
  }));
  await record(bed.pool, changes);
}

type Deliver = DeliveryQueue<DueNotification>['deliver'];

/** The stream's queue with a delivery of the test's own. */
function queue(
  deliver: Deliver,
  edit: Partial<DeliveryQueue<DueNotification>> = {},
): DeliveryQueue<DueNotification> {
  const producer = { send: () => Promise.resolve() };
  return { ...streamQueue(bed.pool, producer), concurrency: 20, maxBackOffMs: 50, deliver, ...edit };
}

function work(on: DeliveryQueue<DueNotification>): { outcomes: DeliveryOutcome[] } {
  const outcomes: DeliveryOutcome[] = [];
  const worker = new DeliveryWorker({
    queue: on,
    logger: silent,
    pollMs: 50,
    onOutcome: (_, outcome) => outcomes.push(outcome),
  });
  workers.push(worker);
  worker.start();
  return { outcomes };
}

const isEmpty = async (): Promise<boolean> => (await outbox.backlog(bed.pool)).notifications === 0;

describe('the worker', () => {
  test('of several processes together delivers each once, and those of a device in order', async () => {
    for (const device of ['a', 'b', 'c']) await recordMany(device, 8);
    const delivered = new Map<string, number[]>();
    for (let process = 0; process < 3; process++) {
      work(
        queue(async ({ payload }) => {
          // A delivery takes some time, in which the others look.
          await new Promise((resolve) => setTimeout(resolve, Math.random() * 20));
          delivered.set(payload.deviceId, [...(delivered.get(payload.deviceId) ?? []), payload.value ?? -1]);
        }),
      );
    }
    await eventually(isEmpty, { what: 'an empty outbox' });
    for (const device of ['a', 'b', 'c']) expect(delivered.get(device)).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
  });

  test('keeps the order of a device when a delivery fails', async () => {
    await recordMany('a', 6);
    const delivered: (number | null)[] = [];
    let attempts = 0;
    const { outcomes } = work(
      queue(
        ({ payload }) => {
          if (attempts++ % 2 === 0) return Promise.reject(new Error('no'));
          delivered.push(payload.value);
          return Promise.resolve();
        },
        { maxBackOffMs: 10 },
      ),
    );
    await eventually(isEmpty, { what: 'an empty outbox' });
    expect(delivered).toEqual([0, 1, 2, 3, 4, 5]);
    expect(outcomes).toHaveLength(12);
    const { rows } = await bed.pool.query('SELECT DISTINCT attempts, last_error FROM notification');
    expect(rows).toEqual([{ attempts: 2, last_error: null }]);
  });

  test('delivers after its lease what another process has taken and left', async () => {
    await recordMany('a', 1);
    const options = { limit: 10, leaseMs: 300 };
    expect(await outbox.take(bed.pool, options)).toHaveLength(1);
    expect(await outbox.take(bed.pool, options)).toHaveLength(0);
    const delivered: string[] = [];
    work(queue(({ idempotencyKey }) => Promise.resolve(void delivered.push(idempotencyKey))));
    await eventually(isEmpty, { what: 'an empty outbox' });
    expect(delivered).toEqual(['hot-a-0-firing-1-stream']);
  });

  test('gives up what is too old, and goes on with the next', async () => {
    await recordMany('a', 2);
    await bed.pool.query(`UPDATE notification SET created_at = now() - INTERVAL '2 days' WHERE sequence = 1`);
    const delivered: (number | null)[] = [];
    const { outcomes } = work(
      queue(
        ({ payload }) => {
          if (payload.value === 0) return Promise.reject(new Error('receiver is gone'));
          delivered.push(payload.value);
          return Promise.resolve();
        },
        { giveUpAfterMs: () => 86_400_000 },
      ),
    );
    await eventually(isEmpty, { what: 'an empty outbox' });
    expect(delivered).toEqual([1]);
    expect(outcomes).toEqual(['given-up', 'delivered']);
    const { rows } = await bed.pool.query(
      'SELECT failed_at IS NOT NULL AS failed, last_error FROM notification ORDER BY sequence',
    );
    expect(rows).toEqual([
      { failed: true, last_error: 'receiver is gone' },
      { failed: false, last_error: null },
    ]);
  });

  test('gives up what no attempt can deliver, however young it is', async () => {
    await recordMany('a', 1);
    work(
      queue(() => Promise.reject(new Error('no')), { explain: () => ({ reason: 'never', isFinal: true }) }),
    );
    await eventually(isEmpty, { what: 'an empty outbox' });
    const { rows } = await bed.pool.query(
      'SELECT failed_at IS NOT NULL AS failed, attempts, last_error FROM notification',
    );
    expect(rows).toEqual([{ failed: true, attempts: 1, last_error: 'never' }]);
  });

  test('leaves a receiver alone for as long as it asks', async () => {
    await recordMany('a', 1);
    work(
      queue(() => Promise.reject(new Error('busy')), {
        explain: () => ({ reason: 'busy', retryAfterMs: 600_000 }),
      }),
    );
    await eventually(
      async () => {
        const { rows } = await bed.pool.query<{ wait_s: number; attempts: number }>(
          'SELECT extract(epoch FROM next_attempt_at - now())::float8 AS wait_s, attempts FROM notification',
        );
        expect(rows[0]?.attempts).toBe(1);
        expect(rows[0]?.wait_s).toBeGreaterThan(580);
      },
      { what: 'a failed attempt' },
    );
  });

  test('never has more under way than it may', async () => {
    for (let index = 0; index < 12; index++) await recordMany(`dev-${index}`, 1);
    let underWay = 0;
    let most = 0;
    work(
      queue(
        async () => {
          most = Math.max(most, ++underWay);
          await new Promise((resolve) => setTimeout(resolve, 10));
          underWay--;
        },
        { concurrency: 3 },
      ),
    );
    await eventually(isEmpty, { what: 'an empty outbox' });
    expect(most).toBe(3);
  });

  test('that is closed breaks off what hangs, which is due at once', async () => {
    await recordMany('a', 1);
    let begun = 0;
    const hanging = queue((_, signal) => {
      begun++;
      return new Promise((__, reject) => signal.addEventListener('abort', () => reject(new Error('off'))));
    });
    work(hanging);
    await eventually(() => begun === 1, { what: 'an attempt' });
    await workers.pop()?.close(10);
    expect(await outbox.take(bed.pool, { limit: 10, leaseMs: 1_000 })).toHaveLength(1);
  });
});

describe('the stream', () => {
  test('hands out the changes of a rule, device and metric one after the other, and others beside them', async () => {
    await recordMany('a', 2);
    await recordMany('b', 1);
    await recordMany('a', 1, 'cold');
    await record(bed.pool, [transition({ alertId: 'wet', metric: 'humidity', value: 9 })]);
    const options = { limit: 10, leaseMs: 60_000 };
    const first = await outbox.take(bed.pool, options);
    expect(
      first.map(({ payload }) => [payload.ruleId, payload.deviceId, payload.metric, payload.value]),
    ).toEqual([
      ['hot', 'a', 'temperature', 0],
      ['hot', 'b', 'temperature', 0],
      ['cold', 'a', 'temperature', 0],
      ['hot', 'a', 'humidity', 9],
    ]);
    expect(await outbox.take(bed.pool, options)).toEqual([]);
    await outbox.markDelivered(
      bed.pool,
      first.map(({ id }) => id),
    );
    expect((await outbox.take(bed.pool, options)).map(({ payload }) => payload.value)).toEqual([1]);
  });

  /** Copies of the one notification for the stream, with the number of each in `i`. */
  async function copies(count: number, columns: string): Promise<void> {
    await bed.pool.query(
      `INSERT INTO notification (idempotency_key, sequence, channel, target, rule_id, payload, next_attempt_at, delivered_at)
       SELECT 'copy-' || i, sequence, channel, target, rule_id, ${columns}
       FROM notification, generate_series(1, ${count}) AS i`,
    );
  }

  test('does not hand out what follows something that waits for its next attempt', async () => {
    await record(bed.pool, [transition()]);
    await copies(2_500, "payload, now() - INTERVAL '1 hour', NULL");
    const [first, second] = await outbox.take(bed.pool, { limit: 10, leaseMs: 60_000 });
    expect(first?.idempotencyKey).toBe('alert-1-firing-1-stream');
    expect(second).toBeUndefined();
    await outbox.markFailed(bed.pool, first?.id ?? '', 'no', 60_000);
    expect(await outbox.take(bed.pool, { limit: 10, leaseMs: 60_000 })).toEqual([]);
    await outbox.markDelivered(bed.pool, [first?.id ?? '']);
    const [next] = await outbox.take(bed.pool, { limit: 10, leaseMs: 60_000 });
    expect(next?.idempotencyKey).toBe('copy-1');
  });

  test('reads neither what was sent nor all of a long backlog', async () => {
    const { pool } = bed;
    await record(pool, [transition()]);
    await copies(
      50_000,
      `jsonb_set(payload, '{deviceId}', to_jsonb('d-' || i)), now(),
      CASE WHEN i <= 20000 THEN now() END`,
    );
    await outbox.markDelivered(pool, ['1']);
    // As the server's own statistics have it when a backlog comes after quiet days, and afterwards.
    for (const analyze of ['SELECT', 'ANALYZE notification']) {
      await pool.query(analyze);
      expect(await outbox.start(pool)).toBe(15_002n);
      const start = await explain(START_OF_STREAM, []);
      expect(start).toContain('notification_stream');
      expect(start).not.toContain('Seq Scan');
      const take = await explain(TAKE_STREAM, [500, 1_000, '15002']);
      expect(take).toMatch(/notification_pkey|notification_stream/);
      expect(take).not.toContain('Seq Scan');
    }
    const taken = await outbox.take(pool, { limit: 500, leaseMs: 60_000, from: 15_002n });
    expect(taken.map(({ idempotencyKey }) => idempotencyKey)).toEqual(
      Array.from({ length: 500 }, (_, index) => `copy-${20_001 + index}`),
    );
    expect(await outbox.backlog(pool)).toMatchObject({ notifications: 30_000, messages: 0 });
  });

  async function explain(sql: string, values: unknown[]): Promise<string> {
    const { rows } = await bed.pool.query<{ 'QUERY PLAN': string }>(`EXPLAIN ${sql}`, values);
    return rows.map((row) => row['QUERY PLAN']).join('\n');
  }
});
