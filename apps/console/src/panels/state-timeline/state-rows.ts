import {
  FALLBACK_COLOR,
  FieldColorModeId,
  FieldType,
  formattedValueToString,
  getFieldDisplayName,
  getActiveThreshold,
  getValueFormat,
  type DataFrame,
  type Field,
  type GrafanaTheme2,
  MappingType,
  SpecialValueMatch,
  ThresholdsMode,
  type Threshold,
} from '@grafana/data';

/** A time during which a series had one state. */
export interface StateSpan {
  /** Epoch milliseconds. */
  readonly from: number;
  /** Epoch milliseconds; the end of the time range for the last state, which still lasts. */
  readonly to: number;
  readonly text: string;
  readonly color: string;
  /** Row in the field, for its data links. */
  readonly index: number;
}

/** A series and its states, oldest first; they do not overlap. */
export interface StateRow {
  readonly name: string;
  readonly field: Field;
  readonly spans: readonly StateSpan[];
}

/** How states are told apart. */
export interface StateRules {
  /** Joins equal states that follow each other; numbers coloured by thresholds are equal where their threshold is. */
  readonly merge: boolean;
  /** Epoch milliseconds until which the last state lasts. */
  readonly end: number;
  /** Each value is a state of its own of this width, around its time: what a status history shows. Absent: a state lasts until the next. */
  readonly sampleMs?: number;
}

interface State {
  readonly key: unknown;
  readonly text: string;
  readonly color: string;
}

/**
 * The rows of a state timeline, in the order of the fields. A second time field tells when states ended. Null ends a state
 * without beginning one, unless a mapping gives it a text, or `spanNulls` bridges it. Series that are hidden are left out.
 */
export function stateRows(frames: readonly DataFrame[], rules: StateRules, theme: GrafanaTheme2): StateRow[] {
  return frames.flatMap((frame) => {
    const [times, ends] = frame.fields.filter((field) => field.type === FieldType.time);
    if (times === undefined) return [];
    const order = orderOf(times);
    return frame.fields
      .filter((field) => field.type !== FieldType.time && field.config.custom?.hideFrom?.viz !== true)
      .map((field) => ({
        name: getFieldDisplayName(field, frame, [...frames]),
        field,
        spans:
          rules.sampleMs === undefined
            ? changes({ times, ends, field, order, rules, theme })
            : samples({ times, field, order, theme, widthMs: rules.sampleMs }),
      }));
  });
}

/** Whether there is any state to show. */
export function hasStates(rows: readonly StateRow[]): boolean {
  return rows.some(({ spans }) => spans.length > 0);
}

/** The usual distance between values, in milliseconds: the shortest there is between two neighbours. Undefined below two. */
export function sampleDistanceMs(frames: readonly DataFrame[]): number | undefined {
  let shortest: number | undefined;
  for (const frame of frames) {
    const times = frame.fields.find((field) => field.type === FieldType.time);
    if (times === undefined) continue;
    let previous: number | undefined;
    for (const { time } of orderOf(times)) {
      const distance = previous === undefined ? 0 : time - previous;
      if (distance > 0 && (shortest === undefined || distance < shortest)) shortest = distance;
      previous = time;
    }
  }
  return shortest;
}

/** The distinct states of all rows, in order of appearance: text and colour, for a legend. */
export function distinctStates(
  rows: readonly StateRow[],
): readonly { readonly text: string; readonly color: string }[] {
  const seen = new Map<string, { text: string; color: string }>();
  for (const { spans } of rows) {
    for (const { text, color } of spans) seen.set(`${text}\n${color}`, { text, color });
  }
  return [...seen.values()];
}

/** The index of the span at a time, or undefined in a gap. */
export function spanAt(spans: readonly StateSpan[], time: number): number | undefined {
  let low = 0;
  let high = spans.length - 1;
  while (low <= high) {
    const middle = (low + high) >> 1;
    const span = spans[middle];
    if (span === undefined) return undefined;
    if (time < span.from) high = middle - 1;
    else if (time >= span.to) low = middle + 1;
    else return middle;
  }
  return undefined;
}

interface Ordered {
  readonly time: number;
  readonly row: number;
}

function orderOf(times: Field): readonly Ordered[] {
  const order: Ordered[] = [];
  times.values.forEach((value: unknown, row) => {
    const time = value instanceof Date || typeof value === 'string' ? new Date(value).getTime() : value;
    if (typeof time === 'number' && Number.isFinite(time)) order.push({ time, row });
  });
  return order.toSorted((a, b) => a.time - b.time);
}

