/**
 * How far a command has come. `queued`: no device has it yet. `delivered`: the device's client has acknowledged it.
 * `answered`: the device has said what came of it. `expired` and `cancelled`: it was not delivered, and will not be.
 */
export const COMMAND_STATUSES = ['queued', 'delivered', 'answered', 'expired', 'cancelled'] as const;
export type CommandStatus = (typeof COMMAND_STATUSES)[number];

/** Bounds of commands to devices. */
export const COMMAND_LIMITS = {
  /** Characters of a command's name. */
  nameLength: 128,
  /** Bytes of the MQTT message. */
  messageBytes: 64 * 1024,
  /** Bytes of the device's answer that are kept. */
  answerBytes: 64 * 1024,
  /** Commands that wait for one device. */
  waitingPerDevice: 100,
  defaultExpiryMs: 24 * 3_600_000,
  maxExpiryMs: 30 * 24 * 3_600_000,
} as const;

/** What a device says of a command that it was sent. */
export interface CommandAnswer {
  readonly deviceId: string;
  readonly commandId: string;
  /** Undefined where the device does not say whether it worked. */
  readonly outcome?: 'ok' | 'error';
  /** The answer as it came, as text; undefined for an empty one. */
  readonly text?: string;
}

/** Whether a text can be the ID of a command: a UUID in lower case. */
export function isCommandId(text: string): boolean {
  return /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(text);
}
