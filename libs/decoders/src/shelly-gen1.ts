import type { DeviceDescription, MetricValue } from '@fieldstream/domain';
import { addBare } from './bare-value.js';
import { BoundedMap } from './bounded-map.js';
import type { Decoder, DecodeResult, PublishInput, StateChange } from './decoder.js';
import { defined, describable, MAX_STATE_KEY, stateKey } from './describable.js';
import { badDeviceId } from './device-id.js';
import { numberOf, objectOf } from './json-shape.js';
import { addUnits, payloadJson, refused, toldOnly } from './payload-json.js';
import { payloadText } from './payload-text.js';
import { decodedOf, SampleDraft } from './sample-draft.js';
import { shellyGen1Unit } from './shelly-gen1-units.js';

const FAMILY = 'shelly-gen1';
const MAX_DEVICES = 20_000;

/** Where a device listens, below its own topic. */
const COMMANDS = ['command', '+/+/command/#', '+/+/set'];

/** Counters that the firmware counts in watt-minutes. */
const WATT_MINUTES = /^(?:relay|light|roller|emeter|meter|white|color)\.\d+\.(?:returned_)?energy$/;

/**
 * Shelly, first generation, https://shelly-api-docs.shelly.cloud/gen1/#mqtt-support: `shellies/<id>/<path>`, one value or a
 * JSON object each; the path with dots is the metric. `online` is the presence; `announce` and `info` describe the device.
 *
 * `energy` and `returned_energy` come in watt-minutes and are stored in watt-hours (÷ 60), as `total` of the energy meters
 * has it. `sensor/temperature` is in the unit that the device is set to: °C, unless its `info` has said °F.
 *
 * @param later Newer Shellys may be set to topics below `shellies/`; what that family claims is left to it.
 */
export function createShellyGen1(later: Pick<Decoder, 'claims'>): Decoder {
  const fahrenheit = new BoundedMap<true>(MAX_DEVICES);

  function decode(input: PublishInput): DecodeResult {
    const [, deviceId = '', ...path] = input.levels;
    if (path.length === 0)
      return deviceId === 'announce' ? decodeAnnounce(undefined, input) : { kind: 'ignored' };
    const fault = badDeviceId(deviceId);
    if (fault) return fault;
    if (isCommand(path)) return { kind: 'ignored' };
    if (path.length === 1 && path[0] === 'announce') return decodeAnnounce(deviceId, input);
    if (path.length === 1 && path[0] === 'info') return decodeInfo(deviceId, input);
    const text = payloadText(input.payload);
    if (typeof text !== 'string') return refused(deviceId, text);
    if (path.length === 1 && path[0] === 'online') return decodeOnline(deviceId, text);
    return decodeValue(deviceId, path.join('.'), text, input);
  }

  function decodeValue(deviceId: string, metric: string, text: string, input: PublishInput): DecodeResult {
    const values = new Map<string, MetricValue>();
    const refusal = addBare(values, metric, text);
    if (refusal) return refused(deviceId, refusal);
    const energy = values.get(metric);
    if (typeof energy === 'number' && WATT_MINUTES.test(metric)) values.set(metric, energy / 60);
    const draft = new SampleDraft(deviceId, input);
    draft.add(values, undefined);
    // In the same object, or as the device's `info` has it.
    const told = values.get(`${metric}.tmp.units`);
    values.delete(`${metric}.tmp.units`);
    const isFahrenheit = told === undefined ? isInFahrenheit(deviceId, input.source) : told === 'F';
    addUnits(draft, values, (name) => shellyGen1Unit(name, isFahrenheit));
    return values.size === 0 ? { kind: 'ignored' } : decodedOf([draft], input);
  }

  function decodeInfo(deviceId: string, input: PublishInput): DecodeResult {
    const json = payloadJson(input.payload);
    if (!('value' in json)) return refused(deviceId, json);
    const info = objectOf(json.value) ?? {};
    const values = new Map<string, MetricValue>();
    const draft = new SampleDraft(deviceId, input);
    const add = (metric: string, value: unknown, unit?: string): void => {
      const number = numberOf(value);
      if (number === undefined) return;
      values.set(metric, number);
      if (unit !== undefined) draft.units.set(metric, unit);
    };
    add('wifi_sta.rssi', objectOf(info.wifi_sta)?.rssi, 'dBm');
    add('bat.value', objectOf(info.bat)?.value, '%');
    add('bat.voltage', objectOf(info.bat)?.voltage, 'V');
    add('uptime', info.uptime, 's');
    add('ram_free', info.ram_free, 'B');
    draft.add(values, undefined);
    const descriptions = describe(deviceId, { firmware: describable(objectOf(info.update)?.old_version) });
    const state = unitChange(deviceId, input.source, objectOf(info.tmp)?.units);
    return draft.isEmpty
      ? toldOnly({ descriptions, state })
      : decodedOf([draft], input, { descriptions, state });
  }

  function isInFahrenheit(deviceId: string, source: string | undefined): boolean {
    return fahrenheit.get(stateKey(source, deviceId)) === true;
  }

  function unitChange(deviceId: string, source: string | undefined, unit: unknown): StateChange[] {
    const key = stateKey(source, deviceId);
    if (key.length > MAX_STATE_KEY || (unit !== 'F' && unit !== 'C')) return [];
    return (unit === 'F') === isInFahrenheit(deviceId, source)
      ? []
      : [{ key, value: unit === 'F' ? 'F' : null }];
  }

  return {
    name: FAMILY,
    claims: (levels, payload, source) =>
      levels[0] === 'shellies' && levels.length >= 2 && !later.claims(levels, payload, source),
    decode,
    apply({ key, value }) {
      if (value === 'F') fahrenheit.set(key, true);
      else fahrenheit.delete(key);
    },
    ownFilters: (id) => ['shellies/command', ...COMMANDS.map((path) => `shellies/${id}/${path}`)],
  };
}

/** Commands and what is set, on its way to the device, and its settings, which it publishes when asked. */
function isCommand(path: readonly string[]): boolean {
  const last = path.at(-1);
  return path.includes('command') || last === 'set' || path[0] === 'settings' || path[0] === 'debug';
}

function decodeOnline(deviceId: string, text: string): DecodeResult {
  const word = text.trim();
  if (word !== 'true' && word !== 'false') return { kind: 'ignored' };
  return toldOnly({ presence: [{ deviceId, state: word === 'true' ? 'online' : 'offline' }] });
}

/** `shellies/announce` names the device itself; the device that a client proved to be goes before that. */
function decodeAnnounce(topicId: string | undefined, { payload, identity }: PublishInput): DecodeResult {
  const json = payloadJson(payload);
  const about = 'value' in json ? objectOf(json.value) : undefined;
  const deviceId = topicId ?? identity ?? describable(about?.id);
  if (!about || deviceId === undefined) return { kind: 'ignored' };
  const fault = badDeviceId(deviceId);
  if (fault) return fault;
  const known = { model: describable(about.model), firmware: describable(about.fw_ver) };
  return toldOnly({ descriptions: describe(deviceId, known) });
}

function describe(
  deviceId: string,
  known: Partial<Record<'model' | 'firmware', string | undefined>>,
): DeviceDescription[] {
  const parts = defined(known);
  if (Object.keys(parts).length === 0) return [];
  return [{ deviceId, family: FAMILY, manufacturer: 'Shelly', ...parts, address: `shellies/${deviceId}` }];
}
