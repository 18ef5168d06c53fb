import { LIMITS, type DeviceDescription, type MetricValue } from '@fieldstream/domain';
import { BoundedMap } from './bounded-map.js';
import type { Decoder, DecodeResult, PublishInput } from './decoder.js';
import { DescriptionMemory } from './description-memory.js';
import { badDeviceId } from './device-id.js';
import { flatten } from './flatten.js';
import { objectOf } from './json-shape.js';
import type { OffsetAt } from './local-time.js';
import { addUnits, refused, toldOnly } from './payload-json.js';
import { parseJson, payloadText, type Refusal } from './payload-text.js';
import { isFamilyRoot } from './root-topics.js';
import { decodedOf, SampleDraft } from './sample-draft.js';
import { splitBlocks, type TasmotaSubDevice } from './tasmota-blocks.js';
import { describeByAnswer, describeByDiscovery } from './tasmota-description.js';
import { placeOf, type TasmotaPlace } from './tasmota-topic.js';
import { tasmotaUnit, tasmotaUnits } from './tasmota-units.js';

const FAMILY = 'tasmota';
const MAX_SWITCHES = 20_000;
/** A change of a relay is told twice at once, as JSON and as bare text. */
const ECHO_WITHIN_MS = 2_000;

interface Switched {
  readonly state: MetricValue;
  readonly form: 'json' | 'bare';
  readonly atMs: number;
}

/**
 * Tasmota, https://tasmota.github.io/docs/MQTT/: `tele/<topic>/SENSOR` and `STATE`, `LWT` for presence, `INFO1` to `INFO3` and
 * `tasmota/discovery/…` for what the device is; of `stat/<topic>/…` the answers that carry sensor data (`STATUS8`, `STATUS10`,
 * `STATUS11`), changes of relays, buttons and switches, and what describes the device. Topics may be laid out otherwise
 * (`placeOf`).
 *
 * What it hears over Bluetooth or Zigbee are devices of their own, `<topic>:<name>`. `Time` is local and without offset by
 * default; one that cannot be read counts as none.
 *
 * @param offsetAt The zone of local times; UTC by default.
 */
