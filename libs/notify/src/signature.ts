import { createHmac, timingSafeEqual } from 'node:crypto';

/** Header in which a webhook with a secret is signed: `t=<epoch seconds>,v1=<hexadecimal HMAC-SHA256 of "<t>.<body>">`. */
export const SIGNATURE_HEADER = 'x-fieldstream-signature';

/** How old a signature may be, in seconds, before it counts as a replay. */
export const SIGNATURE_TOLERANCE_S = 300;

/** The header's value for a body that is sent at that moment. */
export function signBody(secret: string, body: string, atSeconds: number): string {
  return `t=${atSeconds},v1=${macOf(secret, body, String(atSeconds))}`;
}

/** Whether the header's value is of that body and that secret, and not older or newer than the tolerance. Takes constant time. */
export function isSignedBody(secret: string, body: string, header: string, nowSeconds: number): boolean {
  const { t = '', v1 = '' } = Object.fromEntries(header.split(',').map((part) => part.split('='))) as {
    t?: string;
    v1?: string;
  };
  if (!(Math.abs(nowSeconds - Number(t)) <= SIGNATURE_TOLERANCE_S)) return false;
  const wanted = Buffer.from(macOf(secret, body, t));
  const given = Buffer.from(v1);
  return given.length === wanted.length && timingSafeEqual(given, wanted);
}

function macOf(secret: string, body: string, seconds: string): string {
  return createHmac('sha256', secret).update(`${seconds}.${body}`).digest('hex');
}
