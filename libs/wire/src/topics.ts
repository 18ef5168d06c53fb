/** Logical topic names. On the broker each carries the configured prefix. */
export const TOPICS = {
  readings: 'telemetry.readings',
  deadLetters: 'telemetry.dead-letters',
  deviceEvents: 'device.events',
  deviceRegistry: 'device.registry',
  /** Names that were used first by whoever knows the password. */
  deviceClaims: 'device.claims',
  /** Commands to devices, read by every bridge. */
  deviceCommands: 'device.commands',
  /** Presence of each device as the platform judges it; compacted. */
  devicePresence: 'device.presence',
  /** What decoders keep in mind of earlier publishes; compacted. */
  decoderState: 'decoder.state',
  alerts: 'telemetry.alerts',
} as const;
export type TopicName = (typeof TOPICS)[keyof typeof TOPICS];
