import { parseObject } from './telemetry-record.js';
import { WireError } from './wire-error.js';

/** What can happen to an alert. All but the first and the last leave it open. */
export const ALERT_CHANGES = [
  'firing',
  'severity',
  'acknowledged',
  'snoozed',
  'unsnoozed',
  'resolved',
] as const;
export type AlertChange = (typeof ALERT_CHANGES)[number];

/**
 * Value of a `telemetry.alerts` record: what happened to one alert, and how it stands since. The topic is compacted; the
 * key is rule + device + metric.
 */
export interface AlertRecord {
  readonly v: 1;
  /** Grows with every transition; of two records with one key the greater one is the newer. */
  readonly sequence: number;
  readonly alertId: string;
  readonly state: 'firing' | 'resolved';
  readonly change: AlertChange;
  readonly ruleId: string;
  readonly ruleName: string;
  /** Since this change. */
  readonly severity: string;
  readonly deviceId: string;
  /** Empty for an alert about the device as a whole. */
  readonly metric: string;
  /** The device's labels. */
  readonly labels: Readonly<Record<string, string>>;
  /** What held at the change, in the metric's unit; null where that is no number, or an edit of the rule resolved the alert. */
  readonly value: number | null;
  /** The text that held, where the rule compares texts. */
  readonly text: string | null;
  /** Event time of the transition, epoch milliseconds. */
  readonly atMs: number;
  /** Event time since when the condition has held, epoch milliseconds. */
  readonly startedAtMs: number;
  /** One sentence for a person. */
  readonly summary: string;
  /** What the rule says it means and what to do; may be empty. */
  readonly description: string;
  /** Who has seen it; null for nobody yet. */
  readonly acknowledgedBy: string | null;
  /** Until when nobody is to be told of it, epoch milliseconds; null where it is not snoozed. */
  readonly snoozedUntilMs: number | null;
}

/** Key of the compacted alert topic. */
export function alertKey(alert: Pick<AlertRecord, 'ruleId' | 'deviceId' | 'metric'>): string {
  // Neither a rule ID nor a device ID holds a slash.
  return `${alert.ruleId}/${alert.deviceId}/${alert.metric}`;
}

export function encodeAlert(alert: AlertRecord): Buffer {
  return Buffer.from(JSON.stringify(alert));
}

/** @throws WireError for anything that `encodeAlert` could not have written. */
export function decodeAlert(value: Uint8Array | null): AlertRecord {
  const record = parseObject(value);
  if (record['v'] !== 1) throw new WireError(`unknown version ${JSON.stringify(record['v'])}, expected 1`);
  if (record['state'] !== 'firing' && record['state'] !== 'resolved')
    throw new WireError('state is not firing or resolved');
  // Records of before these fields were.
  const alert: Record<string, unknown> = {
    change: record['state'],
    labels: {},
    text: null,
    description: '',
    acknowledgedBy: null,
    snoozedUntilMs: null,
    ...record,
  };
  for (const field of TEXTS) {
    if (typeof alert[field] !== 'string') throw new WireError(`${field} is not a text`);
  }
  for (const field of ['text', 'acknowledgedBy']) {
    if (alert[field] !== null && typeof alert[field] !== 'string')
      throw new WireError(`${field} is not a text`);
  }
  for (const field of ['sequence', 'atMs', 'startedAtMs']) {
    if (!Number.isSafeInteger(alert[field])) throw new WireError(`${field} is not an integer`);
  }
  if (alert['value'] !== null && !Number.isFinite(alert['value']))
    throw new WireError('value is not a number');
  if (alert['snoozedUntilMs'] !== null && !Number.isSafeInteger(alert['snoozedUntilMs']))
    throw new WireError('snoozedUntilMs is not an integer');
  if (!ALERT_CHANGES.some((change) => change === alert['change']))
    throw new WireError(`change is not one of ${ALERT_CHANGES.join(', ')}`);
  const { labels } = alert;
  if (typeof labels !== 'object' || labels === null || Array.isArray(labels))
    throw new WireError('labels is not an object');
  if (!Object.values(labels).every((label) => typeof label === 'string'))
    throw new WireError('a label is not a text');
  return alert as unknown as AlertRecord;
}

const TEXTS = ['alertId', 'ruleId', 'ruleName', 'severity', 'deviceId', 'metric', 'summary', 'description'];
