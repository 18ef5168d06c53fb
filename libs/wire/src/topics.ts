/** Logical topic names. On the broker each carries the configured prefix. */
export const TOPICS = {
  readings: 'telemetry.readings',
  deadLetters: 'telemetry.dead-letters',
  deviceEvents: 'device.events',
  deviceRegistry: 'device.registry',
  alerts: 'telemetry.alerts',
} as const;
export type TopicName = (typeof TOPICS)[keyof typeof TOPICS];
