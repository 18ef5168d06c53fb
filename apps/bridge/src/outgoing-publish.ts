import type { RejectReason } from '@fieldstream/decoders';
import type { KafkaError, OutgoingRecord } from '@fieldstream/kafka';
import type { PublishFate } from './publish-counts.js';

/** What one publish becomes in Kafka. */
export interface RecordDraft {
  readonly topic: string;
  readonly key: string | null;
  readonly value: Buffer;
  readonly headers?: Record<string, string>;
}

export interface PublishPlan {
  /** The fate of the publish once Kafka has all records. */
  readonly fate: PublishFate;
  /** At least one. */
  readonly records: readonly RecordDraft[];
  readonly rejected?: RejectReason;
}

/** The records of one publish on their way to Kafka. */
export class OutgoingPublish {
  #waiting: number;
  #error: KafkaError | undefined;

  constructor(
    readonly plan: PublishPlan,
    /** Called once, when each record is settled; with the first error if there was one. */
    private readonly onSettled: (error: KafkaError | undefined) => void,
  ) {
    this.#waiting = plan.records.length;
  }

  /** The records for the producer. */
  toRecords(): OutgoingRecord[] {
    const settle = (error?: KafkaError): void => this.#settle(error);
    // Spelt out, not spread: this runs for every publish.
    return this.plan.records.map(({ topic, key, value, headers }) =>
      headers ? { topic, key, value, headers, settle } : { topic, key, value, settle },
    );
  }

  #settle(error: KafkaError | undefined): void {
    this.#error ??= error;
    if (--this.#waiting === 0) this.onSettled(this.#error);
  }
}
