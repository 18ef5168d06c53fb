import { isValidDeviceId } from '@fieldstream/domain';
import type { DecodeResult } from './decoder.js';
import { shorten } from './payload-text.js';

/** A name as a device ID: the MQTT specials `/`, `+` and `#` become `:`. */
export function deviceIdOf(name: string): string {
  return name.replaceAll(/[/+#]/g, ':');
}

/** The refusal of what cannot be a device ID; undefined if it can. */
export function badDeviceId(deviceId: string): DecodeResult | undefined {
  if (isValidDeviceId(deviceId)) return undefined;
  const detail = `not a device ID: ${JSON.stringify(shorten(deviceId))}`;
  return { kind: 'rejected', reason: 'invalid-device-id', detail };
}
