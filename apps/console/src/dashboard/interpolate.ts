import {
  FieldType,
  formattedValueToString,
  getFieldDisplayName,
  getFieldDisplayValuesProxy,
  getFrameDisplayName,
  type DataContextScopedVar,
  type DisplayValue,
  type Field,
  type InterpolateFunction,
  type ScopedVars,
  type TimeRange,
} from '@grafana/data';
import { formatValue } from './format-value.js';
import { isObject, plainText } from './json.js';
import { replaceExpressions, type VariableExpression } from './variable-expression.js';

/** What a variable stands for just now. */
export interface VariableValue {
  readonly name: string;
  readonly value: string | readonly string[];
  readonly text: string | readonly string[];
}

export interface InterpolateContext {
  readonly values: ReadonlyMap<string, VariableValue>;
  readonly range: TimeRange;
  readonly timeZone: string;
  readonly dashboard: { readonly uid: string; readonly title: string };
  /** `from=…&to=…` of the address, and `var-…=…` of all variables. */
  readonly timeParams: string;
  readonly variableParams: (scoped?: ScopedVars) => string;
  readonly intervalMs?: number;
  readonly interval?: string;
}

/**
 * Grafana's `replaceVariables`: variables, scoped values, built-in variables, and those of data links (`${__value.raw}`,
 * `${__data.fields.device}`, `${__field.labels.site}`, `${__url_time_range}`, …). What is not known stays as it is.
 */
export function interpolator(context: InterpolateContext): InterpolateFunction {
  return (text, scoped, format) => {
    if (typeof text !== 'string') return text;
    return replaceExpressions(text, (expression) => {
      const wanted = expression.format ?? (typeof format === 'string' ? format : undefined);
      const own = scoped?.[expression.name];
      if (own !== undefined && expression.name !== '__dataContext') {
        return scopedValue(own, expression, wanted);
      }
      const variable = context.values.get(expression.name);
      if (variable !== undefined) {
        if (typeof format === 'function' && expression.format === undefined) {
          return String(format(variable.value, variable, expression.name));
        }
        return formatValue(variable.value, wanted, variable);
      }
      if (!expression.name.startsWith('__')) return undefined;
      return builtIn(expression, wanted, context, scoped);
    });
  };
}

function scopedValue(
  own: NonNullable<ScopedVars[string]>,
  { name, path }: VariableExpression,
  format: string | undefined,
): string | undefined {
  const value: unknown = path === undefined ? own.value : valueAt(own.value, path);
  if (value === undefined || value === null) return undefined;
  const plain = Array.isArray(value) ? value.map(plainText) : plainText(value);
  const text = typeof own.text === 'string' ? own.text : plain;
  return formatValue(plain, format, { name, text });
}

function builtIn(
  expression: VariableExpression,
  format: string | undefined,
  context: InterpolateContext,
  scoped: ScopedVars | undefined,
): string | undefined {
  const { name, path } = expression;
  const { range } = context;
  const plain = (value: string): string => formatValue(value, format, { name });
  const spanMs = range.to.valueOf() - range.from.valueOf();
  switch (name) {
    case '__from':
      return plain(String(range.from.valueOf()));
    case '__to':
      return plain(String(range.to.valueOf()));
    case '__range':
      return plain(`${Math.round(spanMs / 1000)}s`);
    case '__range_s':
      return plain(String(Math.round(spanMs / 1000)));
    case '__range_ms':
      return plain(String(spanMs));
    case '__interval':
      return context.interval === undefined ? undefined : plain(context.interval);
    case '__interval_ms':
      return context.intervalMs === undefined ? undefined : plain(String(context.intervalMs));
    case '__timezone':
      return plain(
        context.timeZone === 'browser' ? Intl.DateTimeFormat().resolvedOptions().timeZone : context.timeZone,
      );
    case '__dashboard':
      return plain(path === 'uid' ? context.dashboard.uid : context.dashboard.title);
    case '__org':
      return plain(path === 'name' ? 'Main Org.' : '1');
    case '__url_time_range':
      return context.timeParams;
    case '__all_variables':
      return context.variableParams(scoped);
    case '__data':
    case '__field':
    case '__series':
    case '__value':
      return dataValue(expression, format, context, scoped?.['__dataContext']?.value);
    default:
      return undefined;
  }
}

