/** A topic filter of a source, as it is subscribed to. */
export interface SourceSubscription {
  /** With `$share/<group>/` before it where it is shared. */
  readonly filter: string;
  readonly qos: 0 | 1 | 2;
  readonly isShared: boolean;
}

/** Names of files that are read anew for each connection, so that they may be renewed while the bridge runs. */
export interface SourceFiles {
  readonly password: string | undefined;
  readonly ca: string | undefined;
  readonly cert: string | undefined;
  readonly key: string | undefined;
}

/** A foreign broker that the bridge subscribes to, as its file describes it. */
export interface SourceDefinition {
  /** Unique among the sources of a bridge. */
  readonly name: string;
  /** Without credentials: it is logged. */
  readonly url: string;
  /** As CONNECT has it: 4 is MQTT 3.1.1. */
  readonly protocolVersion: 4 | 5;
  /** Undefined: the bridge makes one and keeps it. */
  readonly clientId: string | undefined;
  readonly username: string | undefined;
  readonly password: string | undefined;
  readonly files: SourceFiles;
  readonly rejectUnauthorized: boolean;
  /** At least one. */
  readonly subscriptions: readonly SourceSubscription[];
  readonly keepaliveSeconds: number;
  /** How long a broker that speaks MQTT 5 keeps the session of a bridge that is away. */
  readonly sessionExpirySeconds: number;
  /** Messages that may be taken in and not yet acknowledged; beyond it nothing more is read. */
  readonly maxBacklogMessages: number;
  /** Bytes of their payloads; at least one message is taken in whatever its size. */
  readonly maxBacklogBytes: number;
}

/** `$…` is the foreign broker's own, and `alerts/…` that of a platform: neither is taken from there. */
export function isReservedTopic(topic: string): boolean {
  return topic.startsWith('$') || topic === 'alerts' || topic.startsWith('alerts/');
}
