import type { DevicePolicy } from '@fieldstream/config';
import { isValidDeviceId } from '@fieldstream/domain';
import { canHaveHash, isPasswordShaped } from '@fieldstream/wire';
import type { Registration } from './registration-book.js';

/** Why a CONNECT is refused: a closed list, used as metric label. */
export const CONNECT_REFUSALS = [
  'no-credentials',
  'unknown-device',
  'no-token',
  'wrong-token',
  'other-name',
  'disabled',
  'forbidden-will',
  'busy',
  'claim-pending',
] as const;
export type ConnectRefusal = (typeof CONNECT_REFUSALS)[number];

/** CONNACK return codes (MQTT 3.1.1, table 3.1). */
export const RETURN_CODES: Readonly<Record<ConnectRefusal, 3 | 4 | 5>> = {
  'no-credentials': 5,
  'unknown-device': 5,
  'no-token': 4,
  'wrong-token': 5,
  'other-name': 5,
  disabled: 5,
  'forbidden-will': 5,
  busy: 3,
  'claim-pending': 3,
};

/** What is asked of those who connect. */
export interface ConnectRules {
  readonly policy: DevicePolicy;
  /** Whether, under `registered`, an unknown name with a long password registers itself. */
  readonly claimsByFirstUse: boolean;
}

/** What a CONNECT says of who it is. */
export interface ConnectClaim {
  readonly username: string | undefined;
  readonly password: string | undefined;
  /** Common name of the client certificate, where the connection has one and a trusted authority signed it. */
  readonly certificateName: string | undefined;
}

export type ConnectDecision =
  /** Let in as nobody in particular. */
  | { readonly kind: 'anonymous' }
  /** Let in as the device: its certificate says who it is. */
  | { readonly kind: 'certified'; readonly deviceId: string }
  /** Let in as the device if the token has this hash. */
  | { readonly kind: 'check'; readonly deviceId: string; readonly token: string; readonly tokenHash: string }
  /** Let in as the device once it is registered with this password. */
  | { readonly kind: 'claim'; readonly deviceId: string; readonly password: string }
  | { readonly kind: 'refuse'; readonly reason: ConnectRefusal };

const ANONYMOUS: ConnectDecision = { kind: 'anonymous' };

/**
 * Decides on a CONNECT as far as that costs nothing. The user name of a registered device needs its token, or its
 * certificate, under either policy; whoever names no registered device is let in under `open` alone.
 */
export function decideConnect(
  rules: ConnectRules,
  { username, password, certificateName }: ConnectClaim,
  find: (deviceId: string) => Registration | undefined,
): ConnectDecision {
  if (certificateName !== undefined) {
    const certified = find(certificateName);
    if (certified) {
      if (username && username !== certificateName) return refuse('other-name');
      return certified.isDisabled ? refuse('disabled') : { kind: 'certified', deviceId: certificateName };
    }
    if (rules.policy === 'registered') return refuse('unknown-device');
  }
  if (!username) return rules.policy === 'open' ? ANONYMOUS : refuse('no-credentials');
  const registration = find(username);
  if (registration === undefined) return decideUnknown(rules, username, password);
  if (registration.isDisabled) return refuse('disabled');
  if (!password) return refuse('no-token');
  // What cannot be its token needs no hashing.
  if (!canHaveHash(password, registration.tokenHash)) return refuse('wrong-token');
  return { kind: 'check', deviceId: username, token: password, tokenHash: registration.tokenHash };
}

function decideUnknown(
  { policy, claimsByFirstUse }: ConnectRules,
  username: string,
  password: string | undefined,
): ConnectDecision {
  if (policy === 'open') return ANONYMOUS;
  const isClaim = claimsByFirstUse && password !== undefined && isPasswordShaped(password);
  return isClaim && isValidDeviceId(username)
    ? { kind: 'claim', deviceId: username, password }
    : refuse('unknown-device');
}

function refuse(reason: ConnectRefusal): ConnectDecision {
  return { kind: 'refuse', reason };
}
