import type pg from 'pg';
import type { Logger } from '@fieldstream/domain';
import type { KeyedProducer } from '@fieldstream/kafka';
import { deleteOldAlerting, expireSnoozes } from '@fieldstream/timescale';
import { RepeatedTask } from '../repeated-task.js';
import { streamQueue } from '../stream-channel.js';
import { channelQueue } from './channel-queue.js';
import { ChannelRefresher } from './channel-refresher.js';
import type { DeliveryOutcome } from './delivery-queue.js';
import { DeliveryWorker } from './delivery-worker.js';
import { MessageFormer } from './message-former.js';

export interface NotificationMetrics {
  /** An attempt to send one change of an alert to Kafka. */
  onStream(outcome: DeliveryOutcome): void;
  /** An attempt to send a message to a channel of a type. */
  onMessage(channelType: string, outcome: DeliveryOutcome): void;
}

export interface NotificationsOptions {
  readonly pool: pg.Pool;
  readonly producer: Pick<KeyedProducer, 'send'>;
  readonly logger: Logger;
  readonly metrics: NotificationMetrics;
  /** Where people see the alerts; messages link to it. */
  readonly consoleUrl?: string | undefined;
}

export interface Notifications {
  /** Something was recorded that receivers are to be told. Returns at once. */
  kick(): void;
  /** Forms no more messages; what is under way may end. */
  close(): Promise<void>;
}

const POLL_MS = 2_000;
const FORM_EVERY_MS = 500;
const SEND_EVERY_MS = 500;
const SNOOZES_EVERY_MS = 1_000;
const LOOK_FOR_REFRESH_EVERY_MS = 5_000;
const REFRESH_EVERY_MS = 60_000;
const CLEAN_EVERY_MS = 60 * 60 * 1000;
const KEPT = { notificationDays: 30, alertDays: 400 };
const LAST_DELIVERIES_MS = 6_000;

/**
 * Starts all that takes recorded changes of alerts to their receivers. The stream and the channels are served apart, so
 * that no channel delays the stream.
 */
export function startNotifications(options: NotificationsOptions): Notifications {
  const { pool, producer, logger, metrics, consoleUrl } = options;
  const stream = new DeliveryWorker({
    queue: streamQueue(pool, producer),
    logger,
    pollMs: POLL_MS,
    onOutcome: (_, outcome) => metrics.onStream(outcome),
  });
  const sender = new DeliveryWorker({
    queue: channelQueue({ pool, logger, consoleUrl }),
    logger,
    pollMs: SEND_EVERY_MS,
    onOutcome: ({ channelType }, outcome) => metrics.onMessage(channelType ?? '', outcome),
  });
  const former = new MessageFormer({
    pool,
    logger,
    everyMs: FORM_EVERY_MS,
    onFormed: () => sender.kick(),
  });
  const refresher = new ChannelRefresher({
    pool,
    logger,
    everyMs: REFRESH_EVERY_MS,
    consoleUrl,
    onOutcome: (type, outcome) => metrics.onMessage(type, outcome),
  });
  const kick = (): void => {
    stream.kick();
    former.kick();
  };
  let isClosed = false;
  const task = (doing: string, everyMs: number, run: () => Promise<void>): RepeatedTask =>
    new RepeatedTask({ doing, everyMs, run, logger });
  const tasks = [
    task('ending snoozes', SNOOZES_EVERY_MS, async () => {
      if ((await expireSnoozes(pool)) > 0) kick();
    }),
    task('refreshing channels', LOOK_FOR_REFRESH_EVERY_MS, () => refresher.look()),
    task('deleting old alerts and notifications', CLEAN_EVERY_MS, async () => {
      const deleted = await deleteOldAlerting(pool, KEPT, () => isClosed);
      logger.debug(deleted, 'deleted old alerts and notifications');
    }),
  ];
  stream.start();
  sender.start();
  former.start();
  for (const repeated of tasks) repeated.start();
  return {
    kick,
    async close() {
      isClosed = true;
      refresher.close();
      await Promise.all([former.close(), ...tasks.map((repeated) => repeated.close())]);
      await Promise.all([stream.close(LAST_DELIVERIES_MS), sender.close(LAST_DELIVERIES_MS)]);
    },
  };
}
