import { isValidDeviceId, LIMITS, type DeviceDescription } from '@fieldstream/domain';
import type { Decoder, DecodeResult, PublishInput } from './decoder.js';
import { describable } from './describable.js';
import { badDeviceId, deviceIdOf } from './device-id.js';
import { objectOf, textOf } from './json-shape.js';
import { parseJson, payloadText, shorten, type Refusal } from './payload-text.js';
import { decodedOf, notAnObject, SampleDraft } from './sample-draft.js';

type Json = Readonly<Record<string, unknown>>;

/** What is published on each topic; the short ones carry JSON or the protobuf of a device profile, which is not known here. */
const DEVICE_TOPICS: ReadonlyMap<string, 'telemetry' | 'attributes'> = new Map([
  ['v1/devices/me/telemetry', 'telemetry'],
  ['v1/devices/me/attributes', 'attributes'],
  ['v2/t', 'telemetry'],
  ['v2/t/j', 'telemetry'],
  ['v2/a', 'attributes'],
  ['v2/a/j', 'attributes'],
]);

/**
 * ThingsBoard's device and gateway API over MQTT (https://thingsboard.io/docs/reference/mqtt-api/). A device is named by
 * the user name of its connection, ThingsBoard's access token; the devices of a gateway by the keys of its objects.
 * Attributes become metrics `attributes.<name>`: ThingsBoard keeps them apart from telemetry, so both may use one name.
 * Remote procedure calls, claiming and requests for attributes are ignored.
 */
export const thingsboard: Decoder = {
  name: 'thingsboard',

  claims(levels, payload) {
    if (levels[0] === 'v1') return (levels[1] === 'devices' && levels[2] === 'me') || levels[1] === 'gateway';
    if (levels[0] !== 'v2' || levels.length > 3) return false;
    return DEVICE_TOPICS.has(levels.join('/')) && looksLikeJson(payload);
  },

  decode(input) {
    const kind = DEVICE_TOPICS.get(input.topic);
    const isGateway = input.levels[1] === 'gateway' && input.levels.length === 3;
    if (kind === undefined && !(isGateway && GATEWAY_KINDS.has(input.levels[2] ?? ''))) {
      return { kind: 'ignored' };
    }
    const text = payloadText(input.payload);
    if (typeof text !== 'string') return { kind: 'rejected', ...text };
    const json = parseJson(text);
    if (!('value' in json)) return { kind: 'rejected', ...json };
    return kind === undefined ? decodeGateway(input, json.value) : decodeDevice(input, kind, json.value);
  },
};

/** The first character of an object or array, after white space. */
function looksLikeJson(payload: Uint8Array): boolean {
  for (const byte of payload.subarray(0, 16)) {
    if (byte === 0x7b || byte === 0x5b) return true;
    if (byte !== 0x20 && byte !== 0x09 && byte !== 0x0a && byte !== 0x0d) return false;
  }
  return false;
}

function decodeDevice(input: PublishInput, kind: 'telemetry' | 'attributes', value: unknown): DecodeResult {
  const deviceId = input.identity ?? input.username;
  if (deviceId === undefined || !isValidDeviceId(deviceId)) {
    return {
      kind: 'rejected',
      reason: 'invalid-device-id',
      detail:
        deviceId === undefined
          ? `${input.topic} names no device: connect with the device's name or token as user name`
          : `the user name is not a device ID: ${JSON.stringify(shorten(deviceId))}`,
    };
  }
  const draft = new SampleDraft(deviceId, input);
  const refusal = kind === 'telemetry' ? addTelemetry(draft, value) : addAttributes(draft, value);
  if (refusal) return { kind: 'rejected', ...refusal, deviceId };
  return draft.isEmpty ? { kind: 'rejected', ...NO_VALUES, deviceId } : decodedOf([draft], input);
}

const NO_VALUES: Refusal = { reason: 'no-values', detail: 'the payload has no value besides null' };

const GATEWAY_KINDS: ReadonlySet<string> = new Set(['telemetry', 'attributes', 'connect', 'disconnect']);

function decodeGateway(input: PublishInput, value: unknown): DecodeResult {
  const fault = notAnObject(value);
  if (fault) return { kind: 'rejected', ...fault };
  const object = value as Json;
  const kind = input.levels[2];
  if (kind === 'connect' || kind === 'disconnect') return decodeConnection(input, kind, object);
  const drafts = new Map<string, SampleDraft>();
  let samples = 0;
  for (const [name, told] of Object.entries(object)) {
    const deviceId = deviceIdOf(name);
    const bad = badDeviceId(deviceId);
    if (bad) return bad;
    samples += Array.isArray(told) ? told.length : 1;
    if (samples > LIMITS.samplesPerPublish) return { kind: 'rejected', ...tooMany(samples) };
    // Two names may be one ID: `a/b` and `a:b`.
    const draft = drafts.get(deviceId) ?? new SampleDraft(deviceId, input);
    drafts.set(deviceId, draft);
    const refusal = kind === 'telemetry' ? addTelemetry(draft, told) : addAttributes(draft, told);
    if (refusal) return { kind: 'rejected', ...refusal, deviceId };
  }
  if ([...drafts.values()].every(({ isEmpty }) => isEmpty)) return { kind: 'rejected', ...NO_VALUES };
  return decodedOf(drafts.values(), input);
}

/** `{"device": "Device A", "type": "thermostat"}`. */
function decodeConnection(input: PublishInput, kind: 'connect' | 'disconnect', object: Json): DecodeResult {
  const name = textOf(object['device']);
  if (name === undefined) {
    return { kind: 'rejected', reason: 'no-values', detail: 'the payload names no device: {"device": "…"}' };
  }
  const deviceId = deviceIdOf(name);
  const bad = badDeviceId(deviceId);
  if (bad) return bad;
  if (kind === 'disconnect') return decodedOf([], input, { presence: [{ deviceId, state: 'offline' }] });
  const gatewayId = input.identity ?? input.username;
  const model = describable(object['type']);
  const description: DeviceDescription = {
    deviceId,
    family: 'thingsboard',
    ...(describable(name) === undefined ? {} : { name: describable(name) ?? deviceId }),
    ...(model === undefined ? {} : { model }),
    ...(gatewayId !== undefined && isValidDeviceId(gatewayId) && gatewayId !== deviceId ? { gatewayId } : {}),
  };
  return decodedOf([], input, {
    presence: [{ deviceId, state: 'online' }],
    descriptions: [description],
  });
}

/** Metrics, metrics at a time (`{"ts", "values"}`), or a list of either. */
function addTelemetry(draft: SampleDraft, value: unknown): Refusal | undefined {
  if (!Array.isArray(value)) return addSample(draft, value);
  if (value.length > LIMITS.samplesPerPublish) return tooMany(value.length);
  for (const sample of value) {
    const refusal = addSample(draft, sample);
    if (refusal) return refusal;
  }
  return undefined;
}

function addSample(draft: SampleDraft, sample: unknown): Refusal | undefined {
  const object = objectOf(sample);
  const values = objectOf(object?.['values']);
  if (!object || !values) return draft.addValues(sample, undefined);
  const time = draft.readTime(object['ts']);
  return 'timeMs' in time ? draft.addValues(values, time.timeMs) : time;
}

function addAttributes(draft: SampleDraft, value: unknown): Refusal | undefined {
  return notAnObject(value) ?? draft.addValues({ attributes: value }, undefined);
}

function tooMany(samples: number): Refusal {
  return {
    reason: 'too-many-samples',
    detail: `${samples} samples, at most ${LIMITS.samplesPerPublish} are taken in one publish`,
  };
}
