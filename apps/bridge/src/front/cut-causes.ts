/** Why the bridge itself ends a connection: a closed list, used as metric label. */
export const CUT_CAUSES = [
  /** Bounds on connections. */
  'too-many-connections',
  'too-many-of-address',
  'too-many-pending',
  /** Nothing was said, or not enough of it, in time. */
  'connect-timeout',
  /** Faults in the bytes, found in front of the MQTT parser. */
  'packet-too-large',
  'malformed-length',
  'not-a-connect',
  /** TLS and WebSocket. */
  'tls-handshake',
  'certificate-refused',
  'websocket-refused',
  'websocket-fault',
  /** Too much, for too long. */
  'too-fast',
  /** A publish to a topic name that is too long or too deep. */
  'topic-refused',
] as const;
export type CutCause = (typeof CUT_CAUSES)[number];
