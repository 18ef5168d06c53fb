import type { DeviceDescription, MetricValue } from '@fieldstream/domain';
import type { Decoder, DecodeResult, PublishInput } from './decoder.js';
import { describable } from './describable.js';
import { DescriptionMemory } from './description-memory.js';
import { badDeviceId, deviceIdOf } from './device-id.js';
import { flatten } from './flatten.js';
import { arrayOf, numberOf, objectOf, textOf } from './json-shape.js';
import { addMeasured, addSignal, addWithUnit, bestSignal } from './lorawan.js';
import { parseJson, payloadText, type Refusal } from './payload-text.js';
import { decodedOf, notAnObject, SampleDraft } from './sample-draft.js';

type Json = Readonly<Record<string, unknown>>;

/**
 * The Things Stack 3: `v3/<application>[@<tenant>]/devices/<device>/<kind>`, JSON
 * (https://www.thethingsindustries.com/docs/integrations/data-formats/). The device is its DevEUI, else
 * `<application>:<device>`. Fields that are zero, false or empty are left out by the network: they are not made up here.
 * - `up`: what the payload formatter made of it (`decoded_payload`, else the first `normalized_payload`, else the bytes as
 *   text, `frm_payload`), and `rssi`, `snr`, `f_port`, `f_cnt`, `spreading_factor`, `battery`. Simulated ones are ignored.
 * - `join`: the device is there; `location/solved`: `latitude`, `longitude`, `altitude`, `accuracy`.
 */
export function createTheThingsStack(): Decoder {
  const told = new DescriptionMemory();
  return {
    name: 'the-things-stack',
    claims(levels) {
      return levels[0] === 'v3' && levels[2] === 'devices' && levels.length >= 5;
    },
    decode(input) {
      const kind = input.levels.slice(4).join('/');
      if (kind !== 'up' && kind !== 'join' && kind !== 'location/solved') return { kind: 'ignored' };
      const text = payloadText(input.payload);
      if (typeof text !== 'string') return { kind: 'rejected', ...text };
      const json = parseJson(text);
      if (!('value' in json)) return { kind: 'rejected', ...json };
      const fault = notAnObject(json.value);
      if (fault) return { kind: 'rejected', ...fault };
      return decodeMessage(input, kind, json.value as Json, told);
    },
  };
}

function decodeMessage(
  input: PublishInput,
  kind: 'up' | 'join' | 'location/solved',
  message: Json,
  told: DescriptionMemory,
): DecodeResult {
  if (message['simulated'] === true) return { kind: 'ignored' };
  const deviceId = input.identity ?? deviceOf(message, input.levels);
  const bad = badDeviceId(deviceId);
  if (bad) return bad;
  const draft = new SampleDraft(deviceId, input);
  const uplink = objectOf(message['uplink_message']);
  const time = draft.readTime(timeOf(message, uplink));
  if (!('timeMs' in time)) return { kind: 'rejected', ...time, deviceId };
  const values = new Map<string, MetricValue>();
  const refusal =
    kind === 'up' && uplink
      ? readUplink(uplink, draft, values)
      : readLocation(objectOf(message['location_solved']), draft, values);
  if (refusal) return { kind: 'rejected', ...refusal, deviceId };
  draft.add(values, time.timeMs);
  const descriptions = told.news(describeDevice(deviceId, message, uplink));
  if (kind === 'join') {
    return decodedOf([], input, { presence: [{ deviceId, state: 'online' }], descriptions });
  }
  return draft.isEmpty && descriptions.length === 0
    ? { kind: 'ignored' }
    : decodedOf([draft], input, { descriptions });
}

function deviceOf(message: Json, levels: readonly string[]): string {
  const ids = objectOf(message['end_device_ids']);
  const devEui = textOf(ids?.['dev_eui']);
  if (devEui !== undefined) return deviceIdOf(devEui);
  const application = textOf(objectOf(ids?.['application_ids'])?.['application_id']);
  const device = textOf(ids?.['device_id']);
  return deviceIdOf(`${application ?? levels[1]?.split('@')[0]}:${device ?? levels[3]}`);
}

