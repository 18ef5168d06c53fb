import { isValidText, LIMITS, type MetricValue } from '@fieldstream/domain';
import type { Decoder, DecodeResult, PublishInput } from './decoder.js';
import { badDeviceId, deviceIdOf } from './device-id.js';
import { flatten } from './flatten.js';
import { objectOf } from './json-shape.js';
import { describe, parseJson, payloadText, shorten, type Refusal } from './payload-text.js';
import { decodedOf, SampleDraft } from './sample-draft.js';
import { parseSenmlCbor } from './senml-cbor.js';
import { looksLikeSenml } from './senml-peek.js';
import type { SenmlRecord } from './senml-record.js';

/** Times below it are relative to now (RFC 8428, 4.5.3). */
const RELATIVE_BELOW_S = 2 ** 28;
/** The version of RFC 8428; a pack of a later one must not be read as if it were this. */
const VERSION = 10;

/**
 * SenML, RFC 8428, in JSON and CBOR, on any topic, by its content. The device is the base name without the separator at
 * its end, else a `urn:dev:` name, else the topic's last level (the second one of `devices/<id>/…`). What follows the base
 * name is the metric; a record without a name of its own is `value`, and a metric whose unit changes within a pack gets
 * the unit at its name's end. Sums are `<metric>.sum`; data values (`vd`) are left out.
 */
export const senml: Decoder = {
  name: 'senml',

  claims(levels, payload) {
    // `devices/…` is the native family's, which takes its telemetry to `decodeSenml` itself.
    return levels[0] !== 'devices' && looksLikeSenml(payload);
  },

  decode: decodeSenml,
};

/** Decodes a publish that `looksLikeSenml`. */
export function decodeSenml(input: PublishInput): DecodeResult {
  const records = parseRecords(input.payload);
  if ('reason' in records) return { kind: 'rejected', ...records };
  if (records.length > LIMITS.samplesPerPublish) {
    const detail = `${records.length} records, at most ${LIMITS.samplesPerPublish} are taken in one publish`;
    return { kind: 'rejected', reason: 'too-many-samples', detail };
  }
  const pack = new Pack(input);
  for (const record of records) {
    const refusal = pack.add(record);
    if (refusal) return { kind: 'rejected', ...refusal };
  }
  return pack.finish();
}

function parseRecords(payload: Uint8Array): readonly SenmlRecord[] | Refusal {
  if ((payload[0] ?? 0) >= 0x80) return parseSenmlCbor(payload);
  const text = payloadText(payload);
  if (typeof text !== 'string') return text;
  const json = parseJson(text);
  if (!('value' in json)) return json;
  const records = Array.isArray(json.value) ? (json.value as unknown[]).map(objectOf) : undefined;
  if (!records?.every((record) => record !== undefined)) {
    return { reason: 'invalid-payload', detail: 'a SenML pack is an array of records' };
  }
  return records;
}

const LABELS = {
  text: ['bn', 'bu', 'n', 'u', 'vs'],
  number: ['bt', 'bv', 'bs', 'bver', 'v', 's', 't'],
} as const;

type Base = { readonly [K in 'bn' | 'bu']?: string } & { readonly [K in 'bt' | 'bv' | 'bs']?: number };

/** A record whose fields have the types that their labels ask for. */
interface CheckedRecord extends Base {
  readonly n?: string;
  readonly u?: string;
  readonly v?: number;
  readonly vs?: string;
  readonly vb?: boolean;
  readonly s?: number;
  readonly t?: number;
  readonly bver?: number;
}

function check(record: SenmlRecord): CheckedRecord | Refusal {
  for (const type of ['text', 'number'] as const) {
    for (const label of LABELS[type]) {
      const value = record[label];
      if (value === undefined) continue;
      if (typeof value !== (type === 'text' ? 'string' : 'number')) {
        return { reason: 'invalid-payload', detail: `${label} is not a ${type}: ${describe(value)}` };
      }
      if (typeof value === 'number' && !Number.isFinite(value)) {
        return { reason: 'non-finite-number', detail: `${label} is not a finite number` };
      }
    }
  }
  const { vb } = record;
  if (vb !== undefined && typeof vb !== 'boolean') {
    return { reason: 'invalid-payload', detail: `vb is not a boolean: ${describe(vb)}` };
  }
  const mandatory = Object.keys(record).find((label) => label.endsWith('_'));
  if (mandatory !== undefined) {
    const detail = `the label ${shorten(mandatory, 40)} must be understood, and is not`;
    return { reason: 'invalid-payload', detail };
  }
  return record;
}

/** The values of one device by time, and the moment that counts as now for them. */
interface DeviceValues {
  readonly draft: SampleDraft;
  readonly byTime: Map<number | undefined, Map<string, MetricValue>>;
  nowMs: number | undefined;
}

