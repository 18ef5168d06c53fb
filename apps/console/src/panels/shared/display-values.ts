import {
  FieldType,
  getFieldDisplayValues,
  type DataFrame,
  type Field,
  type FieldDisplay,
  type GrafanaTheme2,
  type NumericRange,
  type PanelProps,
} from '@grafana/data';
import type { ReduceDataOptions } from '@grafana/schema';

/** What stat, gauge and bar gauge have in common: one value a series, or one a row. */
export interface SingleValueOptions {
  readonly reduceOptions: ReduceDataOptions;
}

/**
 * The values that a single-value panel shows, in the order of the fields; one with the dashboard's words for no data where
 * there is none. Series without a minimum or maximum share that of all series, so that their bars compare.
 */
export function displayValues(
  props: Pick<
    PanelProps<SingleValueOptions>,
    'data' | 'fieldConfig' | 'options' | 'replaceVariables' | 'timeZone'
  >,
  theme: GrafanaTheme2,
  extras: { readonly sparkline?: boolean; readonly percentChange?: boolean } = {},
): FieldDisplay[] {
  const { data, fieldConfig, options, replaceVariables, timeZone } = props;
  return getFieldDisplayValues({
    fieldConfig,
    reduceOptions: options.reduceOptions,
    replaceVariables,
    theme,
    data: withSharedRange(data.series),
    timeZone,
    ...extras,
  });
}

/** The frames with `state.range` set on numeric fields that have none; the given ones are not changed. */
export function withSharedRange(frames: readonly DataFrame[]): DataFrame[] {
  const range = rangeOf(frames);
  return frames.map((frame) => ({
    ...frame,
    fields: frame.fields.map((field): Field => {
      if (field.type !== FieldType.number || hasRange(field)) return field;
      const min = field.config.min ?? range.min ?? null;
      const max = field.config.max ?? range.max ?? null;
      return { ...field, state: { ...field.state, range: { min, max, delta: (max ?? 0) - (min ?? 0) } } };
    }),
  }));
}

function hasRange({ state }: Field): boolean {
  return state?.range !== undefined && state.range !== null;
}

function rangeOf(frames: readonly DataFrame[]): NumericRange {
  let min: number | null = null;
  let max: number | null = null;
  for (const frame of frames) {
    for (const field of frame.fields) {
      if (field.type !== FieldType.number) continue;
      for (const value of field.values as readonly unknown[]) {
        if (typeof value !== 'number' || !Number.isFinite(value)) continue;
        min = min === null || value < min ? value : min;
        max = max === null || value > max ? value : max;
      }
    }
  }
  return { min, max, delta: (max ?? 0) - (min ?? 0) };
}