type DataContext = DataContextScopedVar['value'];

function dataValue(
  { name, path = '' }: VariableExpression,
  format: string | undefined,
  { timeZone }: InterpolateContext,
  given: unknown,
): string | undefined {
  if (!isDataContext(given)) return undefined;
  const { data, frame, field, rowIndex, calculatedValue } = given;
  const plain = (value: unknown): string => formatValue(plainText(value), format, { name });
  switch (name) {
    case '__series':
      return path === 'name' && frame !== undefined ? plain(getFrameDisplayName(frame)) : undefined;
    case '__field':
      return field === undefined ? undefined : fieldValue(field, path, plain, given);
    case '__value':
      return plain(cellValue(given, path));
    default: {
      const inner = path.replace(/^fields/, '');
      if (inner === path || frame === undefined) return path === '' ? plain(JSON.stringify(data)) : undefined;
      if (rowIndex === undefined && calculatedValue === undefined) return undefined;
      const { column, property } = columnOf(inner);
      const fields: Record<string, DisplayValue | undefined> = getFieldDisplayValuesProxy({
        frame,
        rowIndex: rowIndex ?? 0,
        timeZone,
      });
      const value = fields[column];
      if (value === undefined) return '';
      if (property === 'numeric') return plain(Number.isNaN(value.numeric) ? 'NaN' : value.numeric);
      if (property === 'text') return plain(value.text);
      const shown = frame.fields.find((one) => one.name === column)?.values[rowIndex ?? 0];
      // What a link wants of a text is the value, not what a mapping makes of it.
      return plain(typeof shown === 'string' ? shown : formattedValueToString(value));
    }
  }
}

function isDataContext(value: unknown): value is DataContext {
  return isObject(value) && 'field' in value;
}

function fieldValue(
  field: Field,
  path: string,
  plain: (value: unknown) => string,
  { frame, data }: DataContext,
): string | undefined {
  if (path === 'name') return plain(field.name);
  if (path === '' || path === 'displayName') return plain(getFieldDisplayName(field, frame, data));
  if (path === 'labels')
    return plain(
      Object.entries(field.labels ?? {})
        .map(([key, value]) => `${key}="${value}"`)
        .join(', '),
    );
  if (path.startsWith('labels')) {
    const { column } = columnOf(path.slice('labels'.length));
    return plain(field.labels?.[column] ?? '');
  }
  return path === 'type' ? plain(field.type) : undefined;
}

function cellValue({ frame, field, rowIndex, calculatedValue }: DataContext, path: string): unknown {
  if (path === 'time') {
    const time = frame?.fields.find(({ type }) => type === FieldType.time);
    return rowIndex === undefined ? undefined : time?.values[rowIndex];
  }
  if (calculatedValue !== undefined) {
    if (path === 'numeric' || path === 'raw') return calculatedValue.numeric;
    return path === 'calc' ? calculatedValue.title : formattedValueToString(calculatedValue);
  }
  if (rowIndex === undefined || field === undefined) return undefined;
  const raw: unknown = field.values[rowIndex];
  if (path === 'raw') return raw;
  const display = field.display?.(raw);
  if (display === undefined) return raw;
  return path === 'numeric' ? display.numeric : formattedValueToString(display);
}

/** `.device.text`, `["my column"]`, `[0].numeric`, `.device` → column and property. */
function columnOf(path: string): { readonly column: string; readonly property?: string } {
  const bracket = /^\[\s*(?:"([^"]*)"|'([^']*)'|(\d+))\s*\](?:\.(\w+))?$/.exec(path);
  if (bracket !== null) {
    const column = bracket[1] ?? bracket[2] ?? bracket[3] ?? '';
    return { column, ...(bracket[4] === undefined ? {} : { property: bracket[4] }) };
  }
  const dotted = path.replace(/^\./, '');
  const property = /\.(numeric|text|time)$/.exec(dotted)?.[1];
  if (property === undefined) return { column: dotted };
  return { column: dotted.slice(0, -property.length - 1), property };
}

function valueAt(value: unknown, path: string): unknown {
  let at = value;
  for (const key of path.split(/[.[\]'"]+/).filter((one) => one !== '')) {
    if (!isObject(at) && !Array.isArray(at)) return undefined;
    at = (at as Record<string, unknown>)[key];
  }
  return at;
}
