import type { MetricValue } from '@fieldstream/domain';
import { addBare } from './bare-value.js';
import type { Decoder, DecodeResult, PublishInput, StateChange } from './decoder.js';
import { defined, describable } from './describable.js';
import { badDeviceId, deviceIdOf } from './device-id.js';
import { flatten } from './flatten.js';
import { objectOf } from './json-shape.js';
import { addUnits } from './metric-facts.js';
import { parseJson, payloadText, shorten, type Refusal } from './payload-text.js';
import { decodedOf, SampleDraft } from './sample-draft.js';
import { isIeeeAddress, readDevices, readGroups } from './zigbee2mqtt-devices.js';
import { toDescription, Zigbee2MqttNames, type KnownName } from './zigbee2mqtt-names.js';

const IGNORED: DecodeResult = { kind: 'ignored' };

/**
 * Zigbee2MQTT, which publishes what Zigbee devices report under their friendly names (which may contain `/`):
 * - `<base>/<name>`: a JSON object of metrics; `last_seen`, if it is on, is the time;
 * - `<base>/<name>/<attribute>`: one value (`output: attribute`), of names that are known;
 * - `<base>/<name>/availability`: `online` or `offline`, bare or in JSON;
 * - `<base>/bridge/devices`, `…/groups`, `…/info`: names, addresses, models, units; what else is under `bridge` is nothing to store.
 *
 * The base topic is `zigbee2mqtt`, or any other under which a list of devices was seen. A device's ID is its IEEE address;
 * until the list was seen, and for groups, its name with `:` for `/`. A device has no topics of its own to subscribe to:
 * its gateway has.
 *
 * @see https://www.zigbee2mqtt.io/guide/usage/mqtt_topics_and_messages.html
 */
export function createZigbee2Mqtt(): Decoder {
  const names = new Zigbee2MqttNames();
  return {
    name: 'zigbee2mqtt',
    claims: (levels, payload, source) =>
      names.baseOf(levels, source) !== undefined || announces(levels, payload),
    decode: (input) => new Publish(input, names).decode(),
    apply: (change) => names.apply(change),
  };
}

/** Whether this is a bridge's list of devices, or its word about itself, under whatever base topic. */
function announces(levels: readonly string[], payload: Uint8Array): boolean {
  if (levels.length < 3 || levels.at(-2) !== 'bridge') return false;
  const word =
    levels.at(-1) === 'devices' ? '"ieee_address"' : levels.at(-1) === 'info' ? '"coordinator"' : '';
  return word !== '' && Buffer.from(payload.buffer, payload.byteOffset, payload.byteLength).includes(word);
}

class Publish {
  readonly #base: string;
  readonly #rest: readonly string[];

  constructor(
    private readonly input: PublishInput,
    private readonly names: Zigbee2MqttNames,
  ) {
    const { levels, source } = input;
    this.#base = names.baseOf(levels, source) ?? levels.slice(0, -2).join('/');
    this.#rest = levels.slice(this.#base.split('/').length);
  }

  decode(): DecodeResult {
    const rest = this.#rest;
    if (rest[0] === 'bridge') return rest.length === 2 ? this.#decodeBridge(rest[1] ?? '') : IGNORED;
    const exact = this.#find(rest.length);
    if (exact) return this.#decodeState(exact);
    if (rest.length > 1 && rest.at(-1) === 'availability') return this.#decodeAvailability();
    if (rest.length > 1 && isCommand(rest)) return IGNORED;
    for (let length = rest.length - 1; length > 0; length--) {
      const known = this.#find(length);
      if (known) return this.#decodeAttribute(known, rest.slice(length));
    }
    return this.#decodeState(undefined);
  }

  #find(length: number): KnownName | undefined {
    return this.names.find(this.input.source, this.#base, this.#rest.slice(0, length).join('/'));
  }

