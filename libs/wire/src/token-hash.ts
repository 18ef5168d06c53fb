import { randomBytes, scrypt, timingSafeEqual, type ScryptOptions } from 'node:crypto';
import { promisify } from 'node:util';
import { WireError } from './wire-error.js';

interface Cost {
  readonly ln: number;
  readonly r: number;
  readonly p: number;
}

const derive = promisify<string, Buffer, number, ScryptOptions, Buffer>(scrypt);

/** Bytes of a token: what cannot be guessed however fast guesses can be checked. */
const TOKEN_BYTES = 24;
const SALT_BYTES = 16;
const KEY_BYTES = 32;
/**
 * Cost of hashing a token that `makeToken` made: 256 KiB and half a millisecond. 192 random bits are out of reach at any
 * cost (NIST SP 800-63B-4 asks for no password hash from 112 bits on); what this has to be is cheap enough for a fleet
 * that comes back all at once. `ln` is the binary logarithm of scrypt's N.
 */
const TOKEN_COST: Cost = { ln: 8, r: 8, p: 1 };
/** Cost of hashing a password that somebody chose: what OWASP's password storage cheat sheet asks for with 32 MiB. */
const PASSWORD_COST: Cost = { ln: 15, r: 8, p: 3 };
/** Characters of a password that somebody chose. */
export const MIN_PASSWORD_LENGTH = 16;
export const MAX_PASSWORD_LENGTH = 128;
/** What a hash may ask for; whatever wrote one that asks for more was not `hashToken`. */
const MAX_COST: Cost = { ln: 20, r: 32, p: 16 };

/** A new token for a device: 192 random bits in 32 characters of base64url, which is as long as Tasmota and Homie take a password. */
export function makeToken(): string {
  return randomBytes(TOKEN_BYTES).toString('base64url');
}

/** Whether a text can be a token at all; costs nothing. */
export function isTokenShaped(text: string): boolean {
  return /^[A-Za-z0-9_-]{32}$/.test(text);
}

/**
 * Hash of a token that `makeToken` made, as a PHC string, `$scrypt$ln=8,r=8,p=1$<salt>$<hash>` (scrypt is RFC 7914). The
 * parameters stand in it, so that they can be changed for new tokens. Runs in a thread of its own.
 */
export function hashToken(token: string): Promise<string> {
  return hashAt(token, TOKEN_COST);
}

/** Hash of a password that somebody chose, as `hashToken` but 500 times as expensive. */
export function hashPassword(password: string): Promise<string> {
  return hashAt(password, PASSWORD_COST);
}

/** Whether somebody may choose this password, as far as its length and its characters tell. */
export function isPasswordShaped(text: string): boolean {
  return text.length >= MIN_PASSWORD_LENGTH && text.length <= MAX_PASSWORD_LENGTH && !/\p{Cc}/u.test(text);
}

/** Whether a text can have this hash at all; costs nothing. Only hashes of passwords have the `p` of passwords. */
export function canHaveHash(text: string, hash: string): boolean {
  return hash.includes(`,p=${PASSWORD_COST.p}$`) ? isPasswordShaped(text) : isTokenShaped(text);
}

async function hashAt(secret: string, cost: Cost): Promise<string> {
  const salt = randomBytes(SALT_BYTES);
  const key = await derive(secret, salt, KEY_BYTES, optionsOf(cost));
  return `$scrypt$ln=${cost.ln},r=${cost.r},p=${cost.p}$${base64(salt)}$${base64(key)}`;
}

/**
 * Whether a token has this hash. Runs in a thread of its own; takes the same time for any wrong token.
 * @throws WireError for what is no PHC string of scrypt
 */
export async function verifyToken(token: string, hash: string): Promise<boolean> {
  const parts = /^\$scrypt\$ln=(\d+),r=(\d+),p=(\d+)\$([A-Za-z0-9+/]{16,})\$([A-Za-z0-9+/]{43,})$/.exec(hash);
  const [, ln, r, p, salt = '', key = ''] = parts ?? [];
  const cost = { ln: Number(ln), r: Number(r), p: Number(p) };
  const isSound = parts !== null && cost.ln >= 1 && cost.r >= 1 && cost.p >= 1;
  if (!isSound || cost.ln > MAX_COST.ln || cost.r > MAX_COST.r || cost.p > MAX_COST.p) {
    throw new WireError('a token hash is not a PHC string of scrypt');
  }
  const expected = Buffer.from(key, 'base64');
  const actual = await derive(token, Buffer.from(salt, 'base64'), expected.length, optionsOf(cost));
  return timingSafeEqual(actual, expected);
}

function optionsOf({ ln, r, p }: Cost): ScryptOptions {
  const N = 2 ** ln;
  // What OpenSSL counts is a little more than the 128·N·r of the algorithm.
  return { N, r, p, maxmem: 128 * r * (N + p + 2) + 1024 * 1024 };
}

/** As PHC strings have it: without padding. */
function base64(bytes: Buffer): string {
  return bytes.toString('base64').replaceAll('=', '');
}
