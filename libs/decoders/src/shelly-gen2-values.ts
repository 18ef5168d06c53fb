import { LIMITS, type MetricValue } from '@fieldstream/domain';
import { flatten } from './flatten.js';
import { arrayOf, objectOf, textOf } from './json-shape.js';
import { addUnits } from './payload-json.js';
import type { Refusal } from './payload-text.js';
import type { SampleDraft } from './sample-draft.js';

/** Fields of components that are no measurement: the component's number, and the clock. */
const LEFT_OUT: ReadonlySet<string> = new Set(['sys.time', 'sys.unixtime']);

/** Units by a field's name; the first that matches counts. https://shelly-api-docs.shelly.cloud/gen2/ComponentsAndServices/ */
const UNITS: readonly (readonly [field: RegExp, unit: string])[] = [
  [/(?:^|\.)tC$|\.(?:current|target)_C$/, '°C'],
  [/(?:^|\.)tF$|\.(?:current|target)_F$/, '°F'],
  [/\.rh$|\.percent$|\.brightness$|\.(?:current|target)_pos$|\.current_humidity$/, '%'],
  [/aprt_?power$/, 'VA'],
  [/power$/, 'W'],
  [/\.by_minute\.\d+$/, 'mWh'],
  [/energy\.total$|_energy$|\.(?:[abc]_)?total_act(?:_ret)?$/, 'Wh'],
  [/[._]voltage$|\.battery\.V$/, 'V'],
  [/[._]current$/, 'A'],
  [/[._]freq$/, 'Hz'],
  [/\.rssi$/, 'dBm'],
  [/\.lux$/, 'lx'],
  [/\.ct$/, 'K'],
  [/\.uptime$|\.wakeup_period$/, 's'],
  [/\.(?:ram|fs)_(?:size|free|min_free)$/, 'B'],
];

function unitOf(metric: string): string | undefined {
  return UNITS.find(([field]) => field.test(metric))?.[1];
}

/** A component's status as metrics. */
export function componentValues(component: string, status: unknown): Map<string, MetricValue> | Refusal {
  const values = new Map<string, MetricValue>();
  const { id: _number, ...fields } = objectOf(status) ?? { value: status };
  for (const [field, value] of Object.entries(fields)) {
    const metric = `${component}.${field}`;
    const refusal = LEFT_OUT.has(metric) ? undefined : flatten(values, metric, value);
    if (refusal) return refusal;
  }
  return values;
}

/** Adds what several components observed at one moment. */
export function addComponents(
  draft: SampleDraft,
  components: readonly ReadonlyMap<string, MetricValue>[],
  timeMs: number | undefined,
): Refusal | undefined {
  const values = new Map(components.flatMap((component) => [...component]));
  if (values.size > LIMITS.metricsPerSample) {
    const detail = `more than ${LIMITS.metricsPerSample} metrics in one sample`;
    return { reason: 'too-many-metrics', detail };
  }
  draft.add(values, timeMs);
  addUnits(draft, values, unitOf);
  return undefined;
}

/** Adds events, such as the press of a button, each at its own time. */
export function addEvents(
  draft: SampleDraft,
  events: unknown,
  timeMs: number | undefined,
): Refusal | undefined {
  const list = arrayOf(events);
  if (list.length > LIMITS.samplesPerPublish) {
    const detail = `${list.length} events, at most ${LIMITS.samplesPerPublish} are taken in one publish`;
    return { reason: 'too-many-samples', detail };
  }
  for (const entry of list) {
    const { component, id: _number, ts, ...fields } = objectOf(entry) ?? {};
    const values = new Map<string, MetricValue>();
    for (const [field, value] of Object.entries(fields)) {
      const refusal = flatten(values, `${textOf(component) ?? 'event'}.${field}`, value);
      if (refusal) return refusal;
    }
    const time = draft.readTime(ts);
    if (!('timeMs' in time)) return time;
    draft.add(values, time.timeMs ?? timeMs);
  }
  return undefined;
}