/** A pack while its records are resolved, each against the base fields before it. */
class Pack {
  readonly #devices = new Map<string, DeviceValues>();
  #base: Base = {};
  #receivedTimeUsed = false;

  constructor(private readonly input: PublishInput) {}

  add(raw: SenmlRecord): Refusal | undefined {
    const record = check(raw);
    if ('reason' in record) return record;
    if (record.bver !== undefined && record.bver > VERSION) {
      return { reason: 'invalid-payload', detail: `SenML version ${record.bver}; up to ${VERSION} is known` };
    }
    const { bn, bu, bt, bv, bs } = record;
    this.#base = {
      ...this.#base,
      ...(bn === undefined ? {} : { bn }),
      ...(bu === undefined ? {} : { bu }),
      ...(bt === undefined ? {} : { bt }),
      ...(bv === undefined ? {} : { bv }),
      ...(bs === undefined ? {} : { bs }),
    };
    const value = record.v === undefined ? (record.vs ?? record.vb) : (this.#base.bv ?? 0) + record.v;
    const sum = record.s === undefined ? undefined : (this.#base.bs ?? 0) + record.s;
    if (value === undefined && sum === undefined) return undefined;
    return this.#addValue(record, value, sum);
  }

  #addValue(
    record: CheckedRecord,
    value: MetricValue | undefined,
    sum: number | undefined,
  ): Refusal | undefined {
    const { deviceId, metric: name } = this.#resolve(record.n ?? '');
    const bad = badDeviceId(deviceId);
    if (bad?.kind === 'rejected') return { reason: bad.reason, detail: bad.detail };
    const device = this.#device(deviceId);
    const values = this.#valuesAt(device, (this.#base.bt ?? 0) + (record.t ?? 0));
    const { units } = device.draft;
    const unit = (record.u ?? this.#base.bu ?? '').slice(0, LIMITS.unitLength);
    const isOther = unit !== '' && (units.get(name) ?? unit) !== unit;
    const metric = isOther ? `${name}.${unit}` : name;
    if (value !== undefined) {
      const refusal = flatten(values, metric, value);
      if (refusal) return refusal;
    }
    const refusal = sum === undefined ? undefined : flatten(values, `${metric}.sum`, sum);
    // A sum's unit is the value's times seconds; both may be told by a sender that only sends sums.
    if (!refusal && unit !== '' && value !== undefined && isValidText(unit)) units.set(metric, unit);
    return refusal;
  }

  /** Which device and metric a record is of. */
  #resolve(name: string): { readonly deviceId: string; readonly metric: string } {
    const { bn = '' } = this.#base;
    const isUrn = bn === '' && name.startsWith('urn:dev:');
    const device = isUrn ? name : bn;
    const metric = (isUrn ? '' : name).replace(/^[/:_.-]+/, '') || 'value';
    return { deviceId: this.input.identity ?? this.#deviceId(device), metric };
  }

  #deviceId(baseName: string): string {
    const own = deviceIdOf(baseName.replace(/[/:;_.-]+$/, ''));
    if (own !== '') return own;
    const { levels } = this.input;
    return (levels[0] === 'devices' ? levels[1] : levels.at(-1)) ?? '';
  }

  #device(deviceId: string): DeviceValues {
    let device = this.#devices.get(deviceId);
    if (!device) {
      device = { draft: new SampleDraft(deviceId, this.input), byTime: new Map(), nowMs: undefined };
      this.#devices.set(deviceId, device);
    }
    return device;
  }

  #valuesAt(device: DeviceValues, seconds: number): Map<string, MetricValue> {
    const timeMs = seconds < RELATIVE_BELOW_S ? this.#now(device) + Math.round(seconds * 1000) : undefined;
    const time = device.draft.readTime(timeMs ?? Math.round(seconds * 1000));
    const observedMs = ('timeMs' in time ? time.timeMs : undefined) ?? this.#now(device);
    let values = device.byTime.get(observedMs);
    if (!values) {
      values = new Map();
      device.byTime.set(observedMs, values);
    }
    return values;
  }

  /** Everything in a pack that has no time of its own was observed together. */
  #now(device: DeviceValues): number {
    this.#receivedTimeUsed = true;
    const { receivedAtMs, stamp } = this.input;
    device.nowMs ??= stamp?.(device.draft.deviceId, 1) ?? receivedAtMs;
    return device.nowMs;
  }

  finish(): DecodeResult {
    for (const { draft, byTime } of this.#devices.values()) {
      for (const [timeMs, values] of byTime) draft.add(values, timeMs);
    }
    const drafts = [...this.#devices.values()].map(({ draft }) => draft);
    if (drafts.every(({ isEmpty }) => isEmpty)) {
      return { kind: 'rejected', reason: 'no-values', detail: 'no record has a value that can be stored' };
    }
    return { ...decodedOf(drafts, this.input), receivedTimeUsed: this.#receivedTimeUsed };
  }
}