/** When the network received it: devices of this family mostly have no clock. */
function timeOf(message: Json, uplink: Json | undefined): unknown {
  return (
    uplink?.['received_at'] ?? objectOf(uplink?.['settings'])?.['time'] ?? message['received_at'] ?? undefined
  );
}

function readUplink(uplink: Json, draft: SampleDraft, values: Map<string, MetricValue>): Refusal | undefined {
  addSignal(draft, values, bestSignal(uplink['rx_metadata'], 'rssi', 'snr'));
  for (const field of ['f_port', 'f_cnt']) addWithUnit(draft, values, field, uplink[field]);
  const lora = objectOf(objectOf(objectOf(uplink['settings'])?.['data_rate'])?.['lora']);
  addWithUnit(draft, values, 'spreading_factor', lora?.['spreading_factor']);
  addWithUnit(draft, values, 'battery', objectOf(uplink['last_battery_percentage'])?.['value'], '%');
  const decoded = objectOf(uplink['decoded_payload']);
  if (decoded) return addMeasured(draft, values, decoded);
  const normalized = objectOf(arrayOf(uplink['normalized_payload'])[0]);
  if (normalized) return addNormalized(normalized, draft, values);
  const bytes = textOf(uplink['frm_payload']);
  return bytes === undefined ? undefined : flatten(values, 'frm_payload', bytes);
}

/** Units that the normalized payload prescribes (TheThingsNetwork/lorawan-devices, `lib/payload.json`). */
const NORMALIZED_UNITS: Readonly<Record<string, string>> = {
  'air.temperature': '°C',
  'air.relativeHumidity': '%',
  'air.pressure': 'hPa',
  'air.co2': 'ppm',
  'air.lightIntensity': 'lx',
  'soil.temperature': '°C',
  'soil.moisture': '%',
  'soil.ec': 'dS/m',
  'wind.speed': 'm/s',
  'wind.direction': '°',
  'water.temperature.min': '°C',
  'water.temperature.max': '°C',
  'water.temperature.avg': '°C',
  'water.temperature.current': '°C',
  'rain.intensity': 'mm/h',
  'rain.cumulative': 'mm',
  battery: 'V',
};

function addNormalized(
  normalized: Json,
  draft: SampleDraft,
  values: Map<string, MetricValue>,
): Refusal | undefined {
  const { time: _time, ...measured } = normalized;
  const refusal = addMeasured(draft, values, measured);
  if (refusal) return refusal;
  for (const [metric, unit] of Object.entries(NORMALIZED_UNITS)) {
    if (values.has(metric)) draft.units.set(metric, unit);
  }
  return undefined;
}

function readLocation(
  solved: Json | undefined,
  draft: SampleDraft,
  values: Map<string, MetricValue>,
): undefined {
  const location = objectOf(solved?.['location']) ?? solved;
  addWithUnit(draft, values, 'latitude', location?.['latitude'], '°');
  addWithUnit(draft, values, 'longitude', location?.['longitude'], '°');
  addWithUnit(draft, values, 'altitude', location?.['altitude'], 'm');
  if (numberOf(location?.['accuracy'])) addWithUnit(draft, values, 'accuracy', location?.['accuracy'], 'm');
}

function describeDevice(deviceId: string, message: Json, uplink: Json | undefined): DeviceDescription {
  const version = objectOf(uplink?.['version_ids']);
  const texts = {
    name: describable(objectOf(message['end_device_ids'])?.['device_id']),
    manufacturer: describable(version?.['brand_id']),
    model: describable(version?.['model_id']),
    firmware: describable(version?.['firmware_version']),
  };
  const known = Object.entries(texts).filter(([, text]) => text !== undefined);
  return {
    deviceId,
    family: 'the-things-stack',
    ...(Object.fromEntries(known) as Partial<typeof texts>),
  } as DeviceDescription;
}
