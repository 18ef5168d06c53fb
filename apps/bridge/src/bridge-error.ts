export type BridgeErrorCode =
  /** The listener's address is taken or not allowed. */
  | 'listen-failed'
  /** The files of the TLS certificate are missing or faulty. */
  | 'tls-unusable'
  /** A client asks for more than the limits allow. */
  | 'over-limit'
  /** The alert topic cannot be read. */
  | 'alerts-unreadable'
  /** The registry of devices cannot be read. */
  | 'registry-unreadable'
  /** What decoders keep in mind cannot be read. */
  | 'decoder-state-unreadable'
  /** The presence of devices cannot be read. */
  | 'presence-unreadable'
  /** The commands to devices cannot be read. */
  | 'commands-unreadable'
  /** The folder for sessions and retained messages cannot be used. */
  | 'state-unusable'
  /** The mapping file cannot be used. */
  | 'mappings-invalid'
  /** The file of foreign brokers cannot be used. */
  | 'sources-invalid'
  /** A client does not prove to be the device that it names, or names none where it must. */
  | 'not-authenticated'
  /** A client publishes where it may not. */
  | 'forbidden-topic'
  /** The CONNECT's client ID is not taken. */
  | 'identifier-rejected'
  /** The bound on bytes in flight is reached. */
  | 'overloaded'
  /** Kafka did not take a record, or not in time. */
  | 'not-stored'
  /** The bridge is shutting down. */
  | 'draining';

/** What goes wrong in the bridge itself. `retriable` tells whether the same call, or the resent publish, can succeed later. */
export class BridgeError extends Error {
  override readonly name = 'BridgeError';
  readonly retriable: boolean;

  constructor(
    readonly code: BridgeErrorCode,
    message: string,
    options: { cause?: unknown; retriable?: boolean } = {},
  ) {
    super(message, { cause: options.cause });
    this.retriable = options.retriable ?? false;
  }
}
