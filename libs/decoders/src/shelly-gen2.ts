import type { DeviceDescription, DevicePresence, MetricValue } from '@fieldstream/domain';
import { BoundedMap } from './bounded-map.js';
import type { Decoder, DecodeResult, PublishInput, StateChange } from './decoder.js';
import { defined, describable, MAX_STATE_KEY, stateKey } from './describable.js';
import { DescriptionMemory } from './description-memory.js';
import { badDeviceId } from './device-id.js';
import { numberOf, objectOf, textOf } from './json-shape.js';
import { payloadJson, refused, toldOnly } from './payload-json.js';
import type { Refusal } from './payload-text.js';
import { isFamilyRoot } from './root-topics.js';
import { decodedOf, notAnObject, SampleDraft } from './sample-draft.js';
import { addComponents, addEvents, componentValues } from './shelly-gen2-values.js';
import { defaultDeviceId, placeOf } from './shelly-gen2-topic.js';

const FAMILY = 'shelly-gen2';
const MAX_DEVICES = 20_000;
const MAX_COMPONENTS = 50_000;
/** Characters of all statuses that are remembered; a longer one than the second is not. */
const MAX_REMEMBERED = 8_000_000;
const MAX_STATUS = 2_000;
/** The two channels tell of one change within milliseconds. */
const COPY_WITHIN_MS = 3_000;

/** What was last heard of a component. */
interface Heard {
  readonly channel: 'events' | 'status';
  readonly status: string;
  readonly atMs: number;
}

/** What is known of a topic prefix. */
interface Known {
  readonly deviceId: string;
  /** Runs on a battery and is away most of the time. */
  readonly sleeps: boolean;
}

/**
 * Shelly, second generation and later (Plus, Pro, Gen3, Gen4),
 * https://shelly-api-docs.shelly.cloud/gen2/ComponentsAndServices/Mqtt: the prefix is free, so it is known by its shape.
 * - `<prefix>/events/rpc`: `NotifyStatus`, `NotifyFullStatus` and `NotifyEvent`; metrics are `<component>.<field>`, the
 *   event of a button is the text `<component>.event`;
 * - `<prefix>/status/<component>`: the same, without a time;
 * - `<prefix>/online`: presence, of a prefix that is known or begins as Shelly names its devices;
 * - `…/announce`: what the device is.
 *
 * A device with both channels on tells each change twice. The status of a component within 3 s after its notification is
 * left out; and so, of a notification, what a status has said alike within 3 s before it, as when the device connects. That
 * is safe: both come over one connection, and the later one is never acknowledged before the earlier.
 *
 * The device is `src`; other topics of its prefix are its own from then on. A device that sleeps is "sleeping", not offline.
 */
