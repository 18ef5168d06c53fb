import type { Decoder, DecodeResult, PublishInput } from './decoder.js';
import { native } from './native.js';

/** Every device family, in the order in which they are asked. A family is added here, after its file. */
export const decoders: readonly Decoder[] = [native];

/** The first family that claims a topic; `undefined` if it is ordinary MQTT. */
export function selectDecoder(levels: readonly string[]): Decoder | undefined {
  for (const decoder of decoders) if (decoder.claims(levels)) return decoder;
  return undefined;
}

/** Decodes a publish with the family that claims its topic; `undefined` if none does. */
export function decode(input: PublishInput): DecodeResult | undefined {
  return selectDecoder(input.levels)?.decode(input);
}
