import type { DueNotification } from '@fieldstream/timescale';
import type { NotificationChannel } from './notification-channel.js';

const TIMEOUT_MS = 5_000;
const DAY_MS = 24 * 60 * 60 * 1000;

/**
 * Transitions to web addresses: POST of the `AlertRecord` as JSON. Any status from 200 to 299 counts as delivered;
 * redirects are not followed, and the answer's body is not read. The header `Idempotency-Key` is the same at every attempt.
 */
export function webhookChannel(): NotificationChannel {
  return {
    name: 'webhook',
    concurrency: 16,
    // One receiver that hangs leaves room for the others.
    concurrencyPerTarget: 4,
    leaseMs: 3 * TIMEOUT_MS,
    maxBackOffMs: 5 * 60 * 1000,
    giveUpAfterMs: DAY_MS,
    deliver: post,
  };
}

async function post({ target, payload, idempotencyKey }: DueNotification): Promise<void> {
  const { protocol } = new URL(target);
  if (protocol !== 'http:' && protocol !== 'https:') throw new Error(`${protocol} is not http or https`);
  const response = await fetch(target, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      'idempotency-key': idempotencyKey,
      'user-agent': 'fieldstream',
    },
    body: JSON.stringify(payload),
    redirect: 'manual',
    signal: AbortSignal.timeout(TIMEOUT_MS),
  });
  // Dropping the body closes the connection, however much the receiver would send.
  await response.body?.cancel().catch(() => {});
  if (!response.ok) throw new Error(`the receiver answered ${response.status}`);
}
