import type { DevicePolicy } from '@fieldstream/config';
import { isTokenShaped } from '@fieldstream/wire';
import type { Registration } from './registration-book.js';
import { mayPublish } from './topic-rights.js';

/** Why a CONNECT is refused: a closed list, used as metric label. */
export const CONNECT_REFUSALS = [
  'no-credentials',
  'unknown-device',
  'no-token',
  'wrong-token',
  'disabled',
  'forbidden-will',
  'busy',
] as const;
export type ConnectRefusal = (typeof CONNECT_REFUSALS)[number];

/** CONNACK return codes (MQTT 3.1.1, table 3.1). */
export const RETURN_CODES: Readonly<Record<ConnectRefusal, 3 | 4 | 5>> = {
  'no-credentials': 5,
  'unknown-device': 5,
  'no-token': 4,
  'wrong-token': 5,
  disabled: 5,
  'forbidden-will': 5,
  busy: 3,
};

/** What a CONNECT says of who it is. */
export interface ConnectClaim {
  readonly username: string | undefined;
  readonly password: string | undefined;
  readonly willTopic: string | undefined;
}

export type ConnectDecision =
  /** Let in as nobody in particular. */
  | { readonly kind: 'anonymous' }
  /** Let in as the device if the token has this hash. */
  | { readonly kind: 'check'; readonly deviceId: string; readonly token: string; readonly tokenHash: string }
  | { readonly kind: 'refuse'; readonly reason: ConnectRefusal };

const ANONYMOUS: ConnectDecision = { kind: 'anonymous' };

/**
 * Decides on a CONNECT as far as that costs nothing. The user name of a registered device needs its token under either
 * policy; whoever names no registered device is let in under `open` alone.
 */
export function decideConnect(
  policy: DevicePolicy,
  { username, password, willTopic }: ConnectClaim,
  registration: Registration | undefined,
): ConnectDecision {
  if (username === undefined || username === '') {
    return policy === 'open' ? ANONYMOUS : refuse('no-credentials');
  }
  if (registration === undefined) return policy === 'open' ? ANONYMOUS : refuse('unknown-device');
  if (registration.isDisabled) return refuse('disabled');
  if (password === undefined || password === '') return refuse('no-token');
  // What cannot be a token needs no hashing.
  if (!isTokenShaped(password)) return refuse('wrong-token');
  if (willTopic !== undefined && !mayPublish(policy, username, willTopic)) return refuse('forbidden-will');
  return { kind: 'check', deviceId: username, token: password, tokenHash: registration.tokenHash };
}

function refuse(reason: ConnectRefusal): ConnectDecision {
  return { kind: 'refuse', reason };
}
