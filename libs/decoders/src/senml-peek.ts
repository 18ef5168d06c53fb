/** So much of a payload is looked at. */
const PEEK_BYTES = 1_024;

/** A JSON object without objects or arrays in it, to its end or to where the look ends. */
const FIRST_OBJECT = /^\s*\[\s*\{((?:"(?:[^"\\]|\\.)*"|[^"{}[\]])*)/;
const NAME = /(?:^|,)\s*"(?:bn|n)"\s*:\s*"/;
const VALUE_OR_BASE = /(?:^|,)\s*"(?:bn|bt|bu|bv|bs|bver|v|vs|vb|vd|s)"\s*:/;
const NATIVE_TIME = /(?:^|,)\s*"ts"\s*:/;

/**
 * Whether a payload begins like a SenML pack: an array whose first record has a name and a value or a base, in JSON, or
 * integer labels with values of their types, in CBOR. Nothing is parsed; the rest may still be anything.
 */
export function looksLikeSenml(payload: Uint8Array): boolean {
  const first = payload[0] ?? 0;
  return first >= 0x80 ? looksLikeCbor(payload) : looksLikeJson(payload);
}

function looksLikeJson(payload: Uint8Array): boolean {
  // Most publishes are objects: told apart by one byte.
  const first = payload[0];
  if (first !== 0x5b && first !== 0x20 && first !== 0x0a && first !== 0x0d && first !== 0x09) return false;
  const start = Buffer.from(payload.buffer, payload.byteOffset, Math.min(payload.byteLength, PEEK_BYTES));
  const record = FIRST_OBJECT.exec(start.toString('latin1'))?.[1];
  return record !== undefined && NAME.test(record) && VALUE_OR_BASE.test(record) && !NATIVE_TIME.test(record);
}

/** Tag 55799, which says "this is CBOR". */
const SELF_DESCRIBED = [0xd9, 0xd9, 0xf7];

function looksLikeCbor(payload: Uint8Array): boolean {
  let at = SELF_DESCRIBED.every((byte, index) => payload[index] === byte) ? 3 : 0;
  const array = payload[at++] ?? 0;
  if (array === 0x98) at += 1;
  else if (array === 0x99) at += 2;
  else if (array !== 0x9f && (array < 0x81 || array > 0x97)) return false;
  const map = payload[at++] ?? 0;
  if (map !== 0xbf && (map < 0xa1 || map > 0xaf)) return false;
  const label = payload[at++] ?? 0xff;
  const value = payload[at] ?? 0;
  switch (label) {
    case 0x21: // bn
    case 0x23: // bu
    case 0x00: // n
    case 0x01: // u
    case 0x03: // vs
      return value >= 0x60 && value <= 0x79;
    case 0x20: // bver
      return value <= 0x17;
    case 0x22: // bt
    case 0x24: // bv
    case 0x25: // bs
    case 0x02: // v
    case 0x05: // s
    case 0x06: // t
    case 0x07: // ut
      // Integers, floats and decimal fractions.
      return (
        value <= 0x1b ||
        (value >= 0x20 && value <= 0x3b) ||
        value === 0xc4 ||
        (value >= 0xf9 && value <= 0xfb)
      );
    case 0x04: // vb
      return value === 0xf4 || value === 0xf5;
    case 0x08: // vd
      return value >= 0x40 && value <= 0x5b;
    default:
      return false;
  }
}
