/** What the log's network side holds at most, and how long it waits. Bytes and milliseconds. */
export interface LogLimits {
  /** Open connections. A further one takes the place of one that never sent a request, else it is closed at once. */
  readonly maxConnections: number;
  /** Size of one Produce request (Kafka's `socket.request.max.bytes`); a larger one closes its connection. */
  readonly maxRequestBytes: number;
  /** Size of every other request: decoding small fields takes many times their bytes. */
  readonly maxOtherRequestBytes: number;
  /**
   * Request bytes in memory over all connections. At the bound sockets with a large request under way are paused; what
   * it never delays is a small request. Exceeded by one request at most.
   */
  readonly maxHeldRequestBytes: number;
  /** Requests of one connection read ahead of the one being answered. */
  readonly maxPipelinedRequests: number;
  /** Record bytes in one Fetch response, the first batch excepted, which is always sent whole. */
  readonly maxFetchBytes: number;
  /** Response bytes over all connections that clients have not taken yet; Fetch responses shrink as it is neared. */
  readonly maxUnsentBytes: number;
  /** A connection without traffic for this long is closed (Kafka's `connections.max.idle.ms`). */
  readonly idleConnectionMs: number;
  /** A request whose bytes come slower than a trickle for this long closes its connection. */
  readonly partialRequestMs: number;
  /** While most of the unsent bytes are used up, a client that has read nothing for this long is disconnected. */
  readonly stalledReaderMs: number;
  /** How long a close waits for requests in flight and for clients to take their responses. */
  readonly closeGraceMs: number;
  /** Partitions of all topics together: each has files of its own. */
  readonly maxPartitions: number;
}

const MEBIBYTE = 1024 * 1024;

export const DEFAULT_LOG_LIMITS: LogLimits = {
  maxConnections: 1_000,
  maxRequestBytes: 100 * MEBIBYTE,
  maxOtherRequestBytes: 2 * MEBIBYTE,
  maxHeldRequestBytes: 128 * MEBIBYTE,
  maxPipelinedRequests: 100,
  maxFetchBytes: 16 * MEBIBYTE,
  maxUnsentBytes: 256 * MEBIBYTE,
  idleConnectionMs: 600_000,
  partialRequestMs: 30_000,
  stalledReaderMs: 30_000,
  closeGraceMs: 5_000,
  maxPartitions: 4_000,
};
