import {
  isValidDeviceId,
  isValidMetricName,
  isValidText,
  LIMITS,
  type MetricValue,
  type Sample,
  type Telemetry,
} from '@fieldstream/domain';
import { WireError } from './wire-error.js';

/**
 * Value of a `telemetry.readings` record, version 1: compact JSON.
 *
 * `v` version, `d` device ID, `r` received-at (epoch ms), `s` samples as `[observed-at (epoch ms), {metric: value}]`,
 * `u` units by metric (only where the payload named any), `h` 1 where the samples were kept while the sender was cut off.
 */
interface TelemetryRecordV1 {
  v: 1;
  d: string;
  r: number;
  s: [number, Record<string, MetricValue>][];
  u?: Record<string, string>;
  h?: 1;
}

/** Encodes one publish of one device. The Kafka key is the device ID. */
export function encodeTelemetry(telemetry: Telemetry): Buffer {
  const record: TelemetryRecordV1 = {
    v: 1,
    d: telemetry.deviceId,
    r: telemetry.receivedAtMs,
    s: telemetry.samples.map((sample) => [sample.timeMs, Object.fromEntries(sample.values)]),
  };
  if (telemetry.units && telemetry.units.size > 0) record.u = Object.fromEntries(telemetry.units);
  if (telemetry.historical) record.h = 1;
  return Buffer.from(JSON.stringify(record));
}

/** Decodes and checks a record's value. @throws WireError for anything that `encodeTelemetry` could not have written. */
export function decodeTelemetry(value: Uint8Array | null): Telemetry {
  const record = parseObject(value);
  if (record['v'] !== 1) throw new WireError(`unknown version ${JSON.stringify(record['v'])}, expected 1`);
  const { d: deviceId, r: receivedAtMs, s: samples, u: units, h } = record as Partial<TelemetryRecordV1>;
  if (typeof deviceId !== 'string' || !isValidDeviceId(deviceId)) throw new WireError('d is not a device ID');
  if (!isEpochMs(receivedAtMs)) throw new WireError('r is not a time in epoch milliseconds');
  if (!Array.isArray(samples) || samples.length === 0 || samples.length > LIMITS.samplesPerPublish) {
    throw new WireError(`s is not an array of 1 to ${LIMITS.samplesPerPublish} samples`);
  }
  if (h !== undefined && h !== 1) throw new WireError('h is neither absent nor 1');
  return {
    deviceId,
    receivedAtMs,
    samples: samples.map(decodeSample),
    ...(units === undefined ? {} : { units: decodeUnits(units) }),
    ...(h === undefined ? {} : { historical: true }),
  };
}

function decodeSample(sample: unknown, index: number): Sample {
  if (!Array.isArray(sample) || sample.length !== 2)
    throw new WireError(`s[${index}] is not a pair of time and values`);
  const [timeMs, values] = sample as [unknown, unknown];
  if (!isEpochMs(timeMs)) throw new WireError(`s[${index}] has no time in epoch milliseconds`);
  if (!isObject(values)) throw new WireError(`s[${index}] has no values`);
  const decoded = new Map<string, MetricValue>();
  for (const metric of Object.keys(values)) {
    const value = values[metric];
    if (!isValidMetricName(metric)) throw new WireError(`s[${index}] has an invalid metric name`);
    if (!isMetricValue(value)) throw new WireError(`s[${index}] has an invalid value for ${metric}`);
    decoded.set(metric, value);
  }
  if (decoded.size === 0 || decoded.size > LIMITS.metricsPerSample) {
    throw new WireError(`s[${index}] has ${decoded.size} metrics, expected 1 to ${LIMITS.metricsPerSample}`);
  }
  return { timeMs, values: decoded };
}

function decodeUnits(units: unknown): Map<string, string> {
  if (!isObject(units)) throw new WireError('u is not an object');
  const decoded = new Map<string, string>();
  for (const [metric, unit] of Object.entries(units)) {
    if (
      !isValidMetricName(metric) ||
      typeof unit !== 'string' ||
      !isValidText(unit) ||
      unit.length > LIMITS.unitLength
    ) {
      throw new WireError('u has an invalid unit');
    }
    decoded.set(metric, unit);
  }
  return decoded;
}

function isMetricValue(value: unknown): value is MetricValue {
  if (typeof value === 'number') return Number.isFinite(value);
  return typeof value === 'boolean' || (typeof value === 'string' && isValidText(value));
}

/** 9999-12-31T23:59:59.999Z: within what JavaScript, PostgreSQL and a four-digit year in ISO 8601 can hold. */
const LATEST_EPOCH_MS = 253_402_300_799_999;

/** From 1970 on: no bridge writes an earlier time, and PostgreSQL could not hold every one. */
export function isEpochMs(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0 && (value as number) <= LATEST_EPOCH_MS;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Parses a record's value as a JSON object. @throws WireError */
export function parseObject(value: Uint8Array | null): Record<string, unknown> {
  if (value === null) throw new WireError('the value is null');
  let parsed: unknown;
  try {
    parsed = JSON.parse(Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('utf8'));
  } catch {
    throw new WireError('the value is not JSON');
  }
  if (!isObject(parsed)) throw new WireError('the value is not a JSON object');
  return parsed;
}
