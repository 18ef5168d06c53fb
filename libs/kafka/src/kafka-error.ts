export type KafkaErrorCode =
  /** No broker answers, or not in time. */
  | 'unreachable'
  /** The broker refuses this client: authentication or authorization. */
  | 'refused'
  | 'unknown-topic'
  | 'topic-too-few-partitions'
  | 'topic-not-created'
  /** The record alone exceeds what the broker or the topic takes. */
  | 'record-too-large'
  /** The record cannot be encoded, or the broker finds it invalid. */
  | 'invalid-record'
  /** Not acknowledged within the time given; it may or may not be in Kafka. */
  | 'deadline'
  /** More records wait than the producer may hold. */
  | 'overloaded'
  /** The client was closed before the record was acknowledged. */
  | 'closed'
  | 'aborted'
  | 'request-failed';

/** What Kafka, or the way to it, reports. `retriable` tells whether the same call can succeed later. */
export class KafkaError extends Error {
  override readonly name = 'KafkaError';
  readonly retriable: boolean;

  constructor(
    readonly code: KafkaErrorCode,
    message: string,
    options: { cause?: unknown; retriable?: boolean } = {},
  ) {
    super(message, { cause: options.cause });
    this.retriable = options.retriable ?? false;
  }
}

/** Codes that concern single records: others of the same batch can still succeed. */
export function isRecordFault(error: KafkaError): boolean {
  return error.code === 'record-too-large' || error.code === 'invalid-record';
}

interface KafkaJsFault {
  readonly name?: unknown;
  readonly type?: unknown;
  readonly retriable?: unknown;
  readonly message?: unknown;
  readonly cause?: unknown;
  readonly errors?: unknown;
}

const BY_TYPE: Readonly<Record<string, readonly [code: KafkaErrorCode, retriable: boolean]>> = {
  MESSAGE_TOO_LARGE: ['record-too-large', false],
  RECORD_LIST_TOO_LARGE: ['record-too-large', false],
  INVALID_RECORD: ['invalid-record', false],
  INVALID_TIMESTAMP: ['invalid-record', false],
  UNKNOWN_TOPIC_OR_PARTITION: ['unknown-topic', true],
  INVALID_TOPIC_EXCEPTION: ['unknown-topic', false],
  TOPIC_AUTHORIZATION_FAILED: ['refused', false],
  GROUP_AUTHORIZATION_FAILED: ['refused', false],
  CLUSTER_AUTHORIZATION_FAILED: ['refused', false],
  SASL_AUTHENTICATION_FAILED: ['refused', false],
  UNSUPPORTED_SASL_MECHANISM: ['refused', false],
};

const BY_NAME: Readonly<Record<string, readonly [code: KafkaErrorCode, retriable: boolean]>> = {
  KafkaJSSASLAuthenticationError: ['refused', false],
  KafkaJSConnectionError: ['unreachable', true],
  KafkaJSConnectionClosedError: ['unreachable', true],
  KafkaJSRequestTimeoutError: ['unreachable', true],
  KafkaJSBrokerNotFound: ['unreachable', true],
  KafkaJSNoBrokerAvailableError: ['unreachable', true],
  KafkaJSMetadataNotLoaded: ['unreachable', true],
  KafkaJSTopicMetadataNotLoaded: ['unreachable', true],
  KafkaJSGroupCoordinatorNotFound: ['unreachable', true],
  // kafkajs marks both as not retriable; a lock that was not got in time says that another call hangs.
  KafkaJSLockTimeout: ['unreachable', true],
  KafkaJSTimeout: ['unreachable', true],
  // Records are checked before they are handed over, so this is kafkajs stumbling over a lost connection.
  TypeError: ['request-failed', true],
};

/** Turns whatever kafkajs threw into a `KafkaError`, keeping it as the cause. */
export function toKafkaError(error: unknown, doing: string): KafkaError {
  if (error instanceof KafkaError) return error;
  const fault = rootFault(error);
  const known = byTable(BY_TYPE, fault.type) ?? byTable(BY_NAME, fault.name);
  const [code, retriable] = known ?? ['request-failed', fault.retriable !== false];
  const text = typeof fault.message === 'string' && fault.message !== '' ? fault.message : String(error);
  return new KafkaError(code, `${doing}: ${text}`, { cause: error, retriable });
}

function byTable<T>(table: Readonly<Record<string, T>>, key: unknown): T | undefined {
  return typeof key === 'string' && Object.hasOwn(table, key) ? table[key] : undefined;
}

/** kafkajs wraps the fault in "retries exceeded" and "non-retriable", which hide whether it is retriable. */
function rootFault(error: unknown): KafkaJsFault {
  let fault = (error ?? {}) as KafkaJsFault;
  for (let depth = 0; depth < 8; depth++) {
    const inner = Array.isArray(fault.errors) ? (fault.errors[0] as unknown) : fault.cause;
    const isWrapper =
      Array.isArray(fault.errors) ||
      fault.name === 'KafkaJSNumberOfRetriesExceeded' ||
      fault.name === 'KafkaJSNonRetriableError';
    if (!isWrapper || typeof inner !== 'object' || inner === null) return fault;
    fault = inner;
  }
  return fault;
}