  #decodeBridge(what: string): DecodeResult {
    if (what !== 'devices' && what !== 'groups' && what !== 'info') return IGNORED;
    const json = this.#json();
    if (!('value' in json)) return this.#rejected(json);
    const { source, identity } = this.input;
    const gatewayId = identity ?? deviceIdOf(this.#base);
    const badId = badDeviceId(gatewayId);
    if (badId) return badId;
    const base = this.names.baseChange(source, this.#base);
    const baseState: StateChange[] = base ? [base] : [];
    if (what === 'info') {
      const info = objectOf(json.value);
      const about = defined({
        name: 'Zigbee2MQTT',
        model: describable(objectOf(info?.['coordinator'])?.['type']),
        firmware: describable(info?.['version']),
      });
      const descriptions = info ? [{ deviceId: gatewayId, family: 'zigbee2mqtt', ...about }] : [];
      return decodedOf([], this.input, { descriptions, state: baseState });
    }
    if (!Array.isArray(json.value)) {
      return this.#rejected({ reason: 'invalid-payload', detail: `bridge/${what} is not a list` });
    }
    const listed =
      what === 'devices'
        ? readDevices(json.value, this.#base, gatewayId)
        : readGroups(json.value, this.#base, gatewayId);
    const { state, changed } = this.names.listChanges(source, this.#base, listed, what === 'groups');
    if (baseState.length + state.length === 0) return IGNORED;
    return decodedOf([], this.input, {
      descriptions: changed.map(toDescription),
      state: [...baseState, ...state],
    });
  }

  #decodeAvailability(): DecodeResult {
    const name = this.#rest.slice(0, -1);
    const deviceId = this.#find(name.length)?.deviceId ?? deviceIdOf(name.join('/'));
    const badId = badDeviceId(deviceId);
    if (badId) return badId;
    const text = payloadText(this.input.payload);
    if (typeof text !== 'string') return text.reason === 'empty-payload' ? IGNORED : this.#rejected(text);
    const json = text.trimStart().startsWith('{') ? parseJson(text) : { value: { state: text.trim() } };
    const state = 'value' in json ? objectOf(json.value)?.['state'] : undefined;
    if (state === 'online' || state === 'offline') {
      return decodedOf([], this.input, { presence: [{ deviceId, state }] });
    }
    const detail = `an availability is online or offline, not ${JSON.stringify(shorten(text, 40))}`;
    return this.#rejected({ reason: 'invalid-value', detail }, deviceId);
  }

  /** One attribute of a known device: nested names are joined with `-` there, and with `.` here. */
  #decodeAttribute(known: KnownName, path: readonly string[]): DecodeResult {
    const text = payloadText(this.input.payload);
    if (typeof text !== 'string') {
      return text.reason === 'empty-payload' ? IGNORED : this.#rejected(text, known.deviceId);
    }
    const values = new Map<string, MetricValue>();
    const refusal = addBare(values, path.join('.').replaceAll('-', '.'), text);
    if (refusal) return this.#rejected(refusal, known.deviceId);
    return this.#finish(new SampleDraft(known.deviceId, this.input), values, undefined, known);
  }

  #decodeState(known: KnownName | undefined): DecodeResult {
    if (this.input.payload.byteLength === 0) return IGNORED;
    const name = this.#rest.join('/');
    const fallback = known?.deviceId ?? deviceIdOf(name);
    if (!isObject(this.input.payload)) return IGNORED;
    const badId = badDeviceId(fallback);
    if (badId) return badId;
    const json = this.#json();
    if (!('value' in json)) return this.#rejected(json, fallback);
    const { last_seen: lastSeen, device, ...metrics } = json.value as Record<string, unknown>;
    // `include_device_information` tells the address in each publish.
    const about = objectOf(device);
    const address = about?.['ieeeAddr'] ?? about?.['ieee_address'];
    const deviceId = known?.deviceId ?? (isIeeeAddress(address) ? address : fallback);
    const draft = new SampleDraft(deviceId, this.input);
    const time = draft.readTime(lastSeen);
    if (!('timeMs' in time)) return this.#rejected(time, deviceId);
    const values = new Map<string, MetricValue>();
    for (const [key, value] of Object.entries(metrics)) {
      const refusal = flatten(values, key, value);
      if (refusal) return this.#rejected(refusal, deviceId);
    }
    if (typeof device === 'string') values.set('device', device);
    return this.#finish(draft, values, time.timeMs, known);
  }

  #finish(
    draft: SampleDraft,
    values: Map<string, MetricValue>,
    timeMs: number | undefined,
    known: KnownName | undefined,
  ): DecodeResult {
    if (values.size === 0) return IGNORED;
    addUnits(draft, values, known?.units);
    draft.add(values, timeMs);
    return decodedOf([draft], this.input);
  }

  #json(): { readonly value: unknown } | Refusal {
    const text = payloadText(this.input.payload);
    return typeof text === 'string' ? parseJson(text) : text;
  }

  #rejected({ reason, detail }: Refusal, deviceId?: string): DecodeResult {
    return { kind: 'rejected', reason, detail, ...(deviceId === undefined ? {} : { deviceId }) };
  }
}

/** `…/set`, `…/get`, and both with an attribute. */
function isCommand(rest: readonly string[]): boolean {
  const [last, before] = [rest.at(-1), rest.at(-2)];
  return last === 'set' || last === 'get' || (rest.length > 2 && (before === 'set' || before === 'get'));
}

/** Whether a payload starts as a JSON object. */
function isObject(payload: Uint8Array): boolean {
  let start = 0;
  while (start < payload.length && (payload[start] ?? 0) <= 0x20) start++;
  return payload[start] === 0x7b;
}
