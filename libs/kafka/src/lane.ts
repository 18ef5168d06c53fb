import type { PendingRecord } from './outgoing-record.js';

export interface LaneOptions {
  readonly lingerMs: number;
  readonly maxBatchRecords: number;
  readonly maxBatchBytes: number;
  /** Resolves, and never rejects, when each record of the batch is settled. */
  readonly deliver: (batch: readonly PendingRecord[]) => Promise<void>;
}

interface Batch {
  readonly records: PendingRecord[];
  bytes: number;
  /** Records before this index are settled. */
  head: number;
}

/**
 * A queue with one batch in flight. That is what keeps the order of a key: a record is sent after those enqueued
 * before it were acknowledged or given up. While a batch is in flight the next one fills.
 */
export class Lane {
  private readonly full: Batch[] = [];
  private filling: Batch | undefined;
  private inFlight: Batch | undefined;
  private timer: NodeJS.Timeout | undefined;
  private draining = false;

  constructor(private readonly options: LaneOptions) {}

  get isEmpty(): boolean {
    return this.inFlight === undefined && this.full.length === 0 && this.filling === undefined;
  }

  add(pending: PendingRecord): void {
    const { maxBatchRecords, maxBatchBytes } = this.options;
    let batch = this.filling;
    if (batch && batch.bytes + pending.bytes > maxBatchBytes) {
      this.full.push(batch);
      batch = undefined;
    }
    if (batch) {
      batch.records.push(pending);
      batch.bytes += pending.bytes;
    } else {
      batch = { records: [pending], bytes: pending.bytes, head: 0 };
      this.filling = batch;
    }
    if (batch.records.length >= maxBatchRecords || batch.bytes >= maxBatchBytes) {
      this.full.push(batch);
      this.filling = undefined;
    }
    if (this.inFlight === undefined && (this.full.length > 0 || this.timer === undefined)) this.next();
  }

  /** From now on nothing lingers. */
  drain(): void {
    this.draining = true;
    if (this.inFlight === undefined) this.next();
  }

  /** Gives up, oldest first, what was enqueued before `limitMs`, whether it is in flight or waits. */
  giveUpBefore(limitMs: number, giveUp: (pending: PendingRecord) => void): void {
    if (this.inFlight && !expire(this.inFlight, limitMs, giveUp)) return;
    while (this.full[0] && expire(this.full[0], limitMs, giveUp)) this.full.shift();
    if (this.full.length === 0 && this.filling && expire(this.filling, limitMs, giveUp)) {
      this.filling = undefined;
    }
  }

  private next(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    let batch = this.full.shift();
    if (!batch && this.filling) {
      const waitMs = this.lingerLeftMs(this.filling);
      if (waitMs > 0) {
        this.timer = setTimeout(() => {
          this.timer = undefined;
          if (this.inFlight === undefined) this.next();
        }, waitMs);
        return;
      }
      batch = this.filling;
      this.filling = undefined;
    }
    if (batch) void this.send(batch);
  }

  private lingerLeftMs(batch: Batch): number {
    const first = batch.records[0];
    if (this.draining || !first) return 0;
    // Timers fire on whole milliseconds; what is left of one is not worth another.
    return Math.floor(first.enqueuedAtMs + this.options.lingerMs - performance.now() + 0.5);
  }

  private async send(batch: Batch): Promise<void> {
    this.inFlight = batch;
    await this.options.deliver(batch.records);
    this.inFlight = undefined;
    this.next();
  }
}

/** Whether the whole batch is settled now. */
function expire(batch: Batch, limitMs: number, giveUp: (pending: PendingRecord) => void): boolean {
  for (; batch.head < batch.records.length; batch.head++) {
    const pending = batch.records[batch.head];
    if (!pending || pending.settled) continue;
    if (pending.enqueuedAtMs >= limitMs) return false;
    giveUp(pending);
  }
  return true;
}
