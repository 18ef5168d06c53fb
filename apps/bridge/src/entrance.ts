/** Something that the bridge reads from Kafka before it takes anything in, and goes on reading. */
export interface Feed {
  /** Of the health check. */
  readonly name: string;
  /** Why nothing arrives at present; undefined when it does. */
  readonly fault: Error | undefined;
  /** Resolves when everything that was there at the call has been read. May be called again after it failed. */
  start(): Promise<void>;
  close(): Promise<void>;
}

/** A way in for publishes: a listener, or a connection to a foreign broker. */
export interface Entrance {
  /** Of the health check. */
  readonly name: string;
  /** Why nothing comes in here at present; undefined when all is well. */
  readonly fault: Error | undefined;
  /** Everything behind it is ready. @throws BridgeError for what does not heal by itself */
  open(): Promise<void>;
  /** Takes nothing further in; what is under way still ends, and is still acknowledged. */
  stopAccepting(): void;
  close(): Promise<void>;
}
