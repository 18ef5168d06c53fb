import { parseObject } from './telemetry-record.js';
import { WireError } from './wire-error.js';

/** Value of a `telemetry.alerts` record: one transition of one alert. The topic is compacted; the key is rule + device. */
export interface AlertRecord {
  readonly v: 1;
  /** Grows with every transition; of two records with one key the greater one is the newer. */
  readonly sequence: number;
  readonly alertId: string;
  readonly state: 'firing' | 'resolved';
  readonly ruleId: string;
  readonly ruleName: string;
  readonly severity: string;
  readonly deviceId: string;
  readonly metric: string;
  /** The value that held at the transition, in the metric's unit; null where an edit of the rule resolved the alert. */
  readonly value: number | null;
  /** Event time of the transition, epoch milliseconds. */
  readonly atMs: number;
  /** Event time since when the condition has held, epoch milliseconds. */
  readonly startedAtMs: number;
  /** One sentence for a person. */
  readonly summary: string;
}

/** Key of the compacted alert topic. */
export function alertKey(alert: Pick<AlertRecord, 'ruleId' | 'deviceId'>): string {
  return `${alert.ruleId}/${alert.deviceId}`;
}

export function encodeAlert(alert: AlertRecord): Buffer {
  return Buffer.from(JSON.stringify(alert));
}

/** @throws WireError for anything that `encodeAlert` could not have written. */
export function decodeAlert(value: Uint8Array | null): AlertRecord {
  const record = parseObject(value);
  if (record['v'] !== 1) throw new WireError(`unknown version ${JSON.stringify(record['v'])}, expected 1`);
  for (const field of ['alertId', 'ruleId', 'ruleName', 'severity', 'deviceId', 'metric', 'summary']) {
    if (typeof record[field] !== 'string') throw new WireError(`${field} is not a text`);
  }
  for (const field of ['sequence', 'atMs', 'startedAtMs']) {
    if (!Number.isSafeInteger(record[field])) throw new WireError(`${field} is not an integer`);
  }
  if (record['value'] !== null && !Number.isFinite(record['value']))
    throw new WireError('value is not a number');
  if (record['state'] !== 'firing' && record['state'] !== 'resolved')
    throw new WireError('state is not firing or resolved');
  return record as unknown as AlertRecord;
}
