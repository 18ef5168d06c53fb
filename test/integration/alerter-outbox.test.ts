import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  type DueNotification,
  outbox,
  recordTransitions,
  type RecordedTransition,
} from '@fieldstream/timescale';
import { eventually } from '@fieldstream/testing';
import type { NotificationChannel } from '../../apps/alerter/src/notification-channel.js';
import { OutboxWorker } from '../../apps/alerter/src/outbox-worker.js';
import { webhookChannel } from '../../apps/alerter/src/webhook-channel.js';
import { EvaluatorBed } from './alerter-support.js';
import { silent } from './timescale-flavours.js';

let bed: EvaluatorBed;
const workers: OutboxWorker[] = [];
beforeAll(async () => {
  bed = await EvaluatorBed.create();
}, 60_000);
beforeEach(() => bed.clear());
afterEach(async () => {
  await Promise.all(workers.splice(0).map((started) => started.close(5_000)));
});
afterAll(() => bed.close());

/** Records a firing and a resolved transition, again and again. */
async function record(device: string, transitions: number, webhooks: readonly string[] = []): Promise<void> {
  const recorded: RecordedTransition[] = [];
  for (let index = 0; index < transitions; index++) {
    recorded.push({
      alertId: `${device}-${index >> 1}`,
      transition: index % 2 === 0 ? 'firing' : 'resolved',
      ruleId: 'hot',
      ruleName: 'Hot',
      severity: 'warning',
      deviceId: device,
      metric: 'temperature',
      atMs: index,
      startedAtMs: index,
      value: index,
      summary: 'hot',
      resolvedBy: 'cleared',
      webhooks,
    });
  }
  for (const one of recorded) await recordTransitions(bed.pool, [one]);
}

function work(by: NotificationChannel): void {
  const made = new OutboxWorker({ pool: bed.pool, channel: by, logger: silent, pollMs: 50 });
  workers.push(made);
  made.start();
}

function channel(
  deliver: (notification: DueNotification) => Promise<void>,
  edit: Partial<NotificationChannel> = {},
): NotificationChannel {
  return {
    name: 'stream',
    concurrency: 20,
    concurrencyPerTarget: 20,
    leaseMs: 10_000,
    maxBackOffMs: 50,
    giveUpAfterMs: Infinity,
    deliver,
    ...edit,
  };
}

const isEmpty = async (): Promise<boolean> => (await outbox.countPending(bed.pool)) === 0;

