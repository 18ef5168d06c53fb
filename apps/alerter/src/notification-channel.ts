import type { Channel, DueNotification } from '@fieldstream/timescale';

/** A way by which notifications leave. To add one, write a file that makes it and add it to the channels in `start.ts`. */
export interface NotificationChannel {
  /** Its name in `notification.channel`. */
  readonly name: Channel;
  /** Deliveries under way at a time, in all and to one target. */
  readonly concurrency: number;
  readonly concurrencyPerTarget: number;
  /** For how long a notification that was taken is not taken again. Longer than a delivery can last. */
  readonly leaseMs: number;
  /** Greatest pause between two attempts. */
  readonly maxBackOffMs: number;
  /** Age at which a notification is given up after a failed attempt; Infinity for never. */
  readonly giveUpAfterMs: number;
  /** Resolves when the receiver has it. Rejects otherwise; then it is tried again. */
  deliver(notification: DueNotification): Promise<void>;
}
