import type { QueryFormat } from './dashboard-json.js';
import type { Fill } from './macros.js';

export type FrameValue = number | string | boolean | null;

/** A column of a result, as Grafana's data frames have it; times are epoch milliseconds. */
export interface FrameField {
  readonly name: string;
  readonly type: 'time' | 'number' | 'string' | 'boolean';
  readonly labels?: Readonly<Record<string, string>>;
  readonly values: readonly FrameValue[];
}

export interface ShapeOptions {
  readonly format: QueryFormat;
  readonly fill?: Fill | undefined;
  readonly fromMs: number;
  readonly toMs: number;
}

/** A result that cannot be drawn as what the query says it is. */
export class FrameError extends Error {
  override readonly name = 'FrameError';
}

/** Rows that a query with a fill argument may get. */
const MAX_FILLED_ROWS = 200_000;

/**
 * What Grafana's SQL data sources make of a result: numbers in the columns `time` and `timeend` are times; of format
 * `time_series`, text columns become labels and each set of labels a field of its own.
 * @throws FrameError
 */
export function shapeFields(columns: readonly FrameField[], options: ShapeOptions): FrameField[] {
  const { format, fill } = options;
  if ((columns[0]?.values.length ?? 0) === 0) return [];
  const timeIndex = columns.findLastIndex(({ name }) => name === 'time');
  const timed = columns.map((field, index) =>
    index === timeIndex || (format === 'table' && field.name.toLowerCase() === 'timeend')
      ? asTime(field)
      : field,
  );
  if (format === 'table') return timed;
  const time = timed[timeIndex];
  if (time?.type !== 'time') {
    throw new FrameError(
      'the result has no column "time" with times, which a time series needs: name one so, or use the format "table"',
    );
  }
  const renamed: FrameField = { ...time, name: 'Time' };
  const named = timed.map((field, index) => (index === timeIndex ? renamed : asSeries(field)));
  const wide = longToWide(named, timeIndex);
  return fill === undefined ? wide : resample(wide, fill, options);
}

function asTime(field: FrameField): FrameField {
  if (field.type !== 'number') return field;
  return { ...field, type: 'time', values: field.values.map(toEpochMs) };
}

/** Seconds, milliseconds or nanoseconds, by their size. */
function toEpochMs(value: FrameValue): number | null {
  if (typeof value !== 'number') return null;
  if (Math.abs(value) >= 1e17) return Math.floor(value / 1e6);
  if (Math.abs(value) >= 1e11) return value;
  return value * 1000;
}

/** Truths are drawn as 1 and 0; further times as their milliseconds. */
function asSeries(field: FrameField): FrameField {
  if (field.type === 'boolean') {
    return {
      ...field,
      type: 'number',
      values: field.values.map((one) => (one === null ? null : Number(one))),
    };
  }
  return field.type === 'time' ? { ...field, type: 'number' } : field;
}

function longToWide(fields: readonly FrameField[], timeIndex: number): FrameField[] {
  const labelFields = fields.filter(({ type }) => type === 'string');
  const valueFields = fields.filter(({ type }) => type === 'number');
  if (labelFields.length === 0 || valueFields.length === 0) return [...fields];
  const times = fields[timeIndex]?.values ?? [];
  const wideTimes: number[] = [];
  const series = new Map<string, { labels: Record<string, string>; columns: FrameValue[][] }>();
  times.forEach((time, row) => {
    const previous = wideTimes.at(-1) ?? -Infinity;
    if (typeof time !== 'number')
      throw new FrameError('the result has rows without time, which a time series cannot have');
    if (time < previous) {
      throw new FrameError(
        'the result is not in the order of time, which a time series needs: add ORDER BY "time"',
      );
    }
    if (time > previous) wideTimes.push(time);
    const texts = labelFields.map(({ values }) => String(values[row] ?? ''));
    const key = JSON.stringify(texts);
    let one = series.get(key);
    if (one === undefined) {
      const labels = Object.fromEntries(labelFields.map(({ name }, index) => [name, texts[index] ?? '']));
      one = { labels, columns: valueFields.map(() => []) };
      series.set(key, one);
    }
    const at = wideTimes.length - 1;
    valueFields.forEach(({ values }, index) => {
      const column = one.columns[index];
      if (column === undefined) return;
      while (column.length < at) column.push(null);
      column[at] = values[row] ?? null;
    });
  });
  const isNamedByMetric = fields.length === 3 && labelFields[0]?.name === 'metric';
  const wide = [...series.values()].flatMap(({ labels, columns }) =>
    valueFields.map(({ name }, index): FrameField => {
      const values = columns[index] ?? [];
      while (values.length < wideTimes.length) values.push(null);
      // As before Grafana 8: a text column "metric" beside one value is the series' name.
      return isNamedByMetric
        ? { name: labels['metric'] ?? '', type: 'number', values }
        : { name, type: 'number', labels, values };
    }),
  );
  return [{ name: 'Time', type: 'time', values: wideTimes }, ...wide.toSorted(byNameAndLabels)];
}

const compare = (a: string, b: string): number => (a < b ? -1 : Number(a > b));

function byNameAndLabels(a: FrameField, b: FrameField): number {
  const names = Object.keys(a.labels ?? {}).toSorted();
  const labels = names.map((name) => compare(a.labels?.[name] ?? '', b.labels?.[name] ?? ''));
  return compare(a.name, b.name) || (labels.find((order) => order !== 0) ?? 0);
}

/** One row in each interval of the range. */
function resample(fields: readonly FrameField[], fill: Fill, { fromMs, toMs }: ShapeOptions): FrameField[] {
  const { intervalMs, mode } = fill;
  const times = fields.find(({ type }) => type === 'time')?.values ?? [];
  const startMs = Math.floor(fromMs / intervalMs) * intervalMs;
  const rows = Math.floor((toMs - startMs) / intervalMs) + 1;
  if (!(intervalMs > 0) || rows > MAX_FILLED_ROWS) {
    throw new FrameError(
      `filling every ${intervalMs} ms of the time range gives more than ${MAX_FILLED_ROWS} rows: use a longer interval`,
    );
  }
  const newTimes = Array.from({ length: rows }, (_, index) => startMs + index * intervalMs);
  const rowOf = new Map(times.map((time, row) => [Math.floor(Number(time) / intervalMs) * intervalMs, row]));
  return fields.map((field) => {
    if (field.type === 'time') return { ...field, values: newTimes };
    let last: FrameValue = null;
    const values = newTimes.map((time): FrameValue => {
      const row = rowOf.get(time);
      if (row !== undefined) return (last = field.values[row] ?? null);
      if (mode === 'previous') return last;
      return mode === 'value' && field.type === 'number' ? (fill.value ?? null) : null;
    });
    return { ...field, values };
  });
}
