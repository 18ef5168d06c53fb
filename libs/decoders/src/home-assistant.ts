import {
  isValidDeviceId,
  type DevicePresence,
  type MetricDescription,
  type MetricValue,
} from '@fieldstream/domain';
import type { Decoder, DecodeResult, PublishInput } from './decoder.js';
import { badDeviceId } from './device-id.js';
import {
  readHomeAssistantConfig,
  type HomeAssistantDevice,
  type HomeAssistantValue,
} from './home-assistant-config.js';
import { needsJson } from './home-assistant-template.js';
import { HomeAssistantTopics, type Announced } from './home-assistant-topics.js';
import { addHomeAssistantValue } from './home-assistant-value.js';
import { addMetricFacts } from './metric-facts.js';
import { parseJson, payloadText, shorten, type Refusal } from './payload-text.js';
import { decodedOf, SampleDraft } from './sample-draft.js';

const IGNORED: DecodeResult = { kind: 'ignored' };
const PREFIX = 'homeassistant';

/** Where a topic belongs that has a family of its own. */
export interface TopicOwners {
  /** Whether a family that is asked before this one owns a topic: its devices need no discovery. */
  readonly isOwned: (levels: readonly string[], source: string | undefined) => boolean;
  /** The device and metric of a topic of ESPHome's, which reads its values itself; it takes names and units from here. */
  readonly esphome: (levels: readonly string[]) => { deviceId: string; metric: string } | undefined;
}

/**
 * Devices that announce themselves as Home Assistant's MQTT discovery wants it: the announcement names the topics where values
 * come, how to read them, their units and names.
 * - `homeassistant/<component>/[<node>/]<object>/config` and `homeassistant/device/<object>/config`: announcements; an empty
 *   one withdraws;
 * - the announced state topics: values; the announced availability topics: presence, as the topic says it that spoke last.
 *
 * The device's ID is the first of its identifiers, else a connection, else `<node>`, `unique_id` or `<object>`; a metric is
 * called `<object>` without the device's ID in front, or as the key of the component, and with several topics
 * `<object>.<what>`. Topics of other families are left to them.
 *
 * @see https://www.home-assistant.io/integrations/mqtt/#mqtt-discovery
 */
export function createHomeAssistant(owners: TopicOwners): Decoder {
  const topics = new HomeAssistantTopics();
  return {
    name: 'home-assistant',
    claims: (levels, _payload, source) => isConfig(levels) || topics.has(levels, source),
    decode: (input) =>
      isConfig(input.levels) ? decodeConfig(input, topics, owners) : decodeState(input, topics),
    apply: (change) => topics.apply(change),
  };
}

function isConfig(levels: readonly string[]): boolean {
  return levels[0] === PREFIX && (levels.length === 4 || levels.length === 5) && levels.at(-1) === 'config';
}

function decodeConfig(input: PublishInput, topics: HomeAssistantTopics, owners: TopicOwners): DecodeResult {
  const { source, topic } = input;
  if (input.payload.byteLength === 0) return finish(input, topics, undefined, []);
  const text = payloadText(input.payload);
  if (typeof text !== 'string') return rejected(text);
  const json = parseJson(text);
  if (!('value' in json)) return rejected(json);
  const device = readHomeAssistantConfig(input.levels.slice(1, -1), json.value);
  if (!device) {
    return rejected({ reason: 'not-an-object', detail: `${shorten(topic)} does not carry an object` });
  }
  const badId = badDeviceId(device.deviceId);
  if (badId) return badId;
  // Zigbee2MQTT under any base topic; its own list of devices says more.
  if (device.identifiers.some((id) => id.startsWith('zigbee2mqtt_'))) return IGNORED;
  const isOwned = (where: string): boolean => owners.isOwned(where.split('/'), source);
  const others = device.values.filter((value) => !isOwned(value.topic));
  const esphome = others.filter((value) => value.template === undefined && esphomePlace(value, owners));
  const values = others.filter((value) => !esphome.includes(value));
  const availability = device.availability.filter((entry) => !isOwned(entry.topic));
  const own: HomeAssistantDevice = { ...device, values, availability };
  return finish(input, topics, values.length > 0 ? own : undefined, describeEsphome(device, esphome, owners));
}

function esphomePlace(value: HomeAssistantValue, owners: TopicOwners): ReturnType<TopicOwners['esphome']> {
  return owners.esphome(value.topic.split('/'));
}

