import { isValidDeviceId, isValidMetricName, LIMITS, type MetricDescription } from '@fieldstream/domain';

/** Characters of a text in a description. */
const MAX_TEXT = 256;
/** Characters of the key of a change of state. */
export const MAX_STATE_KEY = 512;

/**
 * A text from a payload as a description may carry it: cut, well-formed, one line. Undefined for what is no text or holds
 * nothing to be read.
 */
export function describable(value: unknown, maxLength = MAX_TEXT): string | undefined {
  if (typeof value !== 'string') return undefined;
  const line = value.slice(0, maxLength).replaceAll(/[\u0000-\u001f\u007f]/g, ' ');
  return line.toWellFormed().trim() || undefined;
}

/** A unit as it may be stored; one that is too long says nothing and is left out. */
export function describableUnit(value: unknown): string | undefined {
  const unit = describable(value, LIMITS.unitLength + 1);
  return unit !== undefined && unit.length <= LIMITS.unitLength ? unit : undefined;
}

/** Adds what is known of a metric, if its name can be one and anything is known; no more than a sample may have. */
export function addMetric(
  metrics: Map<string, MetricDescription>,
  metric: string,
  known: { readonly unit?: unknown; readonly name?: unknown; readonly deviceClass?: unknown },
): void {
  if (!isValidMetricName(metric) || metrics.size >= LIMITS.metricsPerSample) return;
  const described = defined({
    unit: describableUnit(known.unit),
    name: describable(known.name),
    deviceClass: describable(known.deviceClass),
  });
  if (Object.keys(described).length > 0) metrics.set(metric, described);
}

type Defined<T> = { [K in keyof T]?: Exclude<T[K], undefined> };

/** The members of an object that are not undefined. */
export function defined<T extends object>(object: T): Defined<T> {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined)) as Defined<T>;
}

/** A name as a device ID, its levels joined with `:`; undefined if it cannot be one. */
export function asDeviceId(name: string): string | undefined {
  const deviceId = name.replaceAll('/', ':');
  return isValidDeviceId(deviceId) ? deviceId : undefined;
}

/** The key of a state: the source and parts, each escaped, joined with `/`; so `${stateKey(…)}/` begins all keys below it. */
export function stateKey(source: string | undefined, ...parts: readonly string[]): string {
  return [source ?? '', ...parts].map((part) => encodeURIComponent(part.toWellFormed())).join('/');
}
