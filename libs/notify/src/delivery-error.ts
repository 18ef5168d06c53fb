export type DeliveryErrorCode =
  /** No connection: the name does not resolve, nobody listens, or the connection broke. */
  | 'unreachable'
  /** No answer within the time. The receiver may or may not have taken the message. */
  | 'timeout'
  /** The receiver does not want it as it is: another address, other credentials or other settings may be needed. */
  | 'refused'
  /** The receiver wants fewer messages. */
  | 'rate-limited'
  /** The receiver has a fault of its own. */
  | 'receiver-fault'
  /** The caller's signal ended the attempt. */
  | 'aborted';

/**
 * Why a message was not delivered. The text is for operators: it names the host and what the receiver answered, and never
 * an address, a header or a secret. There is no cause, because what lies below may name all of them.
 */
export class DeliveryError extends Error {
  override readonly name = 'DeliveryError';
  /** Whether a later attempt can succeed; it can where an operator has to mend something first, too. */
  readonly retriable: boolean;
  /** For how long the receiver wants to be left alone, where it says so. */
  readonly retryAfterMs?: number;

  constructor(
    readonly code: DeliveryErrorCode,
    message: string,
    options: { retriable?: boolean; retryAfterMs?: number | undefined } = {},
  ) {
    super(message);
    this.retriable = options.retriable ?? true;
    if (options.retryAfterMs !== undefined) this.retryAfterMs = options.retryAfterMs;
  }
}
