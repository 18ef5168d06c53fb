import type { MetricValue } from '@fieldstream/domain';
import { addBare } from './bare-value.js';
import type { Decoder, DecodeResult, PublishInput } from './decoder.js';
import { defined, describable } from './describable.js';
import { DescriptionMemory } from './description-memory.js';
import { badDeviceId } from './device-id.js';
import { flatten } from './flatten.js';
import { objectOf } from './json-shape.js';
import { addUnits, payloadJson, refused, toldOnly } from './payload-json.js';
import { isOneOf } from './payload-peek.js';
import { payloadText, type Refusal } from './payload-text.js';
import { isFamilyRoot } from './root-topics.js';
import { decodedOf, SampleDraft } from './sample-draft.js';

/** Component types of ESPHome's MQTT topics (`component_type()` in its sources); a text sensor says `sensor`. */
const COMPONENTS: ReadonlySet<string> = new Set(
  (
    'alarm_control_panel binary_sensor climate cover date datetime event fan light lock number select sensor switch ' +
    'text text_sensor time update valve water_heater'
  ).split(' '),
);

/** Components of which a part has a topic of its own: `<prefix>/climate/<object>/target_temperature/state`. */
const IN_PARTS: ReadonlySet<string> = new Set(['climate', 'cover', 'fan', 'valve', 'water_heater']);

const UNITS: ReadonlyMap<string, string> = new Map([
  ['current_temperature', '°C'],
  ['target_temperature', '°C'],
  ['target_temperature_low', '°C'],
  ['target_temperature_high', '°C'],
  ['current_humidity', '%'],
  ['target_humidity', '%'],
  ['position', '%'],
  ['tilt', '%'],
]);

/** What a topic of ESPHome's is about. */
export interface EsphomePlace {
  readonly prefix: readonly string[];
  readonly metric: string;
  /** What the component calls this part; its unit is known by it. */
  readonly part: string | undefined;
}

/**
 * ESPHome, https://esphome.io/components/mqtt/: it has no root of its own, so it is known by its shape,
 * `<prefix>/<component>/<object>[/<part>]/state`. Metrics are called as the object for sensors, and `<component>.<object>`
 * for all others; a light's JSON is flattened below that. `<prefix>/status` is `online` or `offline`, and
 * `esphome/discover/<name>` describes the device. `nan` is no value.
 */
export function createEsphome(): Decoder {
  const told = new DescriptionMemory();

  function decode(input: PublishInput): DecodeResult {
    const { levels } = input;
    if (levels[0] === 'esphome' && levels[1] === 'discover')
      return decodeDiscovery(levels[2] ?? '', input.payload);
    const place = esphomePlace(levels) ?? { prefix: levels.slice(0, -1), metric: '', part: undefined };
    const deviceId = place.prefix.join(':');
    const fault = badDeviceId(deviceId);
    if (fault) return fault;
    const text = payloadText(input.payload);
    if (typeof text !== 'string')
      return text.reason === 'empty-payload' ? { kind: 'ignored' } : refused(deviceId, text);
    const address = place.prefix.join('/');
    const descriptions = told.news({ deviceId, family: 'esphome', address });
    if (place.metric === '') {
      const state = text.trim().toLowerCase() === 'online' ? 'online' : 'offline';
      return toldOnly({ presence: [{ deviceId, state }], descriptions });
    }
    const values = new Map<string, MetricValue>();
    const refusal = addState(values, place.metric, text);
    if (refusal) return refused(deviceId, refusal);
    if (values.size === 0) return toldOnly({ descriptions });
    const draft = new SampleDraft(deviceId, input);
    draft.add(values, undefined);
    addUnits(draft, values, () => (place.part === undefined ? undefined : UNITS.get(place.part)));
    return decodedOf([draft], input, { descriptions });
  }

  return {
    name: 'esphome',
    claims(levels, payload) {
      if (levels.length === 2 && levels[1] === 'status') {
        return !isFamilyRoot(levels[0] ?? '') && isOneOf(payload, ['online', 'offline']);
      }
      if (levels.length === 3 && levels[0] === 'esphome' && levels[1] === 'discover') return true;
      return esphomePlace(levels) !== undefined;
    },
    decode,
    ownFilters: (deviceId) =>
      isFamilyRoot(deviceId) ? [] : [`${deviceId}/+/+/command`, `${deviceId}/+/+/+/command`],
  };
}

/** What a topic is about that has the shape of ESPHome's. */
export function esphomePlace(levels: readonly string[]): EsphomePlace | undefined {
  const last = levels.length - 1;
  // Home Assistant's own topics look alike.
  if (levels[last] !== 'state' || isFamilyRoot(levels[0] ?? '')) return undefined;
  const [before2 = '', before1 = ''] = [levels[last - 2], levels[last - 1]];
  if (last >= 3 && COMPONENTS.has(before2)) {
    const metric = before2 === 'sensor' ? before1 : `${before2}.${before1}`;
    return { prefix: levels.slice(0, last - 2), metric, part: undefined };
  }
  const before3 = levels[last - 3] ?? '';
  if (last < 4 || !IN_PARTS.has(before3)) return undefined;
  const metric = `${before3}.${before2}.${before1}`;
  return { prefix: levels.slice(0, last - 3), metric, part: before1 };
}

function addState(values: Map<string, MetricValue>, metric: string, text: string): Refusal | undefined {
  const word = text.trim();
  if (word === '' || /^[+-]?(?:nan|inf|infinity)$/i.test(word)) return undefined;
  const refusal = addBare(values, metric, text);
  // A text that begins as JSON does, but is none.
  return refusal?.reason === 'invalid-json' ? flatten(values, metric, text) : refusal;
}

function decodeDiscovery(name: string, payload: Uint8Array): DecodeResult {
  const fault = badDeviceId(name);
  if (fault) return fault;
  const json = payloadJson(payload);
  const about = 'value' in json ? objectOf(json.value) : undefined;
  if (!about) return { kind: 'ignored' };
  const known = defined({
    name: describable(about.friendly_name),
    model: describable(about.board),
    firmware: describable(about.version),
  });
  return toldOnly({ descriptions: [{ deviceId: name, family: 'esphome', ...known, address: name }] });
}
