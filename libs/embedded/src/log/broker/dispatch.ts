import { type FaultKind } from './fault-log.js';

/** Who sent a request. */
export interface Peer {
  /** The client's address, as DescribeGroups shows it. */
  readonly host: string;
  /** Where the client reached the broker, which is what it is told to come back to. */
  readonly localHost: string;
  readonly localPort: number;
  /** Calls `listener` once when the connection ends; the answer unsubscribes. */
  onClose(listener: () => void): () => void;
}

/** Answers requests; knows nothing of sockets. */
export interface Dispatcher {
  /** Whether this request may begin while earlier ones of its connection are unanswered. */
  mayOverlap(request: Buffer): boolean;
  /**
   * Resolves with the whole response, its size included, or with undefined where the client expects none.
   * @throws RequestFault if the connection has to be closed instead
   */
  dispatch(request: Buffer, peer: Peer): Promise<readonly Buffer[] | undefined>;
}

/** A request that is answered by closing the connection. */
export class RequestFault extends Error {
  override readonly name = 'RequestFault';

  constructor(
    /** Undefined where closing is the agreed answer and nothing is wrong. */
    readonly kind: FaultKind | undefined,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}
