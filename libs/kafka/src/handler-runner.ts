import type { Logger } from '@fieldstream/domain';
import { backOffMs, pause } from './back-off.js';
import type { KafkaRecord, PartitionBatch } from './partition-batch.js';
import type { StrategyObserver } from './strategy-options.js';

/**
 * `applied`: the handler has stored all of it. `stale`: its stored position is another one. `stopped`: given up, because
 * the assignment ended; the records come again.
 */
export type Outcome = 'applied' | 'stale' | 'stopped';

export interface HandlerRunnerOptions {
  /** Rejects with the handler's own error. */
  readonly handle: (batches: readonly PartitionBatch[]) => Promise<void>;
  readonly onApplied: (batch: PartitionBatch) => void;
  /** Resolves when the record is in the dead-letter topic. */
  readonly writeDeadLetter: (batch: PartitionBatch, record: KafkaRecord, error: unknown) => Promise<void>;
  readonly logger: Logger;
  readonly observer: StrategyObserver;
}

const LOG_EVERY_MS = 60_000;

/**
 * Calls the handler until it has applied what it was given: again after a retriable error, record by record after any
 * other, where the record that fails alone goes to the dead letters.
 */
export class HandlerRunner {
  private loggedMs = -Infinity;

  constructor(private readonly options: HandlerRunnerOptions) {}

  /** Never rejects. */
  async run(batches: readonly PartitionBatch[], signal: AbortSignal): Promise<Outcome> {
    for (let attempt = 0; !signal.aborted; attempt++) {
      const failure = await this.attempt(batches);
      if (!failure) return 'applied';
      if (codeOf(failure.error) === 'stale-position') return 'stale';
      if (!isRetriable(failure.error)) {
        const outcome = await this.isolate(batches, signal);
        if (outcome !== 'unhealthy') return outcome;
      }
      this.noteRetry(batches, failure.error, attempt);
      await pause(backOffMs(attempt, 100, 5_000), signal);
    }
    return 'stopped';
  }

  private async attempt(batches: readonly PartitionBatch[]): Promise<{ error: unknown } | undefined> {
    const startedMs = performance.now();
    try {
      await this.options.handle(batches);
    } catch (error) {
      return { error };
    }
    for (const batch of batches) this.options.onApplied(batch);
    this.options.observer.onBatch?.({
      topic: batches[0]?.topic ?? '',
      partitions: batches.length,
      records: batches.reduce((sum, batch) => sum + batch.records.length, 0),
      durationMs: performance.now() - startedMs,
    });
    return undefined;
  }

  private async isolate(
    batches: readonly PartitionBatch[],
    signal: AbortSignal,
  ): Promise<Outcome | 'unhealthy'> {
    const [batch] = batches;
    const record = batch?.records[0];
    if (batches.length > 1) return this.runEach(batches, signal);
    if (!batch || !record) return 'unhealthy';
    if (batch.records.length > 1) return this.runEach(halves(batch), signal);
    if (!(await this.isHealthy(batch))) return 'unhealthy';
    // The handler may have recovered between the record and the question.
    const again = await this.attempt(batches);
    if (!again) return 'applied';
    if (codeOf(again.error) === 'stale-position') return 'stale';
    if (isRetriable(again.error)) return 'unhealthy';
    if (!(await this.deadLetter(batch, record, again.error, signal))) return 'stopped';
    return this.run([{ ...batch, records: [] }], signal);
  }

  private async runEach(parts: readonly PartitionBatch[], signal: AbortSignal): Promise<Outcome> {
    for (const part of parts) {
      const outcome = await this.run([part], signal);
      if (outcome !== 'applied') return outcome;
    }
    return 'applied';
  }

  /** Whether the handler works without the record: otherwise an expired password would dead-letter a whole topic. */
  private async isHealthy(batch: PartitionBatch): Promise<boolean> {
    try {
      await this.options.handle([{ ...batch, records: [], nextOffset: batch.firstOffset }]);
      return true;
    } catch {
      return false;
    }
  }

  private async deadLetter(
    batch: PartitionBatch,
    record: KafkaRecord,
    error: unknown,
    signal: AbortSignal,
  ): Promise<boolean> {
    const { topic, partition } = batch;
    for (let attempt = 0; !signal.aborted; attempt++) {
      try {
        await this.options.writeDeadLetter(batch, record, error);
        this.options.logger.error(
          { err: error, topic, partition, offset: String(record.offset) },
          'record dead-lettered: its handler failed',
        );
        this.options.observer.onDeadLetter?.({ topic, partition, offset: record.offset, error });
        return true;
      } catch (fault) {
        this.noteRetry([batch], fault, attempt);
        await pause(backOffMs(attempt, 100, 5_000), signal);
      }
    }
    return false;
  }

  private noteRetry(batches: readonly PartitionBatch[], error: unknown, attempt: number): void {
    const topic = batches[0]?.topic ?? '';
    this.options.observer.onRetry?.({ topic, attempt, error });
    const nowMs = performance.now();
    if (nowMs - this.loggedMs < LOG_EVERY_MS) return;
    this.loggedMs = nowMs;
    const fields = { err: error, topic, attempt };
    if (isRetriable(error)) this.options.logger.warn(fields, 'handler failed, trying again');
    else if (isMaskedByNest(error)) {
      this.options.logger.error(fields, 'handler error hidden by Nest: RethrowFilter is not registered');
    } else this.options.logger.error(fields, 'handler fails whatever it is given, trying again');
  }
}

function halves(batch: PartitionBatch): PartitionBatch[] {
  const middle = batch.records.length >> 1;
  const cut = batch.records[middle]?.offset ?? batch.nextOffset;
  const { logStartOffset: _, ...rest } = batch;
  return [
    { ...batch, nextOffset: cut, records: batch.records.slice(0, middle) },
    { ...rest, firstOffset: cut, records: batch.records.slice(middle) },
  ];
}

function isRetriable(error: unknown): boolean {
  if (isMaskedByNest(error)) return true;
  return (error as { retriable?: unknown } | null | undefined)?.retriable === true;
}

function codeOf(error: unknown): unknown {
  return (error as { code?: unknown } | null | undefined)?.code;
}

/** What Nest's own exception filter makes of an error. It may hide a retriable one, so nothing is dead-lettered for it. */
function isMaskedByNest(error: unknown): boolean {
  return !(error instanceof Error) && (error as { status?: unknown } | null | undefined)?.status === 'error';
}
