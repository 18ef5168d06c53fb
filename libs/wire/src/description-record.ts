import {
  isValidDeviceId,
  isValidMetricName,
  isValidText,
  LIMITS,
  type DeviceDescription,
  type MetricDescription,
} from '@fieldstream/domain';
import { WireError } from './wire-error.js';

/** What a device is, as it or its gateway tells; one of the kinds of `device.events`. Key: the device ID. */
export interface DescriptionEvent extends DeviceDescription {
  readonly kind: 'description';
  /** Epoch milliseconds. */
  readonly timeMs: number;
}

/** Texts of a description, in characters; what is longer was cut by the decoder (`describable`). */
export const MAX_DESCRIPTION_TEXT = 256;

const TEXTS = ['name', 'manufacturer', 'model', 'firmware', 'address'] as const;
const METRIC_TEXTS = ['unit', 'name', 'deviceClass'] as const;

/** The members of an encoded description. */
export function descriptionFields(description: DescriptionEvent): Record<string, unknown> {
  const { metrics, ...fields } = description;
  return metrics === undefined ? fields : { ...fields, metrics: Object.fromEntries(metrics) };
}

/** @throws WireError for anything that `descriptionFields` could not have given. */
export function checkDescription(record: Record<string, unknown>): DescriptionEvent {
  const { deviceId, family, gatewayId, metrics, timeMs } = record;
  if (!isDeviceId(deviceId)) throw new WireError('deviceId is not a device ID');
  if (gatewayId !== undefined && !isDeviceId(gatewayId)) throw new WireError('gatewayId is not a device ID');
  if (!isShortText(family)) throw new WireError('family is not a text');
  const texts: Record<string, string> = {};
  for (const field of TEXTS) {
    const value = record[field];
    if (value === undefined) continue;
    if (!isShortText(value)) throw new WireError(`${field} is not a text of at most ${MAX_DESCRIPTION_TEXT}`);
    texts[field] = value;
  }
  return {
    kind: 'description',
    timeMs: timeMs as number,
    deviceId,
    family,
    ...texts,
    ...(gatewayId === undefined ? {} : { gatewayId }),
    ...(metrics === undefined ? {} : { metrics: checkMetrics(metrics) }),
  };
}

function checkMetrics(metrics: unknown): Map<string, MetricDescription> {
  if (typeof metrics !== 'object' || metrics === null) throw new WireError('metrics is not an object');
  const entries = Object.entries(metrics as Record<string, unknown>);
  if (entries.length > LIMITS.metricsPerSample) {
    throw new WireError(
      `metrics describes ${entries.length} metrics, at most ${LIMITS.metricsPerSample} are taken`,
    );
  }
  const checked = new Map<string, MetricDescription>();
  for (const [metric, described] of entries) {
    if (!isValidMetricName(metric) || typeof described !== 'object' || described === null) {
      throw new WireError('metrics has an invalid entry');
    }
    const texts: Record<string, string> = {};
    for (const field of METRIC_TEXTS) {
      const value = (described as Record<string, unknown>)[field];
      if (value === undefined) continue;
      if (!isShortText(value) || (field === 'unit' && value.length > LIMITS.unitLength)) {
        throw new WireError(`metrics has an invalid ${field}`);
      }
      texts[field] = value;
    }
    checked.set(metric, texts);
  }
  return checked;
}

function isDeviceId(value: unknown): value is string {
  return typeof value === 'string' && isValidDeviceId(value);
}

function isShortText(value: unknown): value is string {
  return typeof value === 'string' && value.length <= MAX_DESCRIPTION_TEXT && isValidText(value);
}