export function createShellyGen2(): Decoder {
  const prefixes = new BoundedMap<Known>(MAX_DEVICES);
  const heard = new BoundedMap<Heard>(MAX_COMPONENTS, MAX_REMEMBERED);
  const told = new DescriptionMemory(MAX_DEVICES);

  function knownOf(prefix: string, source: string | undefined): Known {
    return prefixes.get(stateKey(source, prefix)) ?? { deviceId: defaultDeviceId(prefix), sleeps: false };
  }

  /** Whether the other channel has just said the same; remembers this one's if not. */
  function isCopy(
    channel: Heard['channel'],
    key: string,
    values: ReadonlyMap<string, MetricValue>,
    atMs: number,
  ): boolean {
    const text = JSON.stringify([...values]);
    const last = heard.get(key);
    if (last && last.channel !== channel && Math.abs(atMs - last.atMs) <= COPY_WITHIN_MS) {
      if (channel === 'status' || last.status === text) return true;
    }
    const kept = text.length <= MAX_STATUS ? text : '';
    heard.set(key, { channel, status: kept, atMs }, key.length + kept.length);
    return false;
  }

  /** Adds the components that the other channel has not just told of. */
  function addNews(
    draft: SampleDraft,
    channel: Heard['channel'],
    components: readonly (readonly [name: string, status: unknown])[],
    timeMs: number | undefined,
    { source, receivedAtMs }: PublishInput,
  ): Refusal | undefined {
    const news: ReadonlyMap<string, MetricValue>[] = [];
    for (const [name, status] of components) {
      const values = componentValues(name, status);
      if (!(values instanceof Map)) return values;
      if (!isCopy(channel, stateKey(source, draft.deviceId, name), values, receivedAtMs)) news.push(values);
    }
    return addComponents(draft, news, timeMs);
  }

  function decode(input: PublishInput): DecodeResult {
    const place = placeOf(input.levels);
    if (!place) return { kind: 'ignored' };
    const known = knownOf(place.prefix, input.source);
    const json = payloadJson(input.payload);
    if (place.kind === 'announce')
      return decodeAnnounce('value' in json ? json.value : undefined, input.identity);
    const body = 'value' in json ? objectOf(json.value) : undefined;
    const src = place.kind === 'events' ? textOf(body?.src) : undefined;
    const deviceId = input.identity ?? src ?? known.deviceId;
    const fault = badDeviceId(deviceId);
    if (fault) return fault;
    if (!('value' in json)) return refused(deviceId, json);
    if (place.kind === 'online') return toldOnly({ presence: online(deviceId, json.value, known) });
    const refusal = notAnObject(json.value);
    if (refusal || !body)
      return refused(deviceId, refusal ?? { reason: 'not-an-object', detail: 'expected an object' });
    if (place.kind === 'status') return decodeStatus(deviceId, place.component, body, input);
    return decodeNotification(deviceId, place.prefix, body, input);
  }

  function decodeStatus(
    deviceId: string,
    component: string,
    status: Readonly<Record<string, unknown>>,
    input: PublishInput,
  ): DecodeResult {
    const draft = new SampleDraft(deviceId, input);
    const refusal = addNews(draft, 'status', [[component, status]], undefined, input);
    if (refusal) return refused(deviceId, refusal);
    return draft.isEmpty ? { kind: 'ignored' } : decodedOf([draft], input);
  }

  function decodeNotification(
    deviceId: string,
    prefix: string,
    { method, params, src }: Readonly<Record<string, unknown>>,
    input: PublishInput,
  ): DecodeResult {
    const parts = objectOf(params);
    if (typeof method !== 'string' || !method.startsWith('Notify') || !parts) return { kind: 'ignored' };
    const { ts, events, ...all } = parts;
    const isEvent = method === 'NotifyEvent';
    const draft = new SampleDraft(deviceId, input);
    const time = draft.readTime(ts);
    if (!('timeMs' in time)) return refused(deviceId, time);
    const refusal = isEvent
      ? addEvents(draft, events, time.timeMs)
      : addNews(draft, 'events', Object.entries(all), time.timeMs, input);
    if (refusal) return refused(deviceId, refusal);

    const wakeupPeriod = numberOf(objectOf(all.sys)?.wakeup_period) ?? 0;
    const goesToSleep =
      isEvent && Array.isArray(events) && events.some((event) => objectOf(event)?.event === 'sleep');
    const sleeps = wakeupPeriod > 0 || goesToSleep;
    const presence: DevicePresence[] = sleeps ? [{ deviceId, state: 'sleeping' }] : [];
    const [model] = (textOf(src) ?? '').split('-');
    const about: DeviceDescription = { deviceId, family: FAMILY, manufacturer: 'Shelly', address: prefix };
    const descriptions = told.news(model ? { ...about, model } : about);
    const state = prefixChange(prefix, { deviceId, sleeps }, input.source);
    return draft.isEmpty
      ? toldOnly({ presence, descriptions, state })
      : decodedOf([draft], input, { presence, descriptions, state });
  }

  function prefixChange(prefix: string, now: Known, source: string | undefined): StateChange[] {
    const key = stateKey(source, prefix);
    const before = knownOf(prefix, source);
    const sleeps = before.sleeps || now.sleeps;
    if (key.length > MAX_STATE_KEY || (before.deviceId === now.deviceId && before.sleeps === sleeps))
      return [];
    return [{ key, value: { deviceId: now.deviceId, sleeps } }];
  }

  return {
    name: FAMILY,
    claims(levels, payload, source) {
      const place = placeOf(levels, payload);
      if (place?.kind !== 'online') return place !== undefined;
      if (prefixes.get(stateKey(source, place.prefix)) !== undefined) return true;
      // Below `shellies/` the first generation is at home.
      return levels[0] !== 'shellies' && /^shelly/i.test(levels.at(-2) ?? '');
    },
    decode,
    apply({ key, value }) {
      const known = objectOf(value);
      const deviceId = textOf(known?.deviceId);
      if (deviceId === undefined) prefixes.delete(key);
      else prefixes.set(key, { deviceId, sleeps: known?.sleeps === true });
    },
    ownFilters: (id) =>
      (isFamilyRoot(id) ? [] : [`${id}/rpc`, `${id}/command/#`]).concat(`shellies/${id}/rpc`),
  };
}

function online(deviceId: string, value: unknown, { sleeps }: Known): DevicePresence[] {
  if (typeof value !== 'boolean') return [];
  if (value) return [{ deviceId, state: 'online' }];
  return [{ deviceId, state: sleeps ? 'sleeping' : 'offline' }];
}

/** The answer to `Shelly.GetDeviceInfo`, published where a broker's user has asked for it. */
function decodeAnnounce(value: unknown, identity: string | undefined): DecodeResult {
  const about = objectOf(value);
  const deviceId = identity ?? textOf(about?.id);
  if (!about || deviceId === undefined) return { kind: 'ignored' };
  const fault = badDeviceId(deviceId);
  if (fault) return fault;
  const known = defined({
    name: describable(about.name),
    model: describable(about.model),
    firmware: describable(about.ver),
  });
  return toldOnly({ descriptions: [{ deviceId, family: FAMILY, manufacturer: 'Shelly', ...known }] });
}
