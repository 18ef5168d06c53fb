import { decode, Tokenizer, type Token } from 'cborg';
import { shorten, type Refusal } from './payload-text.js';
import { CBOR_LABELS, type SenmlRecord } from './senml-record.js';

/** A pack is an array of maps, and a decimal fraction is a tag and an array in there. */
const MAX_DEPTH = 8;
/** Items of a payload; 10,000 records of seven fields are below it. */
const MAX_ITEMS = 160_000;

class CborBoundError extends Error {}

/**
 * Counts items, and how deep they are nested, before the parser, which recurses, sees them. An array that claims a billion
 * entries costs nothing: entries are taken as they come.
 */
class BoundedTokenizer extends Tokenizer {
  /** Items that the open arrays, maps and tags still wait for; `Infinity` ends with a break. */
  readonly #open: number[] = [];
  #items = 0;

  override next(): Token {
    const token = super.next();
    if (++this.#items > MAX_ITEMS) throw new CborBoundError(`more than ${MAX_ITEMS} items`);
    const { name } = token.type;
    if (name === 'break') this.#open.pop();
    else {
      this.#count();
      const items =
        name === 'array' ? token.value : name === 'map' ? token.value * 2 : name === 'tag' ? 1 : 0;
      if (items > 0) this.#open.push(items);
    }
    while (this.#open.at(-1) === 0) this.#open.pop();
    if (this.#open.length > MAX_DEPTH) throw new CborBoundError(`more than ${MAX_DEPTH} levels`);
    return token;
  }

  #count(): void {
    const waiting = this.#open.pop();
    if (waiting !== undefined) this.#open.push(waiting - 1);
  }
}

/** The content of a decimal fraction (RFC 8949, 3.4.4) as a number; NaN if it is none. */
function decimalFraction(content: unknown): number {
  const [exponent, mantissa] = Array.isArray(content) ? (content as unknown[]) : [];
  const isWhole = (part: unknown): part is number | bigint =>
    typeof part === 'bigint' || Number.isInteger(part);
  if (!isWhole(exponent) || !isWhole(mantissa)) return Number.NaN;
  // Through text: 273 × 10^-1 is 27.3, not 27.300000000000004.
  return Number(`${mantissa}e${exponent}`);
}

/** Reads a SenML pack in CBOR. Labels that are not integers stay as they are, as text. */
export function parseSenmlCbor(payload: Uint8Array): readonly SenmlRecord[] | Refusal {
  let value: unknown;
  try {
    value = decode(payload, {
      tokenizer: new BoundedTokenizer(payload, { allowIndefinite: true, allowBigInt: true }),
      useMaps: true,
      tags: { 4: (content) => decimalFraction(content()), 55799: (content) => content() },
    });
  } catch (error) {
    const fault = error instanceof Error ? error.message : 'not CBOR';
    return { reason: error instanceof CborBoundError ? 'too-deep' : 'invalid-cbor', detail: shorten(fault) };
  }
  if (!Array.isArray(value))
    return { reason: 'invalid-payload', detail: 'a SenML pack is an array of records' };
  const records: SenmlRecord[] = [];
  for (const entry of value as unknown[]) {
    if (!(entry instanceof Map)) {
      return { reason: 'invalid-payload', detail: 'a SenML record is a map' };
    }
    records.push(toRecord(entry));
  }
  return records;
}

function toRecord(map: ReadonlyMap<unknown, unknown>): SenmlRecord {
  const fields: [string, unknown][] = [];
  for (const [label, value] of map) {
    const name = typeof label === 'number' ? CBOR_LABELS.get(label) : undefined;
    const field = name ?? (typeof label === 'string' ? label : undefined);
    // What integer labels beyond the table mean is not known; they are not mandatory to understand.
    if (field !== undefined) fields.push([field, typeof value === 'bigint' ? Number(value) : value]);
  }
  return Object.fromEntries(fields);
}