export function createTasmota(offsetAt: OffsetAt = () => 0): Decoder {
  const told = new DescriptionMemory();
  const switches = new BoundedMap<Switched>(MAX_SWITCHES);

  function decode(input: PublishInput): DecodeResult {
    if (isDiscovery(input.levels)) return describeByDiscovery(input);
    const place = placeOf(input.levels);
    if (!place) return { kind: 'ignored' };
    const fault = badDeviceId(place.deviceId);
    if (fault) return fault;
    const text = payloadText(input.payload);
    if (typeof text !== 'string') return refused(place.deviceId, text);
    const about: DeviceDescription = { deviceId: place.deviceId, family: FAMILY, address: place.address };
    if (place.suffix === 'LWT') return decodePresence(text, about);
    if (place.suffix.startsWith('POWER') && !text.trim().startsWith('{')) {
      return decodeSwitches(place, [[place.suffix, text.trim()]], 'bare', input);
    }
    const json = parseJson(text);
    if (!('value' in json)) return refused(place.deviceId, json);
    const message = objectOf(json.value);
    if (!message) return { kind: 'ignored' };
    if (place.prefix === 'tele' && !place.suffix.startsWith('INFO'))
      return decodeReport(about, message, input);
    const report = objectOf(message.StatusSNS) ?? objectOf(message.StatusSTS);
    if (report) return decodeReport(about, report, input);
    if (/^(?:POWER|RESULT)/.test(place.suffix)) {
      return decodeSwitches(place, Object.entries(message), 'json', input);
    }
    return describeByAnswer(about, message);
  }

  function decodePresence(text: string, about: DeviceDescription): DecodeResult {
    const state = text.trim().toLowerCase();
    if (state !== 'online' && state !== 'offline') return { kind: 'ignored' };
    const descriptions = state === 'online' ? told.news(about) : [];
    return toldOnly({ presence: [{ deviceId: about.deviceId, state }], descriptions });
  }

  function decodeReport(
    about: DeviceDescription,
    message: Readonly<Record<string, unknown>>,
    input: PublishInput,
  ): DecodeResult {
    const { own, others } = splitBlocks(message);
    if (others.length > LIMITS.metricsPerSample) {
      const detail = `${others.length} sub-devices, at most ${LIMITS.metricsPerSample} are taken in one publish`;
      return refused(about.deviceId, { reason: 'too-many-samples', detail });
    }
    const units = tasmotaUnits(message);
    const first = new SampleDraft(about.deviceId, input);
    const timeMs = readTime(first, message);
    const drafts = new Map([[about.deviceId, first]]);
    const gateway = gatewayOf(about, others);
    const descriptions = [...told.news(gateway)];
    const addTo = (
      draft: SampleDraft,
      fields: TasmotaSubDevice['fields'],
      isZigbee = false,
    ): Refusal | undefined => {
      const values = new Map<string, MetricValue>();
      for (const [name, value] of fields) {
        const refusal = flatten(values, name, value);
        if (refusal) return refusal;
      }
      draft.add(values, timeMs);
      addUnits(draft, values, (metric) =>
        isZigbee && metric === 'Power' ? undefined : tasmotaUnit(metric, units),
      );
      return undefined;
    };
    const refusal = addTo(first, own);
    if (refusal) return refused(about.deviceId, refusal);
    for (const { id, about: named, fields, isZigbee } of others) {
      const deviceId = subDeviceId(about.deviceId, id);
      const fault = badDeviceId(deviceId);
      if (fault) return fault;
      const draft = drafts.get(deviceId) ?? new SampleDraft(deviceId, input);
      drafts.set(deviceId, draft);
      const bad = addTo(draft, fields, isZigbee);
      if (bad) return refused(deviceId, bad);
      descriptions.push(...told.news({ deviceId, family: FAMILY, ...named, gatewayId: gateway.deviceId }));
    }
    const isEmpty = [...drafts.values()].every((draft) => draft.isEmpty);
    return isEmpty ? toldOnly({ descriptions }) : decodedOf(drafts.values(), input, { descriptions });
  }

  function readTime(
    draft: SampleDraft,
    { Time: local, Epoch: epoch }: Readonly<Record<string, unknown>>,
  ): number | undefined {
    // An offset, where there is one, counts for itself; then this is no date.
    const localMs = typeof local === 'string' ? Date.parse(`${local}Z`) : Number.NaN;
    const time = draft.readTime(
      typeof epoch === 'number' ? epoch : local,
      Number.isNaN(localMs) ? 0 : offsetAt(localMs),
    );
    return 'timeMs' in time ? time.timeMs : undefined;
  }

  function decodeSwitches(
    { deviceId }: TasmotaPlace,
    fields: readonly (readonly [name: string, value: unknown])[],
    form: Switched['form'],
    input: PublishInput,
  ): DecodeResult {
    const values = new Map<string, MetricValue>();
    for (const [name, value] of fields) {
      if (!/^(?:POWER|Button|Switch)\d{0,2}$/.test(name)) continue;
      const refusal = flatten(values, name, value);
      if (refusal) return refused(deviceId, refusal);
    }
    for (const [name, state] of values) {
      const key = `${deviceId} ${name}`;
      const before = switches.get(key);
      // Over one connection, so the echo is never acknowledged before what it repeats.
      const isEcho =
        before?.state === state &&
        before.form !== form &&
        Math.abs(input.receivedAtMs - before.atMs) <= ECHO_WITHIN_MS;
      if (isEcho) values.delete(name);
      else switches.set(key, { state, form, atMs: input.receivedAtMs });
    }
    if (values.size === 0) return { kind: 'ignored' };
    const draft = new SampleDraft(deviceId, input);
    draft.add(values, undefined);
    return decodedOf([draft], input);
  }

  return {
    name: FAMILY,
    claims: (levels) => isDiscovery(levels) || placeOf(levels) !== undefined,
    decode,
    ownFilters: (id) =>
      [`cmnd/${id}/#`, `tasmota/${id}/cmnd/#`].concat(isFamilyRoot(id) ? [] : [`${id}/cmnd/#`]),
  };
}

function isDiscovery(levels: readonly string[]): boolean {
  return levels.length === 4 && levels[0] === 'tasmota' && levels[1] === 'discovery';
}

/** The device that reports: the topic's, or the one above where the topic is that of a single device it heard. */
function gatewayOf(about: DeviceDescription, others: readonly TasmotaSubDevice[]): DeviceDescription {
  const { deviceId, address = '' } = about;
  const isOther = others.length === 1 && others.every(({ id }) => subDeviceId(deviceId, id) === deviceId);
  if (!isOther) return about;
  return {
    ...about,
    deviceId: deviceId.slice(0, deviceId.lastIndexOf(':')),
    // Its last level but for `cmnd` behind it, where the layout has that.
    address: address.replace(/\/[^/]+(?=(?:\/cmnd)?$)/, ''),
  };
}

/** A Zigbee device may have a topic of its own below the bridge's, which then names it already. */
function subDeviceId(deviceId: string, id: string): string {
  const last = deviceId.slice(deviceId.lastIndexOf(':') + 1).toLowerCase();
  const isNamed = deviceId.includes(':') && (last === id.toLowerCase() || `0x${last}` === id.toLowerCase());
  return isNamed ? deviceId : `${deviceId}:${id}`;
}
