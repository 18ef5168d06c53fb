import { describe, expect, test } from '@jest/globals';
import type { DevicePolicy } from '@fieldstream/config';
import { CONNECT_REFUSALS, decideConnect, RETURN_CODES, type ConnectClaim } from './connect-decision.js';

const TOKEN = 'a'.repeat(32);
const known = { pump: { isDisabled: false, tokenHash: 'h' }, old: { isDisabled: true, tokenHash: 'h' } };

function decide(policy: DevicePolicy, claim: Partial<ConnectClaim>): string {
  const full = { username: undefined, password: undefined, willTopic: undefined, ...claim };
  const registration = Object.entries(known).find(([name]) => name === full.username)?.[1];
  const decision = decideConnect(policy, full, registration);
  return decision.kind === 'refuse' ? decision.reason : decision.kind;
}

describe('a CONNECT', () => {
  const own = 'devices/pump/status';
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
    [{ username: 'pump', password: TOKEN }, 'check', 'check'],
    [{ username: 'pump', password: TOKEN, willTopic: own }, 'check', 'check'],
    [{ username: 'pump', password: TOKEN, willTopic: 'devices/b/status' }, 'check', 'forbidden-will'],
    [{ username: 'pump', password: TOKEN, willTopic: '$SYS/x' }, 'check', 'forbidden-will'],
    [{ username: 'old', password: TOKEN }, 'disabled', 'disabled'],
    [{ username: 'old' }, 'disabled', 'disabled'],
  ])('%j: under open %s, under registered %s', (claim, open, registered) => {
    expect(decide('open', claim)).toBe(open);
    expect(decide('registered', claim)).toBe(registered);
  });

  test('every refusal has a return code of MQTT 3.1.1', () => {
    for (const reason of CONNECT_REFUSALS) expect([3, 4, 5]).toContain(RETURN_CODES[reason]);
  });
});
