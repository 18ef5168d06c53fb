/** A Kafka record that is not one of ours or is damaged. Never retriable: the bytes will not change. */
export class WireError extends Error {
  override readonly name = 'WireError';
  readonly code = 'invalid-record';
  readonly retriable = false;
}
