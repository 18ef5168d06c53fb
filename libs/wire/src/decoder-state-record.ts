import { parseObject } from './telemetry-record.js';
import { WireError } from './wire-error.js';

/** A change of what a decoder keeps in mind. `value` is JSON; null: forgotten. */
export interface DecoderStateRecord {
  readonly family: string;
  readonly key: string;
  readonly value: unknown;
}

/** Largest encoded value. */
export const MAX_DECODER_STATE_BYTES = 256 * 1024;

/** Key and value of a `decoder.state` record; the topic is compacted, so the newest of each key stays. */
export function encodeDecoderState({ family, key, value }: DecoderStateRecord): {
  readonly key: string;
  readonly value: Buffer;
} {
  return { key: `${family}/${key}`, value: Buffer.from(JSON.stringify({ v: 1, value })) };
}

/** @throws WireError for anything that `encodeDecoderState` could not have written. */
export function decodeDecoderState(key: string | null, value: Uint8Array | null): DecoderStateRecord {
  const slash = key?.indexOf('/') ?? -1;
  if (key === null || slash < 1) throw new WireError('the key is not <family>/<key>');
  const [family, rest] = [key.slice(0, slash), key.slice(slash + 1)];
  if (value === null) return { family, key: rest, value: null };
  const record = parseObject(value);
  if (record['v'] !== 1) throw new WireError(`unknown version ${JSON.stringify(record['v'])}, expected 1`);
  if (!('value' in record)) throw new WireError('there is no value');
  return { family, key: rest, value: record['value'] };
}
