import { parseObject } from './telemetry-record.js';
import { WireError } from './wire-error.js';

/** Value of a `device.claims` record: somebody connected under a name that nobody has, with a password of this hash. */
export interface DeviceClaim {
  readonly v: 1;
  readonly deviceId: string;
  /** PHC string (`hashPassword`). */
  readonly tokenHash: string;
}

export function encodeDeviceClaim(claim: DeviceClaim): Buffer {
  return Buffer.from(JSON.stringify(claim));
}

/** @throws WireError for anything that `encodeDeviceClaim` could not have written. */
export function decodeDeviceClaim(value: Uint8Array | null): DeviceClaim {
  const { v, deviceId, tokenHash } = parseObject(value);
  if (v !== 1) throw new WireError(`unknown version ${JSON.stringify(v)}, expected 1`);
  if (typeof deviceId !== 'string' || deviceId === '') throw new WireError('deviceId is not a text');
  if (typeof tokenHash !== 'string' || tokenHash === '') throw new WireError('tokenHash is not a text');
  return { v, deviceId, tokenHash };
}
