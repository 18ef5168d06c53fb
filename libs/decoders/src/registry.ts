import type { Decoder, DecodeResult, PublishInput, StateChange } from './decoder.js';
import { native } from './native.js';

export interface DecoderOptions {
  /** Milliseconds east of UTC that a local time without offset counts as. Default 0. */
  readonly zoneOffsetMs?: number;
}

/** The device families with what they keep in mind of earlier publishes: one set for each process. */
export class DecoderSet {
  readonly #byName: ReadonlyMap<string, Decoder>;

  /** @param decoders In the order in which they are asked. */
  constructor(readonly decoders: readonly Decoder[]) {
    this.#byName = new Map(decoders.map((decoder) => [decoder.name, decoder]));
  }

  /** The first family that claims a publish; `undefined` if it is ordinary MQTT. */
  select(levels: readonly string[], payload: Uint8Array, source?: string): Decoder | undefined {
    for (const decoder of this.decoders) if (decoder.claims(levels, payload, source)) return decoder;
    return undefined;
  }

  /** Decodes a publish with the family that claims it; `undefined` if none does. */
  decode(input: PublishInput): DecodeResult | undefined {
    return this.select(input.levels, input.payload, input.source)?.decode(input);
  }

  /** Applies a change of a family's state; of a family that is not there, nothing happens. */
  apply(family: string, change: StateChange): void {
    this.#byName.get(family)?.apply?.(change);
  }

  /** Every topic filter that a device may subscribe to under the policy `registered`, besides the platform's own. */
  ownFilters(deviceId: string): string[] {
    return this.decoders.flatMap((decoder) => decoder.ownFilters?.(deviceId) ?? []);
  }
}

/** Every device family, in the order in which they are asked. A family is added here, after its file. */
export function createDecoders(_options: DecoderOptions = {}): DecoderSet {
  return new DecoderSet([native]);
}