describe('the worker', () => {
  test('of several processes together delivers each once, and those of a device in order', async () => {
    for (const device of ['a', 'b', 'c']) await record(device, 8);
    const delivered = new Map<string, number[]>();
    for (let process = 0; process < 3; process++) {
      work(
        channel(async ({ payload }) => {
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
    await record('a', 6);
    const delivered: (number | null)[] = [];
    let attempts = 0;
    work(
      channel(
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
    const { rows } = await bed.pool.query('SELECT DISTINCT attempts, last_error FROM notification');
    expect(rows).toEqual([{ attempts: 2, last_error: null }]);
  });

  test('delivers after its lease what another process has taken and left', async () => {
    await record('a', 1);
    const options = { channel: 'stream', limit: 10 } as const;
    expect(await outbox.take(bed.pool, { ...options, leaseMs: 300 })).toHaveLength(1);
    expect(await outbox.take(bed.pool, { ...options, leaseMs: 300 })).toHaveLength(0);
    const delivered: string[] = [];
    work(channel(({ idempotencyKey }) => Promise.resolve(void delivered.push(idempotencyKey))));
    await eventually(isEmpty, { what: 'an empty outbox' });
    expect(delivered).toEqual(['a-0-firing-stream']);
  });

  test('gives up what is too old, and goes on with the next', async () => {
    await record('a', 2);
    await bed.pool.query(`UPDATE notification SET created_at = now() - INTERVAL '2 days' WHERE sequence = 1`);
    const delivered: (number | null)[] = [];
    work(
      channel(
        ({ payload }) => {
          if (payload.value === 0) return Promise.reject(new Error('receiver is gone'));
          delivered.push(payload.value);
          return Promise.resolve();
        },
        { giveUpAfterMs: 86_400_000 },
      ),
    );
    await eventually(isEmpty, { what: 'an empty outbox' });
    expect(delivered).toEqual([1]);
    const { rows } = await bed.pool.query(
      'SELECT failed_at IS NOT NULL AS failed, last_error FROM notification ORDER BY sequence',
    );
    expect(rows).toEqual([
      { failed: true, last_error: 'receiver is gone' },
      { failed: false, last_error: null },
    ]);
  });

  test('never has more under way than it may, in all and for one target', async () => {
    for (let index = 0; index < 12; index++)
      await record(`dev-${index}`, 1, ['http://a.example/', 'http://b.example/']);
    const underWay = new Map<string, number>();
    let [most, mostOfOne] = [0, 0];
    work(
      channel(
        async ({ target }) => {
          underWay.set(target, (underWay.get(target) ?? 0) + 1);
          most = Math.max(
            most,
            [...underWay.values()].reduce((a, b) => a + b),
          );
          mostOfOne = Math.max(mostOfOne, underWay.get(target) ?? 0);
          await new Promise((resolve) => setTimeout(resolve, 10));
          underWay.set(target, (underWay.get(target) ?? 0) - 1);
        },
        { name: 'webhook', concurrency: 3, concurrencyPerTarget: 2 },
      ),
    );
    await eventually(
      async () => {
        const open = await bed.pool.query(
          `SELECT FROM notification WHERE channel = 'webhook' AND delivered_at IS NULL`,
        );
        return open.rowCount === 0;
      },
      { what: 'an empty webhook outbox' },
    );
    expect([most, mostOfOne]).toEqual([3, 2]);
  });
});

describe('a webhook', () => {
  let server: Server;
  let url: string;
  const received: { headers: IncomingMessage['headers']; body: string; method: string | undefined }[] = [];
  let answer: (count: number) => { status: number; headers?: Record<string, string> };

  beforeAll(async () => {
    server = createServer((request, response) => {
      let body = '';
      request.setEncoding('utf8');
      request.on('data', (chunk: string) => (body += chunk));
      request.on('end', () => {
        received.push({ headers: request.headers, body, method: request.method });
        const { status, headers } = answer(received.length);
        response.writeHead(status, headers).end('whatever');
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`;
  });
  beforeEach(() => void received.splice(0));
  afterAll(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });

  const webhooks = async (): Promise<{ attempts: number; delivered: boolean; last_error: string | null }[]> =>
    (
      await bed.pool.query<{ attempts: number; delivered: boolean; last_error: string | null }>(
        `SELECT attempts, delivered_at IS NOT NULL AS delivered, last_error FROM notification WHERE channel = 'webhook'`,
      )
    ).rows;

  test('that answers 500 first is tried again, with the same key', async () => {
    answer = (count) => ({ status: count === 1 ? 500 : 204 });
    await record('a', 1, [url]);
    work({ ...webhookChannel(), maxBackOffMs: 50 });
    await eventually(async () => (await webhooks())[0]?.delivered === true, { what: 'the webhook' });
    expect(received).toHaveLength(2);
    expect(received[0]?.headers['idempotency-key']).toMatch(/^a-0-firing-webhook-[0-9a-f]{16}$/);
    expect(received[1]?.headers['idempotency-key']).toBe(received[0]?.headers['idempotency-key']);
    expect(received[1]).toMatchObject({
      method: 'POST',
      headers: { 'content-type': 'application/json', 'user-agent': 'fieldstream' },
    });
    expect(JSON.parse(received[1]?.body ?? '')).toMatchObject({
      v: 1,
      state: 'firing',
      deviceId: 'a',
      sequence: 1,
    });
    expect(await webhooks()).toEqual([{ attempts: 2, delivered: true, last_error: null }]);
  });

  test('that redirects is not followed', async () => {
    answer = () => ({ status: 302, headers: { location: '/elsewhere' } });
    await record('a', 1, [url]);
    work(webhookChannel());
    await eventually(async () => (await webhooks())[0]?.attempts === 1, { what: 'a failed attempt' });
    expect(received).toHaveLength(1);
    expect((await webhooks())[0]?.last_error).toBe('the receiver answered 302');
  });

  test('that cannot be reached leaves the reason', async () => {
    await record('a', 1, ['http://127.0.0.1:1/']);
    work(webhookChannel());
    await eventually(async () => (await webhooks())[0]?.attempts === 1, { what: 'a failed attempt' });
    expect((await webhooks())[0]?.last_error).toMatch(/fetch failed/);
  });
});
