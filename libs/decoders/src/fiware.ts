import { LIMITS, type MetricValue } from '@fieldstream/domain';
import { addBare } from './bare-value.js';
import type { Decoder, DecodeResult, PublishInput } from './decoder.js';
import { badDeviceId } from './device-id.js';
import { flatten } from './flatten.js';
import { arrayOf, objectOf } from './json-shape.js';
import { payloadJson, refused } from './payload-json.js';
import { beginsObject } from './payload-peek.js';
import { parseJson, payloadText, type Refusal } from './payload-text.js';
import { decodedOf, notAnObject, SampleDraft } from './sample-draft.js';

/** The attribute by which a measure names its own time, ISO 8601. */
const TIME_ATTRIBUTE = 'TimeInstant';

/** The protocol's devices write numbers as texts, `"t": "23"`; one with leading zeros is a name. */
const NUMBER = /^[+-]?(?:0|[1-9]\d{0,14})(?:\.\d{1,15})?$/;

/** What an agent and a device say to each other that is no measure. */
const NO_MEASURES: ReadonlySet<string> = new Set(['cmd', 'cmdexe', 'configuration', 'commands']);

/**
 * FIWARE's JSON protocol of IoT devices, https://fiware-iotagent-json.readthedocs.io/en/latest/usermanual.html:
 * - `/json/<API key>/<device>/attrs`: an object of attribute → value, or an array of such objects (several measures);
 * - `/json/<API key>/<device>/attrs/<name>`: one value, or an array of `{"timestamp": …, "value": …}`.
 *
 * A text that is a decimal number is stored as that number. The slash before `json` may be missing; `/<API key>/<device>/attrs`, the form before version 1.9, is taken where the
 * payload is JSON (UltraLight's is not). `cmd`, `cmdexe` and `configuration` are no telemetry.
 */
export const fiware: Decoder = {
  name: 'fiware',

  claims(levels, payload) {
    const place = placeOf(levels);
    if (!place) return false;
    if (place.kind !== 'attrs') return NO_MEASURES.has(place.kind) && place.isNamed;
    return (
      place.isNamed || (place.attribute === undefined && (beginsObject(payload) || beginsArray(payload)))
    );
  },

  decode(input) {
    const place = placeOf(input.levels);
    if (!place || place.kind !== 'attrs') return { kind: 'ignored' };
    const { deviceId, attribute } = place;
    return badDeviceId(deviceId) ?? decodeMeasures(deviceId, attribute, input);
  },

  ownFilters: (deviceId) => [`/+/${deviceId}/cmd`, `/+/${deviceId}/configuration/values`],
};

interface Place {
  readonly deviceId: string;
  /** `attrs`, `cmd`, … */
  readonly kind: string;
  readonly attribute: string | undefined;
  /** Whether the topic names the protocol. */
  readonly isNamed: boolean;
}

function placeOf(levels: readonly string[]): Place | undefined {
  const first = levels[0] === '' ? 1 : 0;
  const isNamed = levels[first] === 'json';
  if (!isNamed && first === 0) return undefined;
  const rest = levels.slice(first + (isNamed ? 1 : 0));
  const [, deviceId, kind, attribute] = rest;
  if (deviceId === undefined || kind === undefined || rest.length > 4) return undefined;
  return { deviceId, kind, attribute, isNamed };
}

function beginsArray(payload: Uint8Array): boolean {
  return payload[0] === 0x5b;
}

function decodeMeasures(deviceId: string, attribute: string | undefined, input: PublishInput): DecodeResult {
  const draft = new SampleDraft(deviceId, input);
  const refusal =
    attribute === undefined ? addMeasures(draft, input) : addAttribute(draft, attribute, input.payload);
  if (refusal) return refused(deviceId, refusal);
  if (!draft.isEmpty) return decodedOf([draft], input);
  return refused(deviceId, { reason: 'no-values', detail: 'the payload has no value besides null' });
}

function addAttribute(draft: SampleDraft, attribute: string, payload: Uint8Array): Refusal | undefined {
  const text = payloadText(payload);
  if (typeof text !== 'string') return text;
  const json = beginsArray(payload) ? parseJson(text) : undefined;
  const series = json && 'value' in json ? arrayOf(json.value).map(objectOf) : [];
  if (series.length > 0 && series.every((point) => point && 'value' in point)) {
    return addEach(series, (point) => {
      const { timestamp, [TIME_ATTRIBUTE]: instant = timestamp, value } = point ?? {};
      return addMeasure(draft, { [TIME_ATTRIBUTE]: instant, [attribute]: value });
    });
  }
  const values = new Map<string, MetricValue>();
  const refusal = addBare(values, attribute, text);
  if (!refusal) draft.add(values, undefined);
  return refusal;
}

function addEach<T>(measures: readonly T[], add: (measure: T) => Refusal | undefined): Refusal | undefined {
  if (measures.length > LIMITS.samplesPerPublish) {
    const detail = `${measures.length} measures, at most ${LIMITS.samplesPerPublish} are taken in one publish`;
    return { reason: 'too-many-samples', detail };
  }
  for (const measure of measures) {
    const refusal = add(measure);
    if (refusal) return refusal;
  }
  return undefined;
}

function addMeasures(draft: SampleDraft, { payload }: PublishInput): Refusal | undefined {
  const json = payloadJson(payload);
  if (!('value' in json)) return json;
  const measures: readonly unknown[] = Array.isArray(json.value) ? json.value : [json.value];
  return addEach(measures, (measure) => addMeasure(draft, measure));
}

function addMeasure(draft: SampleDraft, measure: unknown): Refusal | undefined {
  const fault = notAnObject(measure);
  if (fault) return fault;
  const values = new Map<string, MetricValue>();
  let timeMs: number | undefined;
  for (const [name, value] of Object.entries(measure as object)) {
    if (name === TIME_ATTRIBUTE) {
      const time = draft.readTime(value);
      if (!('timeMs' in time)) return time;
      timeMs = time.timeMs;
    } else {
      // NGSI writes an attribute as {"type": …, "value": …}.
      const attribute = objectOf(value);
      const isNgsi = attribute && 'type' in attribute && 'value' in attribute;
      const refusal = flatten(values, name, isNgsi ? attribute.value : value);
      if (refusal) return refusal;
    }
  }
  for (const [name, value] of values) {
    if (typeof value === 'string' && NUMBER.test(value)) values.set(name, Number(value));
  }
  draft.add(values, timeMs);
  return undefined;
}
