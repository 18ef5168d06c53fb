import { isValidMetricName, LIMITS, type MetricDescription, type MetricValue } from '@fieldstream/domain';
import { defined, describable } from './describable.js';
import type { SampleDraft } from './sample-draft.js';

/** A unit as a description may carry it; undefined if there is none that can be stored. */
export function unitOf(value: unknown): string | undefined {
  const unit = describable(value);
  return unit !== undefined && unit.length <= LIMITS.unitLength ? unit : undefined;
}

/** Adds what is known of a metric, if its name is valid, something is known and there is room. */
export function addMetricFacts(
  metrics: Map<string, MetricDescription>,
  metric: string,
  facts: { readonly unit?: unknown; readonly name?: unknown; readonly deviceClass?: unknown },
): void {
  if (!isValidMetricName(metric) || metrics.size >= LIMITS.metricsPerSample) return;
  const described = defined({
    unit: unitOf(facts.unit),
    name: describable(facts.name),
    deviceClass: describable(facts.deviceClass),
  });
  if (Object.keys(described).length > 0) metrics.set(metric, described);
}

/** Names the units of those metrics that are among the values. */
export function addUnits(
  draft: SampleDraft,
  values: ReadonlyMap<string, MetricValue>,
  units: ReadonlyMap<string, string> | undefined,
): void {
  if (!units || units.size === 0) return;
  for (const metric of values.keys()) {
    const unit = units.get(metric);
    if (unit !== undefined) draft.units.set(metric, unit);
  }
}
