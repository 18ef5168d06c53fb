/** What a queue hands out: to be delivered, at least once. */
export interface Deliverable {
  readonly id: string;
  readonly target: string;
  /** Attempts before this one. */
  readonly attempts: number;
  readonly createdAt: Date;
}

/** What an attempt that failed tells. */
export interface DeliveryFailure {
  /** For operators; holds no secret. */
  readonly reason: string;
  /** For how long the receiver wants to be left alone, where it says so; bounded by who tells it. */
  readonly retryAfterMs?: number | undefined;
  /** No later attempt can succeed. */
  readonly isFinal?: boolean;
}

/** A stored queue whose entries a `DeliveryWorker` delivers, and how it does. */
export interface DeliveryQueue<T extends Deliverable> {
  /** For the log. */
  readonly name: string;
  /** Deliveries under way at a time. */
  readonly concurrency: number;
  /** Greatest pause between two attempts. */
  readonly maxBackOffMs: number;
  /** How often the leases of what is under way are renewed; left out where a lease outlasts every attempt. */
  readonly renewEveryMs?: number;
  /** Leases up to `limit` entries that are due. `underWay`: target → how many this process has under way. */
  take(limit: number, underWay: ReadonlyMap<string, number>): Promise<readonly T[]>;
  /** Resolves when the receiver has it. Rejects otherwise; then it is tried again. */
  deliver(entry: T, signal: AbortSignal): Promise<void>;
  explain(error: unknown): DeliveryFailure;
  /** Age at which an entry is given up after a failed attempt; Infinity for never. */
  giveUpAfterMs(entry: T): number;
  renew?(ids: readonly string[]): Promise<void>;
  markDelivered(ids: readonly string[]): Promise<void>;
  /** `retryInMs` undefined: given up. */
  markFailed(id: string, reason: string, retryInMs: number | undefined): Promise<void>;
}

export type DeliveryOutcome = 'delivered' | 'failed' | 'given-up';
