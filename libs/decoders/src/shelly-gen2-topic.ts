import { beginsObject, isOneOf, mentions } from './payload-peek.js';

/** What a topic of a newer Shelly is for. */
export type ShellyGen2Place =
  | { readonly kind: 'events' | 'online' | 'announce'; readonly prefix: string }
  | { readonly kind: 'status'; readonly prefix: string; readonly component: string };

/** Components that are there once, so their names have no number. */
const SINGLE: ReadonlySet<string> = new Set(
  'ble bthome cloud eth knx matter modbus mqtt sys ui wifi ws zigbee'.split(' '),
);

/** Names that Shelly gives its devices, which `src` repeats. */
const OWN_ID = /^shelly[0-9a-z]+-[0-9a-f]{12}$/i;

/**
 * The place of a topic by its shape, and of a publish by a look at its payload as well, so that nothing of another family
 * is taken. Undefined for all others.
 */
export function placeOf(levels: readonly string[], payload?: Uint8Array): ShellyGen2Place | undefined {
  const last = levels.at(-1) ?? '';
  const beforeLast = levels.at(-2);
  const prefix = (count: number): string => levels.slice(0, -count).join('/');
  if (levels.length >= 3 && beforeLast === 'events' && last === 'rpc') {
    return !payload || mentions(payload, 'Notify') ? { kind: 'events', prefix: prefix(2) } : undefined;
  }
  if (
    levels.length >= 3 &&
    beforeLast === 'status' &&
    (SINGLE.has(last) || /^[a-z][a-z0-9_]*:\d+$/.test(last))
  ) {
    const isStatus = !payload || beginsObject(payload);
    return isStatus ? { kind: 'status', prefix: prefix(2), component: last } : undefined;
  }
  if (levels.length >= 2 && last === 'online') {
    return !payload || isOneOf(payload, ['true', 'false'])
      ? { kind: 'online', prefix: prefix(1) }
      : undefined;
  }
  if (levels.length >= 2 && last === 'announce') {
    return !payload || mentions(payload, '"gen":') ? { kind: 'announce', prefix: prefix(1) } : undefined;
  }
  return undefined;
}

/** The device of a prefix while no message has named it: the prefix, or its last level if that is Shelly's own name. */
export function defaultDeviceId(prefix: string): string {
  const last = prefix.slice(prefix.lastIndexOf('/') + 1);
  return OWN_ID.test(last) ? last : prefix.replaceAll('/', ':');
}
