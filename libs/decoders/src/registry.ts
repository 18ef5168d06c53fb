import { createChirpstack } from './chirpstack.js';
import type { Decoder, DecodeResult, PublishInput, StateChange } from './decoder.js';
import { createEsphome, esphomePlace } from './esphome.js';
import { fiware } from './fiware.js';
import { commandResponse } from './command-response.js';
import { createHomeAssistant } from './home-assistant.js';
import { createHomie } from './homie.js';
import { zoneOffsetMs } from './local-time.js';
import { MappingDecoder } from './mapping-decoder.js';
import type { Mapping } from './mapping.js';
import { native } from './native.js';
import { createRuuvi } from './ruuvi.js';
import { senml } from './senml.js';
import { createShellyGen1 } from './shelly-gen1.js';
import { createShellyGen2 } from './shelly-gen2.js';
import { createSparkplug } from './sparkplug.js';
import { createTasmota } from './tasmota.js';
import { createTheThingsStack } from './the-things-stack.js';
import { thingsboard } from './thingsboard.js';
import { createZigbee2Mqtt } from './zigbee2mqtt.js';

export interface DecoderOptions {
  /** Time zone (IANA name) of local times that carry no offset. Default UTC. */
  readonly timeZone?: string;
  /** What users describe themselves. Default none. */
  readonly mappings?: readonly Mapping[];
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

  /** From now on these mappings are in force, and no others. */
  replaceMappings(mappings: readonly Mapping[]): void {
    for (const decoder of this.decoders) if (decoder instanceof MappingDecoder) decoder.replace(mappings);
  }

  /** Every topic filter that a device may subscribe to under the policy `registered`, besides the platform's own. */
  ownFilters(deviceId: string): string[] {
    return this.decoders.flatMap((decoder) => decoder.ownFilters?.(deviceId) ?? []);
  }
}

/**
 * Every device family, in the order in which they are asked: those that own their topics first, then those that are told
 * by content. A family is added here, after its file; one that keeps something in mind is made by a function.
 */
export function createDecoders({ timeZone = 'UTC', mappings }: DecoderOptions = {}): DecoderSet {
  const offsetAt = (localMs: number): number => zoneOffsetMs(timeZone, localMs);
  const shellyGen2 = createShellyGen2();
  const beforeHomeAssistant: readonly Decoder[] = [
    native,
    commandResponse,
    new MappingDecoder(mappings, offsetAt),
    createSparkplug(),
    thingsboard,
    createChirpstack(),
    createTheThingsStack(),
    fiware,
    createRuuvi(),
    createShellyGen1(shellyGen2),
    createTasmota(offsetAt),
    createZigbee2Mqtt(),
    createHomie(),
  ];
  const nothing = new Uint8Array();
  const homeAssistant = createHomeAssistant({
    isOwned: (levels, source) =>
      beforeHomeAssistant.some((decoder) => decoder.claims(levels, nothing, source)),
    esphome(levels) {
      const place = esphomePlace(levels);
      return place && { deviceId: place.prefix.join(':'), metric: place.metric };
    },
  });
  return new DecoderSet([...beforeHomeAssistant, homeAssistant, shellyGen2, createEsphome(), senml]);
}
