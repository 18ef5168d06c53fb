/** Kafka's error codes, as far as the storage answers them: https://kafka.apache.org/protocol#protocol_error_codes */
export const REFUSAL = {
  corruptMessage: 2,
  unknownTopicOrPartition: 3,
  notLeaderOrFollower: 6,
  requestTimedOut: 7,
  messageTooLarge: 10,
  invalidTimestamp: 32,
  outOfOrderSequenceNumber: 45,
  invalidProducerEpoch: 47,
  invalidTxnState: 48,
  unsupportedCompressionType: 76,
  invalidRecord: 87,
} as const;

/** Nothing was stored, and why. */
export interface Refused {
  readonly kind: 'refused';
  /** One of Kafka's error codes. */
  readonly error: number;
  readonly message: string;
}

/** The records are on the disk. */
export interface Stored {
  /** `duplicate`: they have been since an earlier append, whose base offset this is. */
  readonly kind: 'appended' | 'duplicate';
  readonly baseOffset: number;
  /** -1 where the producer's clock stamps the records. */
  readonly logAppendTimeMs: number;
  readonly startOffset: number;
}

export type AppendOutcome = Stored | Refused;

export function refused(error: number, message: string): Refused {
  return { kind: 'refused', error, message };
}
