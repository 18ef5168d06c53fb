import type { DeviceDescription, MetricValue } from '@fieldstream/domain';
import type { Decoder, DecodeResult, PublishInput } from './decoder.js';
import { DescriptionMemory } from './description-memory.js';
import { describable } from './describable.js';
import { badDeviceId } from './device-id.js';
import { flatten } from './flatten.js';
import { numberOf, objectOf, textOf } from './json-shape.js';
import { addMeasured, addSignal, addWithUnit, bestSignal } from './lorawan.js';
import { parseJson, payloadText, type Refusal } from './payload-text.js';
import { decodedOf, notAnObject, SampleDraft } from './sample-draft.js';

type Json = Readonly<Record<string, unknown>>;

/**
 * ChirpStack 4, and ChirpStack Application Server 3: `application/<id>/device/<devEui>/event/<kind>`, JSON
 * (https://www.chirpstack.io/docs/chirpstack/integrations/events.html). The device is the DevEUI of the topic.
 * - `up`: what the codec made of it (`object`), and how it was heard: `rssi` and `snr` of the gateway that heard it best,
 *   `fPort`, `fCnt`, `dr`. Without a codec the bytes are kept as text, `data` (Base64).
 * - `status`: `margin`, `batteryLevel`, `externalPowerSource`; `location`: `latitude`, `longitude`, `altitude`, `accuracy`.
 * - `join`: the device is there. Other kinds (`ack`, `txack`, `log`, `integration`) say nothing about the device.
 */
export function createChirpstack(): Decoder {
  const told = new DescriptionMemory();
  return {
    name: 'chirpstack',
    claims(levels) {
      return (
        levels.length === 6 && levels[0] === 'application' && levels[2] === 'device' && levels[4] === 'event'
      );
    },
    decode(input) {
      const deviceId = input.levels[3] ?? '';
      const bad = badDeviceId(deviceId);
      if (bad) return bad;
      const read = EVENTS.get(input.levels[5] ?? '');
      if (!read) return { kind: 'ignored' };
      const text = payloadText(input.payload);
      if (typeof text !== 'string') return rejected(deviceId, text);
      const json = parseJson(text);
      if (!('value' in json)) return rejected(deviceId, json);
      const fault = notAnObject(json.value);
      if (fault) return rejected(deviceId, fault);
      return decodeEvent(input, deviceId, json.value as Json, read, told);
    },
  };
}

function rejected(deviceId: string, { reason, detail }: Refusal): DecodeResult {
  return { kind: 'rejected', reason, detail, deviceId };
}

type ReadEvent = (event: Json, draft: SampleDraft, values: Map<string, MetricValue>) => Refusal | undefined;

const EVENTS: ReadonlyMap<string, ReadEvent> = new Map<string, ReadEvent>([
  ['up', readUplink],
  ['status', readStatus],
  ['location', readLocation],
  ['join', () => undefined],
]);

function decodeEvent(
  input: PublishInput,
  deviceId: string,
  event: Json,
  read: ReadEvent,
  told: DescriptionMemory,
): DecodeResult {
  const draft = new SampleDraft(deviceId, input);
  const time = draft.readTime(event['time'] ?? event['publishedAt']);
  if (!('timeMs' in time)) return rejected(deviceId, time);
  const values = new Map<string, MetricValue>();
  const refusal = read(event, draft, values);
  if (refusal) return rejected(deviceId, refusal);
  draft.add(values, time.timeMs);
  const descriptions = told.news(describeDevice(deviceId, event));
  if (input.levels[5] === 'join') {
    return decodedOf([], input, { presence: [{ deviceId, state: 'online' }], descriptions });
  }
  return draft.isEmpty && descriptions.length === 0
    ? { kind: 'ignored' }
    : decodedOf([draft], input, { descriptions });
}

function readUplink(event: Json, draft: SampleDraft, values: Map<string, MetricValue>): Refusal | undefined {
  const isVersion3 = event['deviceInfo'] === undefined;
  addSignal(draft, values, bestSignal(event['rxInfo'], 'rssi', isVersion3 ? 'loRaSNR' : 'snr'));
  for (const field of ['fPort', 'fCnt', 'dr']) addWithUnit(draft, values, field, event[field]);
  let measured = event['object'];
  const text = textOf(event['objectJSON']);
  if (measured === undefined && text !== undefined) {
    const json = parseJson(text);
    if (!('value' in json)) return json;
    measured = json.value;
  }
  const object = objectOf(measured);
  if (object) return addMeasured(draft, values, object);
  const data = textOf(event['data']);
  return data === undefined ? undefined : flatten(values, 'data', data);
}

function readStatus(event: Json, draft: SampleDraft, values: Map<string, MetricValue>): undefined {
  addWithUnit(draft, values, 'margin', event['margin'], 'dB');
  const isPowered = event['externalPowerSource'];
  if (typeof isPowered === 'boolean') values.set('externalPowerSource', isPowered);
  // A device on external power, or one that cannot measure it, is said to have 0 %.
  if (isPowered !== true && event['batteryLevelUnavailable'] !== true) {
    addWithUnit(draft, values, 'batteryLevel', event['batteryLevel'], '%');
  }
}

function readLocation(event: Json, draft: SampleDraft, values: Map<string, MetricValue>): undefined {
  const location = objectOf(event['location']);
  addWithUnit(draft, values, 'latitude', location?.['latitude'], '°');
  addWithUnit(draft, values, 'longitude', location?.['longitude'], '°');
  addWithUnit(draft, values, 'altitude', location?.['altitude'], 'm');
  if (numberOf(location?.['accuracy'])) addWithUnit(draft, values, 'accuracy', location?.['accuracy'], 'm');
}

function describeDevice(deviceId: string, event: Json): DeviceDescription {
  const info = objectOf(event['deviceInfo']) ?? event;
  const name = describable(info['deviceName']);
  const model = describable(info['deviceProfileName']);
  return {
    deviceId,
    family: 'chirpstack',
    ...(name === undefined ? {} : { name }),
    ...(model === undefined ? {} : { model }),
  };
}
