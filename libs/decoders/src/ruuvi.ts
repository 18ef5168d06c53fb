import type { MetricValue } from '@fieldstream/domain';
import { BoundedMap } from './bounded-map.js';
import type { Decoder, DecodeResult, PublishInput } from './decoder.js';
import { DescriptionMemory } from './description-memory.js';
import { flatten } from './flatten.js';
import { numberOf, objectOf, textOf } from './json-shape.js';
import { addUnits, payloadJson, refused } from './payload-json.js';
import { readRuuviAdvertisement, type RuuviAdvertisement } from './ruuvi-advertisement.js';
import { decodedOf, notAnObject, SampleDraft } from './sample-draft.js';
import type { Refusal } from './payload-text.js';

const MAC = /^[0-9a-f]{2}(?::[0-9a-f]{2}){5}$/i;

const UNITS: ReadonlyMap<string, string> = new Map([
  ['temperature', '°C'],
  ['humidity', '%'],
  ['pressure', 'Pa'],
  ['accelerationX', 'mG'],
  ['accelerationY', 'mG'],
  ['accelerationZ', 'mG'],
  ['voltage', 'V'],
  ['txPower', 'dBm'],
  ['rssi', 'dBm'],
  ['PM1.0', 'µg/m³'],
  ['PM2.5', 'µg/m³'],
  ['PM4.0', 'µg/m³'],
  ['PM10.0', 'µg/m³'],
  ['CO2', 'ppm'],
  ['luminosity', 'lx'],
]);

/** What the gateway says of the message and not of the sensor. */
const ENVELOPE: ReadonlySet<string> = new Set('gw_mac aoa gwts ts cnt data coords dataFormat id'.split(' '));

const MAX_TAGS = 20_000;
/** Measurements of a tag whose time is remembered: gateways lag behind each other by less. */
const SEQUENCES_PER_TAG = 8;
/** Format 6 counts to 255 in about four minutes, so an old number is another measurement. */
const SEQUENCE_LIFE_MS = 60_000;

interface Heard {
  readonly sequence: number;
  readonly timeMs: number;
  readonly receivedAtMs: number;
}

/**
 * Ruuvi Gateway, https://docs.ruuvi.com/gw-data-formats: `ruuvi/<gateway's MAC>/<sensor's MAC>`, JSON with the sensor's
 * advertisement in `data`, and with fields that the gateway has decoded where it is set to send those. `gw_status` and
 * advertisements of other makes are no telemetry.
 *
 * Several gateways hear one sensor, and one gateway hears a measurement more than once. All of them get the time of the
 * first, known by the sensor's measurement number for 60 s, so they are one row. They are not left out here: the first may
 * not be in Kafka yet.
 * Of an Air that was heard in format E1 within 60 s, format 6 is left out, as its documentation asks.
 */
export function createRuuvi(): Decoder {
  const heard = new BoundedMap<readonly Heard[]>(MAX_TAGS);
  const extended = new BoundedMap<number>(MAX_TAGS);
  const told = new DescriptionMemory();

  /** The time of the measurement's first message; remembers this one's if it is the first. */
  function timeOf(tag: string, sequence: number, timeMs: number, receivedAtMs: number): number {
    const recent = (heard.get(tag) ?? []).filter(
      (entry) => Math.abs(receivedAtMs - entry.receivedAtMs) <= SEQUENCE_LIFE_MS,
    );
    const first = recent.find((entry) => entry.sequence === sequence);
    if (first) return first.timeMs;
    heard.set(tag, [...recent.slice(1 - SEQUENCES_PER_TAG), { sequence, timeMs, receivedAtMs }]);
    return timeMs;
  }

  /** Whether this is format 6 of a sensor whose same measurements come in format E1, which says more. */
  function isLesser(tag: string, advertisement: RuuviAdvertisement | undefined, atMs: number): boolean {
    if (advertisement?.format === 0xe1) extended.set(tag, atMs);
    const at = advertisement?.format === 6 ? extended.get(tag) : undefined;
    return at !== undefined && Math.abs(atMs - at) <= SEQUENCE_LIFE_MS;
  }

  function decode(input: PublishInput): DecodeResult {
    const deviceId = (input.levels[2] ?? '').toUpperCase();
    if (!MAC.test(deviceId)) return { kind: 'ignored' };
    const json = payloadJson(input.payload);
    if (!('value' in json)) return refused(deviceId, json);
    const fault = notAnObject(json.value);
    if (fault) return refused(deviceId, fault);
    const message = objectOf(json.value) ?? {};
    const advertisement = readRuuviAdvertisement(textOf(message.data) ?? '');
    if (isLesser(deviceId, advertisement, input.receivedAtMs)) return { kind: 'ignored' };
    const values = new Map<string, MetricValue>();
    const refusal = addDecoded(values, message, advertisement);
    if (refusal) return refused(deviceId, refusal);
    // Of another make, or encrypted.
    if (values.size === 0) return { kind: 'ignored' };
    const rssi = numberOf(message.rssi);
    if (rssi !== undefined) values.set('rssi', rssi);

    const draft = new SampleDraft(deviceId, input);
    const time = draft.readTime(message.ts);
    if (!('timeMs' in time)) return refused(deviceId, time);
    const sequence = advertisement?.sequence ?? numberOf(message.measurementSequenceNumber);
    const isReceived = time.timeMs === undefined;
    let timeMs = time.timeMs;
    if (sequence !== undefined) {
      timeMs ??= input.stamp?.(deviceId, 1) ?? input.receivedAtMs;
      timeMs = timeOf(deviceId, sequence, timeMs, input.receivedAtMs);
    }
    draft.add(values, timeMs);
    addUnits(draft, values, (metric) => UNITS.get(metric));
    const format = advertisement?.format ?? numberOf(message.dataFormat);
    const model = format === 6 || format === 0xe1 ? 'Ruuvi Air' : 'RuuviTag';
    const descriptions = told.news({ deviceId, family: 'ruuvi', manufacturer: 'Ruuvi', model });
    return { ...decodedOf([draft], input, { descriptions }), receivedTimeUsed: isReceived };
  }

  return {
    name: 'ruuvi',
    claims: ([root, gateway = '', tag = '']) =>
      root === 'ruuvi' && MAC.test(gateway) && (MAC.test(tag) || tag === 'gw_status'),
    decode,
  };
}

/** The sensor's values, the advertisement's before those that the gateway decoded. */
function addDecoded(
  values: Map<string, MetricValue>,
  message: Readonly<Record<string, unknown>>,
  advertisement: RuuviAdvertisement | undefined,
): Refusal | undefined {
  for (const [name, value] of Object.entries(message)) {
    if (ENVELOPE.has(name) || name === 'rssi') continue;
    const axis = /^accel([XYZ])$/.exec(name)?.[1];
    const number = numberOf(value);
    // The gateway gives accelerations in g.
    if (axis !== undefined && number !== undefined)
      values.set(`acceleration${axis}`, Math.round(number * 1000));
    else {
      const refusal = flatten(values, name, value);
      if (refusal) return refusal;
    }
  }
  for (const [metric, value] of advertisement?.values ?? []) values.set(metric, value);
  return undefined;
}
