import { isValidDeviceId, isValidMetricName, parseObservationTime } from '@fieldstream/domain';
import { UsageError } from './option-values.js';
import type { ColumnOptions } from './replay-options.js';

/** How a recording's columns become readings. */
export interface RowMapping {
  readonly width: number;
  readonly time: number;
  /** Column of the device, or the one device of all rows. */
  readonly device: number | string;
  readonly metrics: readonly { readonly column: number; readonly name: string }[];
  /** Columns that are published nowhere, because they hold no numbers. */
  readonly skipped: readonly string[];
  readonly zoneOffsetMs: number;
}

export type MappedRow =
  | {
      readonly kind: 'publish';
      readonly deviceId: string;
      readonly timeMs: number;
      readonly values: Readonly<Record<string, number>>;
    }
  | { readonly kind: 'refused'; readonly reason: string };

/** A cell that says that there is no value. */
const NO_VALUE = /^(|-|na|n\/a|nan|null|none)$/i;
const DECIMAL = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i;

/**
 * Finds the columns in the header. Without a choice of metrics, a column is one when most of its values in the first
 * rows are numbers, so that a single bad cell does not turn a metric into a column of text.
 * @throws UsageError for a header that cannot be mapped.
 */
export function mapHeader(
  header: readonly string[],
  firstRows: readonly (readonly string[])[],
  options: ColumnOptions,
): RowMapping {
  const names = header.map((name) => name.trim());
  const repeated = names.find((name, column) => names.indexOf(name) !== column);
  if (repeated !== undefined) throw new UsageError(`two columns are named ${JSON.stringify(repeated)}`);
  const find = (name: string): number => {
    const column = names.indexOf(name);
    if (column < 0) throw new UsageError(`no column ${JSON.stringify(name)}; there are: ${names.join(', ')}`);
    return column;
  };
  const time = find(options.timeColumn);
  const device = options.deviceColumn === undefined ? (options.device ?? '') : find(options.deviceColumn);
  if (typeof device === 'string' && !isValidDeviceId(device)) {
    throw new UsageError(`not a device ID: ${JSON.stringify(device)}`);
  }
  const others = [...names.keys()].filter((column) => column !== time && column !== device);
  const metrics = options.metrics?.map(find) ?? others.filter((column) => isNumeric(firstRows, column));
  if (metrics.length === 0) throw new UsageError(`no column holds numbers; there are: ${names.join(', ')}`);
  for (const column of metrics) {
    const name = names[column] ?? '';
    if (!isValidMetricName(name)) throw new UsageError(`not a metric name: ${JSON.stringify(name)}`);
    if (name === 'ts') throw new UsageError('a metric cannot be named ts, which is the payload’s time');
  }
  return {
    width: names.length,
    time,
    device,
    metrics: metrics.map((column) => ({ column, name: names[column] ?? '' })),
    skipped: others.filter((column) => !metrics.includes(column)).map((column) => names[column] ?? ''),
    zoneOffsetMs: options.zoneOffsetMs,
  };
}

function isNumeric(rows: readonly (readonly string[])[], column: number): boolean {
  const cells = rows.map((row) => row[column]?.trim() ?? '').filter((cell) => !NO_VALUE.test(cell));
  const numbers = cells.filter((cell) => DECIMAL.test(cell)).length;
  return numbers > 0 && numbers * 2 >= cells.length;
}

/**
 * One row as one publish, or why it cannot be. An empty cell is no value; a cell that is no number spoils its row.
 * Times at which the bridge would put its own clock's are refused: a recording must keep its times.
 */
export function mapRow(mapping: RowMapping, cells: readonly string[], nowMs: number): MappedRow {
  if (cells.length !== mapping.width) {
    return refused(`${cells.length} fields, the header has ${mapping.width}`);
  }
  const deviceId = typeof mapping.device === 'string' ? mapping.device : (cells[mapping.device] ?? '').trim();
  if (!isValidDeviceId(deviceId)) return refused(`not a device ID: ${JSON.stringify(deviceId)}`);
  const timeText = (cells[mapping.time] ?? '').trim();
  const time = parseObservationTime(withTimeOfDay(timeText), nowMs, mapping.zoneOffsetMs);
  if (time.kind === 'malformed') return refused(`not a time: ${JSON.stringify(timeText)}`);
  if (time.kind === 'implausible') {
    return refused(`before 2000 or more than 24 hours ahead: ${JSON.stringify(timeText)}`);
  }
  const values: Record<string, number> = {};
  for (const { column, name } of mapping.metrics) {
    const text = (cells[column] ?? '').trim();
    if (NO_VALUE.test(text)) continue;
    const value = DECIMAL.test(text) ? Number(text) : NaN;
    if (!Number.isFinite(value)) return refused(`${name} is not a number: ${JSON.stringify(text)}`);
    values[name] = value;
  }
  if (Object.keys(values).length === 0) return refused('no value in any metric column');
  return { kind: 'publish', deviceId, timeMs: time.timeMs, values };
}

/** Daily recordings give a date alone: it stands for that day's midnight. */
function withTimeOfDay(text: string): string {
  return /^\d{4}-\d{2}-\d{2}$/.test(text) ? `${text}T00:00` : text;
}

function refused(reason: string): MappedRow {
  return { kind: 'refused', reason };
}
