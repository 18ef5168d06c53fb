import type pg from 'pg';
import type { Channel, Logger } from '@fieldstream/domain';
import {
  channelType,
  type ChannelType,
  DeliveryError,
  LONGEST_SEND_MS,
  parseChannel,
} from '@fieldstream/notify';
import { ChannelStore, type DueMessage, messageQueue } from '@fieldstream/timescale';
import type { DeliveryFailure, DeliveryQueue } from './delivery-queue.js';

const CONCURRENCY = 16;
const CONCURRENCY_PER_CHANNEL = 2;
const CONCURRENCY_OF_RETRIES = 8;
/** What a process that died had under way is tried by another after this time. */
const LEASE_MS = 15_000;
const RENEW_EVERY_MS = 5_000;
const MAX_BACK_OFF_MS = 5 * 60 * 1000;
const HOUR_MS = 60 * 60 * 1000;

/** The type watches its own time; this is for one that does not. */
const ATTEMPT_MS = LONGEST_SEND_MS + 1_000;

/**
 * Age at which a message to a channel of this type is given up. A receiver that is told its state again and again needs
 * no old news.
 */
export function deadlineMs(type: string): number {
  return channelType(type)?.refresh === undefined ? 24 * HOUR_MS : HOUR_MS;
}

/** Why a message cannot be sent as its channel stands. */
class ChannelFault extends Error {
  override readonly name = 'ChannelFault';

  constructor(
    message: string,
    readonly isFinal: boolean,
  ) {
    super(message);
  }
}

export interface ChannelQueueOptions {
  readonly pool: pg.Pool;
  readonly logger: Logger;
  readonly consoleUrl?: string | undefined;
}

/** Messages to people. A channel is read at each attempt, so an edit of it counts at once. */
export function channelQueue({ pool, logger, consoleUrl }: ChannelQueueOptions): DeliveryQueue<DueMessage> {
  const channels = new ChannelStore(pool);
  return {
    name: 'channels',
    concurrency: CONCURRENCY,
    maxBackOffMs: MAX_BACK_OFF_MS,
    renewEveryMs: RENEW_EVERY_MS,
    take(limit, underWay) {
      return messageQueue.take(pool, {
        limit,
        limitPerChannel: CONCURRENCY_PER_CHANNEL,
        limitRetries: CONCURRENCY_OF_RETRIES,
        underWay,
        leaseMs: LEASE_MS,
      });
    },
    async deliver(message, signal) {
      const stored = await channels.find(message.target);
      if (stored === undefined) throw new ChannelFault('there is no such channel', true);
      if (!stored.channel.enabled) throw new ChannelFault('the channel is disabled', true);
      const { channel, type } = usable(stored.channel, logger);
      const { ruleId, idempotencyKey, alerts, createdAt } = message;
      await bounded(signal, (bound) =>
        type.send(
          channel.config,
          {
            idempotencyKey,
            channel: { id: channel.id, name: channel.name },
            rule: ruleId === null ? undefined : { id: ruleId, name: alerts.at(-1)?.ruleName ?? ruleId },
            alerts,
            createdAtMs: createdAt.getTime(),
            isTest: false,
          },
          { signal: bound, ...(consoleUrl === undefined ? {} : { consoleUrl }) },
        ),
      );
    },
    explain: explainFailure,
    giveUpAfterMs: (message) => deadlineMs(message.channelType ?? ''),
    renew: (ids) => messageQueue.renew(pool, ids, LEASE_MS),
    markDelivered: (ids) => messageQueue.markDelivered(pool, ids),
    markFailed: (id, reason, retryInMs) => messageQueue.markFailed(pool, id, reason, retryInMs),
  };
}

/** A stored channel, checked. @throws ChannelFault naming the fields at fault, and nothing that stands in them. */
export function usable(stored: Channel, logger: Logger): { channel: Channel; type: ChannelType } {
  const parsed = parseChannel(stored);
  const type = channelType(stored.type);
  if (parsed.ok && type !== undefined) return { channel: parsed.value, type };
  const fields = parsed.ok ? ['type'] : [...new Set(parsed.problems.map(({ field }) => field))];
  logger.error({ channel: stored.id, fields }, 'stored channel is not valid, nothing can be sent to it');
  throw new ChannelFault(`the channel is not valid: see ${fields.join(', ')}`, false);
}

/** Runs an attempt that ends when the signal does or its time is up, whatever it is waiting for. */
export async function bounded(
  signal: AbortSignal,
  attempt: (signal: AbortSignal) => Promise<void>,
): Promise<void> {
  const bound = AbortSignal.any([signal, AbortSignal.timeout(ATTEMPT_MS)]);
  let forget = (): void => {};
  const ended = new Promise<never>((_, reject) => {
    const end = (): void => {
      const stopped = new DeliveryError('aborted', 'broken off: the alerter was stopped');
      reject(signal.aborted ? stopped : new DeliveryError('timeout', `no end after ${ATTEMPT_MS} ms`));
    };
    bound.addEventListener('abort', end, { once: true });
    forget = () => bound.removeEventListener('abort', end);
    if (bound.aborted) end();
  });
  try {
    await Promise.race([attempt(bound), ended]);
  } finally {
    forget();
  }
}

/** What others throw may hold an address or a secret: of that, only the kind is told. */
export function explainFailure(error: unknown): DeliveryFailure {
  if (error instanceof DeliveryError) {
    return { reason: error.message, retryAfterMs: error.retryAfterMs, isFinal: !error.retriable };
  }
  if (error instanceof ChannelFault) return { reason: error.message, isFinal: error.isFinal };
  const kind = error instanceof Error ? error.name : typeof error;
  return { reason: `the attempt failed for a reason of our own (${kind})` };
}
