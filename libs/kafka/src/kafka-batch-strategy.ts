import {
  BaseRpcContext,
  Server,
  type CustomTransportStrategy,
  type MessageHandler,
} from '@nestjs/microservices';
import { isObservable, lastValueFrom } from 'rxjs';
import { BatchConsumer, type BatchHandler } from './batch-consumer.js';
import { KafkaError } from './kafka-error.js';
import type { AssignmentHook, KafkaBatchStrategyOptions, PartitionPosition } from './strategy-options.js';

/**
 * A Nest transport that hands `@EventPattern` handlers batches of Kafka records:
 *
 *     @EventPattern('telemetry.readings')
 *     handle(@Payload() batches: PartitionBatch[]): Promise<void>
 *
 * - A handler that resolves has applied the batches and stored their `nextOffset`s in one transaction. Where reading
 *   begins is what it stored (`OffsetStore`), never Kafka's committed offset.
 * - One call at a time per topic; it holds all that had arrived for any partition while the call before it ran.
 * - An error with `retriable === true`: the same batches again after a back-off, for as long as the partitions are
 *   this member's. With `code === 'stale-position'`: the stored positions are read anew.
 * - Any other error: the record at fault is found, written to the dead-letter topic with its origin, and passed over by
 *   a call with no records and its range.
 *
 * The application MUST register `RethrowFilter`, else Nest hides which error it was.
 */
export class KafkaBatchStrategy extends Server implements CustomTransportStrategy {
  override readonly propagatesEventHandlerErrors = true;
  private readonly assignedHooks: AssignmentHook[] = [];
  private readonly revokedHooks: AssignmentHook[] = [];
  private consumer: BatchConsumer | undefined;

  constructor(private readonly options: KafkaBatchStrategyOptions) {
    super();
  }

  /**
   * Registers a hook that is awaited before the first record of newly assigned partitions is delivered, after their
   * stored positions were read; no handler call of the topic runs meanwhile. If it rejects it is called again after a
   * back-off. It is called as well, after `onRevoked`, when the stored positions turn out not to be ours.
   */
  onAssigned(hook: AssignmentHook): void {
    this.assignedHooks.push(hook);
  }

  /** Registers a hook for partitions that are given up, in which what is kept for them in memory is to be dropped. */
  onRevoked(hook: AssignmentHook): void {
    this.revokedHooks.push(hook);
  }

  /** Positions of the assigned partitions that are being consumed. */
  positions(): PartitionPosition[] {
    return this.consumer?.positions() ?? [];
  }

  /** Records that Kafka has, as last heard, and that are not applied yet, over all assigned partitions. */
  lag(): number {
    return this.positions().reduce((sum, { position, end }) => sum + Math.max(0, Number(end - position)), 0);
  }

  /**
   * Whether everything that is in a partition at some moment after the call is applied; false for one that is not
   * assigned. @throws KafkaError if Kafka does not answer.
   */
  async caughtUp(topic: string, partition: number): Promise<boolean> {
    return (await this.consumer?.caughtUp(topic, partition)) ?? false;
  }

  /** For a readiness check. @throws KafkaError saying which partitions are not being consumed, and why. */
  checkReady(): void {
    const fault = this.consumer ? this.consumer.findFault() : 'the consumer is not started';
    if (fault !== undefined) throw new KafkaError('unreachable', fault, { retriable: true });
  }

  /** Called by Nest. Calls back when the consumer runs, or with a KafkaError if that cannot succeed. */
  override listen(callback: (error?: unknown) => void): void {
    const handlers = new Map<string, BatchHandler>();
    for (const [topic, handler] of this.messageHandlers) {
      if (handler.isEventHandler) handlers.set(topic, (batches) => call(handler, batches));
    }
    this.consumer = new BatchConsumer({
      ...this.options,
      handlers,
      assigned: (topic, partitions) => runAll(this.assignedHooks, topic, partitions),
      revoked: (topic, partitions) => runAll(this.revokedHooks, topic, partitions),
    });
    void this.start(this.consumer, callback);
  }

  /** Called by Nest at shutdown: the running handler call may end, positions are committed, the group is left. */
  override async close(): Promise<void> {
    await this.consumer?.close();
    this.consumer = undefined;
  }

  private async start(consumer: BatchConsumer, callback: (error?: unknown) => void): Promise<void> {
    try {
      await consumer.start();
    } catch (error) {
      callback(error);
      return;
    }
    callback();
  }

  override on(): never {
    throw new Error('KafkaBatchStrategy emits no events: see StrategyObserver');
  }

  override unwrap(): never {
    throw new Error('KafkaBatchStrategy replaces its kafkajs consumer at will: there is none to hand out');
  }
}

/** Rejects with what the handler threw. */
async function call(handler: MessageHandler, batches: readonly unknown[]): Promise<void> {
  const result: unknown = await handler(batches, new BaseRpcContext([batches]));
  if (isObservable(result)) await lastValueFrom(result, { defaultValue: undefined });
}

async function runAll(
  hooks: readonly AssignmentHook[],
  topic: string,
  partitions: readonly number[],
): Promise<void> {
  for (const hook of hooks) await hook(topic, partitions);
}
