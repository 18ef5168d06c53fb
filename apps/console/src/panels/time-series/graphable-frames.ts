import {
  applyNullInsertThreshold,
  cacheFieldDisplayNames,
  FieldType,
  getDisplayProcessor,
  isBooleanUnit,
  nullToValue,
  type DataFrame,
  type Field,
  type GrafanaTheme2,
  type TimeRange,
  type TimeZone,
} from '@grafana/data';

/**
 * The frames as the chart can draw them, as Grafana prepares them: frames with a time and a value; times in epoch
 * milliseconds and ascending; numbers, or null where a value is none; booleans as steps between 0 and 1; colours of the
 * palette counted over all series. Undefined where there is nothing to draw. The given frames are not changed.
 */
export function graphableFrames(
  series: readonly DataFrame[],
  theme: GrafanaTheme2,
  timeRange: TimeRange,
  timeZone: TimeZone,
): DataFrame[] | undefined {
  cacheFieldDisplayNames([...series]);
  const frames: DataFrame[] = [];
  let seriesIndex = 0;
  let hasValue = false;
  for (const frame of series) {
    const timed = withTimes(frame);
    if (timed === undefined) continue;
    const filled = nullToValue(
      applyNullInsertThreshold({
        frame: timed,
        refFieldPseudoMin: timeRange.from.valueOf(),
        refFieldPseudoMax: timeRange.to.valueOf(),
      }),
    );
    const fields: Field[] = [];
    let valueFields = 0;
    for (const field of filled.fields) {
      if (field.type === FieldType.time) {
        fields.push(withoutLabel(field));
        continue;
      }
      const drawable = drawableField(field);
      if (drawable === undefined) continue;
      valueFields += 1;
      hasValue ||= drawable.values.some((value: unknown) => value !== null && value !== undefined);
      const indexed: Field = { ...drawable, state: { ...drawable.state, seriesIndex } };
      seriesIndex += 1;
      indexed.display = getDisplayProcessor({ field: indexed, theme, timeZone });
      fields.push(indexed);
    }
    if (valueFields > 0) frames.push({ ...frame, length: filled.length, fields });
  }
  return hasValue ? frames : undefined;
}

/** The frame with its first time field in epoch milliseconds and its rows in that order; undefined without one. */
function withTimes(frame: DataFrame): DataFrame | undefined {
  const timeField = frame.fields.find((field) => field.type === FieldType.time);
  if (timeField === undefined) return undefined;
  const times = timeField.values.map(epochMs);
  let isAscending = true;
  for (let row = 0; row < times.length; row++) {
    const previous = times[row - 1] ?? Number.NEGATIVE_INFINITY;
    const time = times[row];
    if (time === undefined || time < previous) isAscending = false;
  }
  if (isAscending) {
    const fields = frame.fields.map((field) => (field === timeField ? { ...field, values: times } : field));
    return { ...frame, fields };
  }
  const rows = times
    .map((time, row) => ({ time, row }))
    .filter((entry): entry is { time: number; row: number } => entry.time !== undefined)
    .toSorted((a, b) => a.time - b.time);
  const fields = frame.fields.map((field) => ({
    ...field,
    values: rows.map(({ time, row }): unknown => (field === timeField ? time : field.values[row])),
  }));
  return { ...frame, fields, length: rows.length };
}

/** The label of the dashboard is for the value axes. */
function withoutLabel(field: Field): Field {
  const custom: unknown = field.config.custom;
  if (typeof custom !== 'object' || custom === null || !('axisLabel' in custom)) return field;
  return { ...field, config: { ...field.config, custom: { ...custom, axisLabel: '' } } };
}

function epochMs(value: unknown): number | undefined {
  const time = value instanceof Date || typeof value === 'string' ? new Date(value).getTime() : value;
  return typeof time === 'number' && Number.isFinite(time) ? time : undefined;
}

function drawableField(field: Field): Field | undefined {
  if (field.type === FieldType.number) {
    const isClean = field.values.every(
      (value: unknown) => value === null || value === undefined || Number.isFinite(value),
    );
    if (isClean) return field;
    return {
      ...field,
      values: field.values.map((value: unknown) =>
        value === undefined || Number.isFinite(value) ? value : null,
      ),
    };
  }
  if (field.type === FieldType.boolean) {
    const custom: Record<string, unknown> = { ...field.config.custom };
    // A line between false and true would show values that never were.
    if (custom['lineInterpolation'] !== 'stepBefore') custom['lineInterpolation'] = 'stepAfter';
    return {
      ...field,
      type: FieldType.number,
      config: {
        ...field.config,
        min: 0,
        max: 1,
        unit: isBooleanUnit(field.config.unit) ? field.config.unit : 'bool',
        custom,
      },
      values: field.values.map((value: unknown) =>
        value === null || value === undefined ? value : value ? 1 : 0,
      ),
    };
  }
  return undefined;
}
