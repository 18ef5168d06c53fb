import { Climate } from './climate.js';
import type { DeviceKind, Model, Values } from './device-kind.js';
import { Dice } from './dice.js';
import type { Incident } from './incident.js';

/** A moment that tests start from: midnight UTC. */
export const MIDNIGHT_MS = Date.UTC(2026, 2, 14);

/** A model of its own, for tests. */
export function modelOf(kind: DeviceKind, seed: number, incident?: Incident): Model {
  const climate = new Climate(new Dice(seed, 'climate'), 0);
  return kind.model({ dice: new Dice(seed, `${kind.kind}-1`), climate, incident });
}

/** A model whose incident begins `afterMs` after `MIDNIGHT_MS`, as it does in a fleet that starts then. */
export function failingModelOf(kind: DeviceKind, seed: number): Model {
  const { afterMs } = kind.incident;
  return modelOf(kind, seed, { anchorMs: MIDNIGHT_MS, afterMs, everyMs: 30 * 60_000 });
}

/** The value of a metric, by its flattened name. */
export function valueOf(values: Values, metric: string): Values[string] | undefined {
  let value: Values[string] | undefined = values;
  for (const key of metric.split('.')) value = typeof value === 'object' ? value[key] : undefined;
  return value;
}

/** A metric at regular moments. @throws Error where it is not a number. */
export function seriesOf(
  model: Model,
  metric: string,
  fromMs: number,
  toMs: number,
  stepMs: number,
): readonly number[] {
  return Array.from({ length: Math.floor((toMs - fromMs) / stepMs) }, (_, index) => {
    const value = valueOf(model(fromMs + index * stepMs), metric);
    if (typeof value !== 'number') throw new Error(`${metric} is ${JSON.stringify(value)}`);
    return value;
  });
}
