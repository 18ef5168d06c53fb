import { DeliveryError } from './delivery-error.js';

/** After this, no further request of a message is begun; the last ones have time to end within `LONGEST_SEND_MS`. */
const BUDGET_MS = 19_000;

/**
 * What of each message its receiver has taken, for messages that take several requests: another attempt goes on where the
 * last one ended. In memory and bounded: after a restart, and beyond the bound, a message begins again, which receivers
 * that know an alert by its ID do not mind.
 */
export class DeliveryProgress {
  private readonly byMessage = new Map<string, Set<string>>();

  constructor(private readonly maxMessages = 1_000) {}

  /** What is taken already, to be added to. */
  of(idempotencyKey: string): Set<string> {
    const taken = this.byMessage.get(idempotencyKey) ?? new Set();
    this.byMessage.set(idempotencyKey, taken);
    const [oldest] = this.byMessage.keys();
    if (this.byMessage.size > this.maxMessages && oldest !== undefined) this.byMessage.delete(oldest);
    return taken;
  }

  /** All of the message is taken. */
  forget(idempotencyKey: string): void {
    this.byMessage.delete(idempotencyKey);
  }
}

export interface Parts<T> {
  readonly items: readonly T[];
  keyOf(item: T): string;
  send(item: T): Promise<void>;
  /** How many are under way at once. */
  readonly concurrency: number;
}

/**
 * Sends the parts of a message that are not taken yet, and adds those that are. After a failure no further one is begun.
 * @throws DeliveryError the first failure, or `timeout` when the time for one attempt is up.
 */
export async function sendParts<T>(parts: Parts<T>, taken: Set<string>): Promise<void> {
  const waiting = parts.items.filter((item) => !taken.has(parts.keyOf(item)));
  const deadline = performance.now() + BUDGET_MS;
  const failures: unknown[] = [];
  const work = async (): Promise<void> => {
    for (;;) {
      if (failures.length > 0 || performance.now() > deadline) return;
      const item = waiting.shift();
      if (item === undefined) return;
      try {
        await parts.send(item);
        taken.add(parts.keyOf(item));
      } catch (error) {
        failures.push(error);
      }
    }
  };
  await Promise.all(Array.from({ length: parts.concurrency }, work));
  if (failures.length > 0) throw failures[0];
  if (waiting.length > 0) {
    const text = `the receiver is too slow: ${waiting.length} of ${parts.items.length} parts are left for the next attempt`;
    throw new DeliveryError('timeout', text);
  }
}
