import type { PresenceState } from '@fieldstream/domain';
import { isEpochMs, parseObject } from './telemetry-record.js';
import { WireError } from './wire-error.js';

/**
 * Value of a `device.presence` record: the presence of a device as the platform judges it. The topic is compacted; the key
 * is the device ID, and of two records with one key the later one holds. `removed`: the device is deleted.
 */
export type PresenceRecord =
  | {
      readonly v: 1;
      readonly deviceId: string;
      readonly state: PresenceState;
      /** Epoch milliseconds. */
      readonly sinceMs: number;
    }
  | { readonly v: 1; readonly deviceId: string; readonly state: 'removed' };

const STATES: readonly unknown[] = ['online', 'offline', 'sleeping'] satisfies readonly PresenceState[];

export function encodePresence(record: PresenceRecord): Buffer {
  return Buffer.from(JSON.stringify(record));
}

/** @throws WireError for anything that `encodePresence` could not have written. */
export function decodePresence(value: Uint8Array | null): PresenceRecord {
  const { v, deviceId, state, sinceMs } = parseObject(value);
  if (v !== 1) throw new WireError(`unknown version ${JSON.stringify(v)}, expected 1`);
  if (typeof deviceId !== 'string' || deviceId === '') throw new WireError('deviceId is not a text');
  if (state === 'removed') return { v, deviceId, state };
  if (!STATES.includes(state)) throw new WireError(`state is not one of ${STATES.join(', ')}, removed`);
  if (!isEpochMs(sinceMs)) throw new WireError('sinceMs is not a time in epoch milliseconds');
  return { v, deviceId, state: state as PresenceState, sinceMs };
}
