import type { PresenceState } from '@fieldstream/domain';
import { checkCommandEvent, type CommandEvent } from './command-record.js';
import { checkDescription, descriptionFields, type DescriptionEvent } from './description-record.js';
import { isEpochMs, parseObject } from './telemetry-record.js';
import { WireError } from './wire-error.js';

export const DEVICE_EVENT_TYPES = [
  'connected',
  'disconnected',
  'last-will',
  'online',
  'offline',
  'sleeping',
] as const;
export type DeviceEventType = (typeof DEVICE_EVENT_TYPES)[number];

/** What an event tells of whether the device is there. */
export const PRESENCE_OF_EVENT: Readonly<Record<DeviceEventType, PresenceState>> = {
  connected: 'online',
  online: 'online',
  disconnected: 'offline',
  'last-will': 'offline',
  offline: 'offline',
  sleeping: 'sleeping',
};

/** A connection or presence event. `deviceId` is the MQTT client ID where no device identity is known. */
export interface DeviceEvent {
  readonly kind: 'device';
  readonly type: DeviceEventType;
  readonly deviceId: string;
  readonly clientId?: string;
  readonly timeMs: number;
  /** E.g. the topic of a last will, the reason of a disconnect. */
  readonly detail?: string;
}

/** What a bridge has done since it started; sent every few seconds and at shutdown, the newest one counts. */
export interface BridgeLedger {
  readonly kind: 'bridge-ledger';
  /** Unique per process start. */
  readonly instance: string;
  readonly startedAtMs: number;
  readonly timeMs: number;
  readonly counters: BridgeCounters;
}

/**
 * Publishes on topics that a decoder claims, by fate. At every moment
 * `received = produced + presence + deadLettered + shed + refused + inFlight`.
 */
export interface BridgeCounters {
  readonly received: number;
  /** Decoded and acknowledged by Kafka. */
  readonly produced: number;
  /** Presence messages and what devices say of themselves, acknowledged by Kafka. */
  readonly presence: number;
  /** Refused by a decoder, acknowledged by Kafka as dead letters. */
  readonly deadLettered: number;
  /** QoS 0, dropped under overload. */
  readonly shed: number;
  /** QoS 1 and 2, never acknowledged: the deadline passed or the bound was reached; the device resends. */
  readonly refused: number;
  readonly inFlight: number;
}

const COUNTERS = ['received', 'produced', 'presence', 'deadLettered', 'shed', 'refused', 'inFlight'] as const;

/** Encodes a `device.events` value. Key: the device ID, or the bridge's instance. */
export function encodeDeviceEvent(
  event: DeviceEvent | DescriptionEvent | CommandEvent | BridgeLedger,
): Buffer {
  const fields = event.kind === 'description' ? descriptionFields(event) : event;
  return Buffer.from(JSON.stringify({ v: 1, ...fields }));
}

/** @throws WireError for anything that `encodeDeviceEvent` could not have written. */
export function decodeDeviceEvent(
  value: Uint8Array | null,
): DeviceEvent | DescriptionEvent | CommandEvent | BridgeLedger {
  const record = parseObject(value);
  if (record['v'] !== 1) throw new WireError(`unknown version ${JSON.stringify(record['v'])}, expected 1`);
  if (!isEpochMs(record['timeMs'])) throw new WireError('timeMs is not a time in epoch milliseconds');
  if (record['kind'] === 'bridge-ledger') return checkLedger(record);
  if (record['kind'] === 'device') return checkEvent(record);
  if (record['kind'] === 'description') return checkDescription(record);
  if (record['kind'] === 'command') return checkCommandEvent(record);
  throw new WireError(`unknown kind ${JSON.stringify(record['kind'])}`);
}

function checkEvent(record: Record<string, unknown>): DeviceEvent {
  if (!(DEVICE_EVENT_TYPES as readonly unknown[]).includes(record['type'])) {
    throw new WireError(`unknown event type ${JSON.stringify(record['type'])}`);
  }
  for (const field of ['deviceId', 'clientId', 'detail']) {
    const value = record[field];
    if (value === undefined && field !== 'deviceId') continue;
    if (typeof value !== 'string' || value.includes('\u0000')) throw new WireError(`${field} is not a text`);
  }
  delete record['v'];
  return record as unknown as DeviceEvent;
}

function checkLedger(record: Record<string, unknown>): BridgeLedger {
  const counters = record['counters'] as Record<string, unknown> | null | undefined;
  if (typeof record['instance'] !== 'string' || !isEpochMs(record['startedAtMs'])) {
    throw new WireError('a bridge ledger needs instance and startedAtMs');
  }
  for (const name of COUNTERS) {
    if (!Number.isSafeInteger(counters?.[name])) throw new WireError(`counter ${name} is not an integer`);
  }
  delete record['v'];
  return record as unknown as BridgeLedger;
}
