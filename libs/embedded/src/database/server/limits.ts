/** Bounds of the server, and what happens at each. */
export interface DatabaseLimits {
  /** Further connections are refused with SQLSTATE 53300. */
  readonly maxConnections: number;
  /** A larger message of a client ends its connection with 08P01. */
  readonly maxMessageBytes: number;
  /** A larger answer to one request is cut off by an error, 54000. */
  readonly maxResultBytes: number;
  /** Of an answer, or of COPY's data; what is more waits in a file. Per connection. */
  readonly maxWaitingBytes: number;
  /** More prepared statements end the connection with 53200. Per connection. */
  readonly maxStatementBytes: number;
  /** A connection that has not logged in by then is closed. */
  readonly startupTimeoutMs: number;
  /** A client that takes nothing of its answer for so long is disconnected. */
  readonly stallTimeoutMs: number;
  /**
   * A client that keeps the engine (in a transaction, or with a session-level advisory lock or a cursor WITH HOLD) and
   * sends nothing for so long is rolled back and disconnected with 25P03. `idle_in_transaction_session_timeout`
   * overrides it for transactions.
   */
  readonly idleTimeoutMs: number;
  /** How long `close` waits for transactions to end. */
  readonly closeTimeoutMs: number;
}

export const DEFAULT_LIMITS: DatabaseLimits = {
  maxConnections: 100,
  maxMessageBytes: 64 * 1024 * 1024,
  maxResultBytes: 4 * 1024 ** 3,
  maxWaitingBytes: 4 * 1024 * 1024,
  maxStatementBytes: 16 * 1024 * 1024,
  startupTimeoutMs: 10_000,
  stallTimeoutMs: 30_000,
  idleTimeoutMs: 30_000,
  closeTimeoutMs: 5_000,
};