function changes(input: {
  readonly times: Field;
  readonly ends: Field | undefined;
  readonly field: Field;
  readonly order: readonly Ordered[];
  readonly rules: StateRules;
  readonly theme: GrafanaTheme2;
}): StateSpan[] {
  const { ends, field, order, rules, theme } = input;
  const bridge = bridgedMs(field);
  const stateOf = stateReader(field, theme, rules.merge);
  const spans: StateSpan[] = [];
  let open: { from: number; state: State; index: number } | undefined;
  let gapFrom: number | undefined;
  const close = (to: number): void => {
    if (open !== undefined && to > open.from) {
      spans.push({ from: open.from, to, text: open.state.text, color: open.state.color, index: open.index });
    }
    open = undefined;
  };
  for (const { time, row } of order) {
    const value: unknown = field.values[row];
    // Not a value of this series, but of another in the same frame.
    if (value === undefined) continue;
    const state = stateOf(value);
    if (state === undefined) {
      gapFrom ??= time;
      continue;
    }
    if (gapFrom !== undefined && time - gapFrom > bridge) close(gapFrom);
    gapFrom = undefined;
    if (open === undefined || !rules.merge || open.state.key !== state.key) {
      close(time);
      open = { from: time, state, index: row };
    }
    const end: unknown = ends?.values[row];
    if (typeof end === 'number' && end > time) {
      const next = order.find((other) => other.time > time)?.time ?? Number.POSITIVE_INFINITY;
      if (end < next) close(end);
    }
  }
  close(gapFrom !== undefined && rules.end - gapFrom > bridge ? gapFrom : rules.end);
  return spans;
}

function samples(input: {
  readonly times: Field;
  readonly field: Field;
  readonly order: readonly Ordered[];
  readonly theme: GrafanaTheme2;
  readonly widthMs: number;
}): StateSpan[] {
  const { field, order, theme, widthMs } = input;
  const stateOf = stateReader(field, theme, false);
  return order.flatMap(({ time, row }) => {
    const state = stateOf(field.values[row]);
    if (state === undefined) return [];
    return [
      { from: time - widthMs / 2, to: time + widthMs / 2, text: state.text, color: state.color, index: row },
    ];
  });
}

/** How long a gap may be that does not end a state, in milliseconds. */
function bridgedMs(field: Field): number {
  const spanNulls: unknown = field.config.custom?.spanNulls;
  if (spanNulls === true) return Number.POSITIVE_INFINITY;
  return typeof spanNulls === 'number' && spanNulls > 0 ? spanNulls : -1;
}

function stateReader(
  field: Field,
  theme: GrafanaTheme2,
  merge: boolean,
): (value: unknown) => State | undefined {
  const isNullMapped = maps(field, SpecialValueMatch.Null) || maps(field, SpecialValueMatch.NullAndNaN);
  const thresholdState = merge ? thresholdReader(field, theme) : undefined;
  return (value) => {
    const isNone =
      value === null || value === undefined || (typeof value === 'number' && !Number.isFinite(value));
    if (isNone && !isNullMapped) return undefined;
    if (!isNone && thresholdState !== undefined && typeof value === 'number') return thresholdState(value);
    const display = field.display?.(value);
    return {
      key: value,
      text: display === undefined ? String(value) : formattedValueToString(display),
      color: display?.color ?? FALLBACK_COLOR,
    };
  };
}

function maps(field: Field, match: SpecialValueMatch): boolean {
  return (
    field.config.mappings?.some(
      (mapping) => mapping.type === MappingType.SpecialValue && mapping.options.match === match,
    ) ?? false
  );
}

/** For numbers coloured by thresholds, without mappings: which threshold they have reached. */
function thresholdReader(field: Field, theme: GrafanaTheme2): ((value: number) => State) | undefined {
  const { thresholds, mappings = [] } = field.config;
  const isByThreshold = field.config.color?.mode === FieldColorModeId.Thresholds;
  if (field.type !== FieldType.number || !isByThreshold || thresholds === undefined || mappings.length > 0)
    return undefined;
  const { steps } = thresholds;
  if (steps.length === 0) return undefined;
  const states = new Map<Threshold, State>(
    thresholdTexts(field).map(({ step, text }) => [
      step,
      { key: text, text, color: theme.visualization.getColorByName(step.color) },
    ]),
  );
  const range = field.state?.range;
  const min = field.config.min ?? range?.min ?? 0;
  const max = field.config.max ?? range?.max ?? 100;
  return (value) => {
    const compared =
      thresholds.mode === ThresholdsMode.Percentage && max > min
        ? ((value - min) / (max - min)) * 100
        : value;
    return (
      states.get(getActiveThreshold(compared, steps)) ?? {
        key: value,
        text: String(value),
        color: FALLBACK_COLOR,
      }
    );
  };
}

/** The thresholds of a field in words: `< 20`, `20+`, … */
export function thresholdTexts(field: Field): readonly { readonly step: Threshold; readonly text: string }[] {
  const { thresholds, unit, decimals } = field.config;
  const steps = thresholds?.steps ?? [];
  const format = getValueFormat(thresholds?.mode === ThresholdsMode.Percentage ? 'percent' : (unit ?? ''));
  const text = (value: number): string => formattedValueToString(format(value, decimals));
  return steps.map((step, index) => {
    const next = steps[index + 1];
    const isLowest = step.value === null || step.value === Number.NEGATIVE_INFINITY;
    if (!isLowest) return { step, text: `${text(step.value)}+` };
    return { step, text: next === undefined ? 'Any' : `< ${text(next.value)}` };
  });
}
