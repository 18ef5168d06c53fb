import { describe, expect, test } from '@jest/globals';
import type { DevicePolicy } from '@fieldstream/config';
import { CONNECT_REFUSALS, decideConnect, RETURN_CODES, type ConnectClaim } from './connect-decision.js';

const TOKEN = 'a'.repeat(32);
const PASSWORD = 'correct horse battery';
const known = new Map([
  ['pump', { isDisabled: false, tokenHash: 'h' }],
  ['old', { isDisabled: true, tokenHash: 'h' }],
  ['chosen', { isDisabled: false, tokenHash: '$scrypt$ln=15,r=8,p=3$…' }],
]);

function decide(policy: DevicePolicy, claim: Partial<ConnectClaim>, claimsByFirstUse = false): string {
  const full = { username: undefined, password: undefined, certificateName: undefined, ...claim };
  const decision = decideConnect({ policy, claimsByFirstUse }, full, (deviceId) => known.get(deviceId));
  return decision.kind === 'refuse' ? decision.reason : decision.kind;
}

describe('a CONNECT', () => {
  test.each<[Partial<ConnectClaim>, open: string, registered: string]>([
    [{}, 'anonymous', 'no-credentials'],
    [{ username: '' }, 'anonymous', 'no-credentials'],
    [{ password: TOKEN }, 'anonymous', 'no-credentials'],
    [{ username: 'nobody', password: TOKEN }, 'anonymous', 'unknown-device'],
    [{ username: '__proto__', password: TOKEN }, 'anonymous', 'unknown-device'],
    [{ username: 'pump' }, 'no-token', 'no-token'],
    [{ username: 'pump', password: '' }, 'no-token', 'no-token'],
    [{ username: 'pump', password: 'sesame' }, 'wrong-token', 'wrong-token'],
    [{ username: 'pump', password: `${TOKEN}a` }, 'wrong-token', 'wrong-token'],
    [{ username: 'pump', password: PASSWORD }, 'wrong-token', 'wrong-token'],
    [{ username: 'pump', password: TOKEN }, 'check', 'check'],
    [{ username: 'chosen', password: PASSWORD }, 'check', 'check'],
    [{ username: 'chosen', password: 'sesame' }, 'wrong-token', 'wrong-token'],
    [{ username: 'old', password: TOKEN }, 'disabled', 'disabled'],
    [{ username: 'old' }, 'disabled', 'disabled'],
    [{ certificateName: 'pump' }, 'certified', 'certified'],
    [{ certificateName: 'pump', username: '' }, 'certified', 'certified'],
    [{ certificateName: 'pump', username: 'pump', password: 'any' }, 'certified', 'certified'],
    [{ certificateName: 'pump', username: 'old' }, 'other-name', 'other-name'],
    [{ certificateName: 'old' }, 'disabled', 'disabled'],
    [{ certificateName: 'nobody' }, 'anonymous', 'unknown-device'],
    [{ certificateName: 'nobody', username: 'pump', password: TOKEN }, 'check', 'unknown-device'],
  ])('%j: under open %s, under registered %s', (claim, open, registered) => {
    expect(decide('open', claim)).toBe(open);
    expect(decide('registered', claim)).toBe(registered);
  });

  test.each<[Partial<ConnectClaim>, string]>([
    [{ username: 'nobody', password: PASSWORD }, 'claim'],
    [{ username: 'nobody', password: TOKEN }, 'claim'],
    [{ username: 'nobody', password: 'too short' }, 'unknown-device'],
    [{ username: 'nobody' }, 'unknown-device'],
    [{ username: 'no/body', password: PASSWORD }, 'unknown-device'],
    [{ username: 'pump', password: PASSWORD }, 'wrong-token'],
    [{ username: 'old', password: PASSWORD }, 'disabled'],
    [{ certificateName: 'nobody', username: 'nobody', password: PASSWORD }, 'unknown-device'],
  ])('%j: where the first use claims a name, %s', (claim, expected) => {
    expect(decide('registered', claim, true)).toBe(expected);
    expect(decide('open', claim, true)).not.toBe('claim');
  });

  test('every refusal has a return code of MQTT 3.1.1', () => {
    for (const reason of CONNECT_REFUSALS) expect([3, 4, 5]).toContain(RETURN_CODES[reason]);
  });
});
