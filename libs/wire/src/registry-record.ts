import { parseObject } from './telemetry-record.js';
import { WireError } from './wire-error.js';

/** How a device stands in the registry. `removed`: it has no credentials any more. */
export const REGISTRATION_STATES = ['enabled', 'disabled', 'removed'] as const;
export type RegistrationState = (typeof REGISTRATION_STATES)[number];

/**
 * Value of a `device.registry` record: what a bridge needs in order to let a device in. The topic is compacted; the key is
 * the device ID, and of two records with one key the later one holds.
 */
export type RegistryRecord =
  | {
      readonly v: 1;
      readonly deviceId: string;
      readonly state: 'enabled' | 'disabled';
      /** Hash of the device's token, a PHC string (`hashToken`). */
      readonly tokenHash: string;
      /** The device that may speak for this one. */
      readonly gatewayId?: string;
    }
  | { readonly v: 1; readonly deviceId: string; readonly state: 'removed' };

export function encodeRegistration(record: RegistryRecord): Buffer {
  return Buffer.from(JSON.stringify(record));
}

/** @throws WireError for anything that `encodeRegistration` could not have written. */
export function decodeRegistration(value: Uint8Array | null): RegistryRecord {
  const record = parseObject(value);
  const { v, deviceId, state, tokenHash, gatewayId } = record;
  if (v !== 1) throw new WireError(`unknown version ${JSON.stringify(v)}, expected 1`);
  if (typeof deviceId !== 'string' || deviceId === '') throw new WireError('deviceId is not a text');
  if (state === 'removed') return { v, deviceId, state };
  if (state !== 'enabled' && state !== 'disabled') {
    throw new WireError(`state is not one of ${REGISTRATION_STATES.join(', ')}`);
  }
  if (typeof tokenHash !== 'string') throw new WireError('tokenHash is not a text');
  if (gatewayId === undefined) return { v, deviceId, state, tokenHash };
  if (typeof gatewayId !== 'string' || gatewayId === '') throw new WireError('gatewayId is not a text');
  return { v, deviceId, state, tokenHash, gatewayId };
}
