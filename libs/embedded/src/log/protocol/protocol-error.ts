/**
 * Bytes that are not what the Kafka protocol says they should be: truncated, over-long, out of range or not UTF-8.
 * It is always the sender's fault. Kafka answers it by closing the connection, since nothing after it can be trusted.
 */
export class ProtocolError extends Error {
  override readonly name = 'ProtocolError';
}
