import { scryptSync } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import { decodeRegistration, encodeRegistration, type RegistryRecord } from './registry-record.js';
import {
  canHaveHash,
  hashPassword,
  hashToken,
  isPasswordShaped,
  isTokenShaped,
  makeToken,
  verifyToken,
} from './token-hash.js';
import { WireError } from './wire-error.js';

describe('a registry record', () => {
  test.each<RegistryRecord>([
    { v: 1, deviceId: 'pump', state: 'enabled', tokenHash: '$scrypt$…' },
    { v: 1, deviceId: 'pump', state: 'disabled', tokenHash: '$scrypt$…' },
    { v: 1, deviceId: 'pump', state: 'enabled', tokenHash: '$scrypt$…', gatewayId: 'hub' },
    { v: 1, deviceId: 'pump', state: 'removed' },
  ])('%j comes back as it was', (record) => {
    expect(decodeRegistration(encodeRegistration(record))).toEqual(record);
  });

  test.each([
    ['null', null],
    ['no JSON', 'x'],
    ['another version', '{"v":2,"deviceId":"d","state":"removed"}'],
    ['no device', '{"v":1,"state":"removed"}'],
    ['an unknown state', '{"v":1,"deviceId":"d","state":"lost"}'],
    ['no hash', '{"v":1,"deviceId":"d","state":"enabled"}'],
    ['a gateway that is no text', '{"v":1,"deviceId":"d","state":"enabled","tokenHash":"h","gatewayId":1}'],
    ['a gateway without a name', '{"v":1,"deviceId":"d","state":"enabled","tokenHash":"h","gatewayId":""}'],
  ])('%s is refused', (_, text) => {
    expect(() => decodeRegistration(text === null ? null : Buffer.from(text))).toThrow(WireError);
  });
});

describe('a token', () => {
  test('is 192 random bits in base64url', () => {
    const tokens = new Set(Array.from({ length: 100 }, makeToken));
    expect(tokens.size).toBe(100);
    for (const token of tokens) {
      expect(isTokenShaped(token)).toBe(true);
      expect(Buffer.from(token, 'base64url')).toHaveLength(24);
    }
  });

  test.each(['', 'a'.repeat(31), 'a'.repeat(33), `${'a'.repeat(31)}+`, `${'a'.repeat(31)}\n`])(
    'is not %j',
    (text) => expect(isTokenShaped(text)).toBe(false),
  );

  test('has a hash of its own each time, which it alone fits', async () => {
    const token = makeToken();
    const [hash, again] = [await hashToken(token), await hashToken(token)];
    expect(hash).toMatch(/^\$scrypt\$ln=8,r=8,p=1\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$/);
    expect(hash).not.toBe(again);
    expect(await verifyToken(token, hash)).toBe(true);
    expect(await verifyToken(makeToken(), hash)).toBe(false);
  });

  test('that was hashed at the cost of former times is still right', async () => {
    const former = '$scrypt$ln=15,r=8,p=1$MDEyMzQ1Njc4OWFiY2RlZg$zIx4KqVHv8Ur/hGE5tkKoJirbLFKGzjUgOGFTyTgfYs';
    expect(await verifyToken('a'.repeat(32), former)).toBe(true);
    expect(canHaveHash('a'.repeat(32), former)).toBe(true);
  });

  test('is compared with the parameters that stand in its hash', async () => {
    const hash = await hashToken('secret');
    expect(await verifyToken('secret', hash.replace('ln=8', 'ln=9'))).toBe(false);
    const key = scryptSync('password', 'NaClNaClNaClNaCl', 32, { N: 1024, r: 8, p: 16 });
    const base64 = (bytes: Buffer): string => bytes.toString('base64').replaceAll('=', '');
    const foreign = `$scrypt$ln=10,r=8,p=16$${base64(Buffer.from('NaClNaClNaClNaCl'))}$${base64(key)}`;
    expect(await verifyToken('password', foreign)).toBe(true);
  });

  test.each([
    ['a plain text', 'sesame'],
    ['another algorithm', '$argon2id$v=19$m=1,t=1,p=1$c2FsdHNhbHRzYWx0$aGFzaA'],
    ['too much of everything', `$scrypt$ln=30,r=8,p=1$${'A'.repeat(22)}$${'A'.repeat(43)}`],
    ['nothing', ''],
  ])('%s is no hash', async (_, hash) => {
    await expect(verifyToken('t', hash)).rejects.toThrow(WireError);
  });
});

describe('a chosen password', () => {
  test.each([
    ['x'.repeat(15), false],
    ['x'.repeat(16), true],
    ['correct horse battery', true],
    ['x'.repeat(128), true],
    ['x'.repeat(129), false],
    [`${'x'.repeat(16)}\n`, false],
  ])('%j: %s', (text, expected) => {
    expect(isPasswordShaped(text)).toBe(expected);
  });

  test('has a hash that costs more, and that nothing shorter can have', async () => {
    const hash = await hashPassword('correct horse battery');
    expect(hash).toMatch(/^\$scrypt\$ln=15,r=8,p=3\$/);
    expect(await verifyToken('correct horse battery', hash)).toBe(true);
    expect(await verifyToken('correct horse staple', hash)).toBe(false);
    expect(canHaveHash('correct horse staple', hash)).toBe(true);
    expect(canHaveHash('sesame', hash)).toBe(false);
  });

  test('is no token', async () => {
    expect(canHaveHash('correct horse battery', await hashToken(makeToken()))).toBe(false);
  });
});
