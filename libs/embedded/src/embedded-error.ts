/** Every fault of an embedded engine; each message says what is wrong, with which value, and what to do. */
export type EmbeddedErrorCode =
  /** Another process has the data folder open. */
  | 'in-use'
  /** The data folder was written by a newer version, or is not one of Fieldstream's. */
  | 'wrong-format'
  /** The folder cannot be created, read or written. */
  | 'not-writable'
  /** No space is left, or a quota is used up. */
  | 'disk-full'
  /** The port is taken, or may not be used. */
  | 'port-unavailable'
  /** Stored bytes fail their check where no crash can have torn them. */
  | 'corrupt'
  /** The engine ended or failed in a way that only a restart mends. */
  | 'engine-failed';

export class EmbeddedError extends Error {
  override readonly name = 'EmbeddedError';

  constructor(
    readonly code: EmbeddedErrorCode,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}