type Description = NonNullable<Extract<DecodeResult, { kind: 'decoded' }>['descriptions']>[number];

/** @param esphome What is told of devices of ESPHome's. */
function finish(
  input: PublishInput,
  topics: HomeAssistantTopics,
  device: HomeAssistantDevice | undefined,
  esphome: readonly Description[],
): DecodeResult {
  const change = topics.change(input.source, input.topic, device);
  const descriptions = [...(device && change ? [describe(device)] : []), ...esphome];
  if (!change && descriptions.length === 0) return IGNORED;
  return decodedOf([], input, { descriptions, ...(change ? { state: [change] } : {}) });
}

function describe({ deviceId, about, values }: HomeAssistantDevice): Description {
  const metrics = new Map<string, MetricDescription>();
  for (const value of values) addMetricFacts(metrics, value.metric, value);
  return described(deviceId, 'home-assistant', about, metrics);
}

function describeEsphome(
  { about }: HomeAssistantDevice,
  values: readonly HomeAssistantValue[],
  owners: TopicOwners,
): Description[] {
  const byDevice = new Map<string, Map<string, MetricDescription>>();
  for (const value of values) {
    const place = esphomePlace(value, owners);
    if (!place || !isValidDeviceId(place.deviceId)) continue;
    const metrics = byDevice.get(place.deviceId) ?? new Map<string, MetricDescription>();
    byDevice.set(place.deviceId, metrics);
    addMetricFacts(metrics, place.metric, value);
  }
  return [...byDevice].map(([deviceId, metrics]) => described(deviceId, 'esphome', about, metrics));
}

function described(
  deviceId: string,
  family: string,
  { gatewayId, ...texts }: HomeAssistantDevice['about'],
  metrics: Map<string, MetricDescription>,
): Description {
  const hasGateway = gatewayId !== undefined && gatewayId !== deviceId && isValidDeviceId(gatewayId);
  return {
    deviceId,
    family,
    ...texts,
    ...(hasGateway ? { gatewayId } : {}),
    ...(metrics.size > 0 ? { metrics } : {}),
  };
}

function decodeState(input: PublishInput, topics: HomeAssistantTopics): DecodeResult {
  if (input.payload.byteLength === 0) return IGNORED;
  const announced = topics.find(input.levels, input.source);
  const text = payloadText(input.payload);
  if (typeof text !== 'string') return rejected(text, announced[0]?.deviceId);
  const json = announced.some(readsJson) ? parseJson(text) : { value: undefined };
  if (!('value' in json) && announced.every(readsJson)) return rejected(json, announced[0]?.deviceId);
  const object = 'value' in json ? json.value : undefined;
  const drafts = new Map<string, { draft: SampleDraft; values: Map<string, MetricValue> }>();
  const presence: DevicePresence[] = [];
  let refusal: Refusal | undefined;
  for (const { deviceId, value, availability, template } of announced) {
    const read: unknown = template ? template(text.trim(), object) : text.trim();
    if (availability) {
      const word = typeof read === 'string' ? read : JSON.stringify(read);
      if (word === availability.available) presence.push({ deviceId, state: 'online' });
      else if (word === availability.notAvailable) presence.push({ deviceId, state: 'offline' });
    }
    if (!value) continue;
    const entry = drafts.get(deviceId) ?? { draft: new SampleDraft(deviceId, input), values: new Map() };
    drafts.set(deviceId, entry);
    // What one entity cannot store must not cost the others of the topic theirs.
    refusal = addHomeAssistantValue(entry.values, value, value.isObject ? object : read, text) ?? refusal;
    if (value.unit !== undefined && entry.values.has(value.metric)) {
      entry.draft.units.set(value.metric, value.unit);
    }
  }
  for (const { draft, values } of drafts.values()) draft.add(values, undefined);
  const filled = [...drafts.values()].map(({ draft }) => draft).filter((draft) => !draft.isEmpty);
  if (filled.length + presence.length > 0) return decodedOf(filled, input, { presence });
  return refusal ? rejected(refusal, announced[0]?.deviceId) : IGNORED;
}

function readsJson({ value, availability }: Announced): boolean {
  return value?.isObject === true || needsJson((value ?? availability)?.template ?? '');
}

function rejected({ reason, detail }: Refusal, deviceId?: string): DecodeResult {
  return { kind: 'rejected', reason, detail, ...(deviceId === undefined ? {} : { deviceId }) };
}
