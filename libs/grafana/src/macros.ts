import { formatVariable, type VariableValue } from './variable-formats.js';

/**
 * What Grafana 13 makes of a PostgreSQL query before the database sees it: first the variables, in the browser, then
 * the macros, in its server. After Grafana's documentation ("Variable syntax", "PostgreSQL query editor: macros") and
 * the behaviour of its data source with `timescaledb: true`.
 */

export type MacroErrorCode =
  'unknown-macro' | 'missing-argument' | 'bad-interval' | 'bad-fill' | 'unknown-format' | 'unsafe-value';

/** A query that Grafana would refuse, too. Never retriable: the query is at fault. */
export class MacroError extends Error {
  override readonly name = 'MacroError';
  readonly retriable = false;

  constructor(
    readonly code: MacroErrorCode,
    message: string,
  ) {
    super(message);
  }
}

export interface MacroContext {
  /** Time range of the panel, epoch milliseconds. */
  readonly fromMs: number;
  readonly toMs: number;
  /** `intervalMsFor` gives the one that Grafana would choose. */
  readonly intervalMs: number;
  readonly variables?: ReadonlyMap<string, VariableValue>;
}

/** Asked of `$__timeGroup` with a third argument: rows are added where a bucket has none. */
export interface Fill {
  readonly mode: 'null' | 'previous' | 'value';
  /** With mode `value`. */
  readonly value?: number;
  readonly intervalMs: number;
}

export interface ExpandedQuery {
  readonly sql: string;
  readonly fill?: Fill;
}

/** Expands variables and macros. A variable that is not in the context stays as it is, as in Grafana. */
export function expandMacros(sql: string, context: MacroContext): string {
  return expandQuery(sql, context).sql;
}

/**
 * Expands variables and macros in one pass over the query: what a value says is never taken for a macro or another variable.
 * @throws MacroError
 */
export function expandQuery(sql: string, context: MacroContext): ExpandedQuery {
  const expansion = new Expansion(context);
  return { sql: expansion.expand(sql), ...(expansion.fill ? { fill: expansion.fill } : {}) };
}

// $name, [[name:format]], ${name.field:format}
const VARIABLE = /\$(\w+)|\[\[(\w+?)(?::(\w+))?\]\]|\$\{(\w+)(?:\.[^:}]+)?(?::([^}]+))?\}/g;
// Up to the first closing parenthesis: a macro's argument can hold no call.
const CALL_OR_VARIABLE = new RegExp(`\\$([_a-zA-Z0-9]+)\\(([^)]*)\\)|${VARIABLE.source}`, 'g');

/** Names of the variables that a text refers to; calls of macros are not among them. */
export function variablesIn(text: string): ReadonlySet<string> {
  const names = new Set<string>();
  for (const match of text.matchAll(VARIABLE)) {
    const name = match[1] ?? match[2] ?? match[4];
    const isCall = match[1] !== undefined && text[match.index + match[0].length] === '(';
    if (name !== undefined && !isCall) names.add(name);
  }
  return names;
}

class Expansion {
  fill: Fill | undefined;

  constructor(private readonly context: MacroContext) {}

  expand(sql: string): string {
    return sql.replace(
      CALL_OR_VARIABLE,
      (
        whole: string,
        called: string | undefined,
        list: string | undefined,
        plain: string | undefined,
        square: string | undefined,
        squareFormat: string | undefined,
        curly: string | undefined,
        curlyFormat: string | undefined,
        offset: number,
      ) => {
        if (called === undefined) {
          return this.variable(plain ?? square ?? curly ?? '', squareFormat ?? curlyFormat) ?? whole;
        }
        // `$name(` of a variable is no call.
        const value = this.variable(called, undefined);
        if (value !== undefined) return `${value}(${this.expand(list ?? '')})`;
        const args = (list ?? '').split(',').map((arg) => this.expand(arg.trim()));
        // As before Grafana 5.3: directly before a comma, the group names itself.
        const isAliased = called === '__timeGroup' && sql[offset + whole.length] === ',';
        return this.macro(isAliased ? '__timeGroupAlias' : called, args);
      },
    );
  }

  private variable(name: string, format: string | undefined): string | undefined {
    const value = builtIn(name, this.context) ?? this.context.variables?.get(name);
    if (value === undefined) return undefined;
    const text = formatVariable(name, value, format);
    if (text !== undefined) return text;
    throw new MacroError('unknown-format', `"${format}" of variable ${name} is no format that is known here`);
  }

  private macro(name: string, args: readonly string[]): string {
    const { fromMs, toMs } = this.context;
    const [column = '', interval = '', fill] = args;
    const needs = (present: string): void => {
      if (present === '') throw new MacroError('missing-argument', `$${name} needs another argument`);
    };
    const from = `'${rfc3339(fromMs)}'`;
    const to = `'${rfc3339(toMs)}'`;
    const seconds = (ms: number): number => Math.floor(ms / 1000);
    const nanos = (ms: number): string => `${ms}000000`;
    const group = (): number => {
      needs(interval);
      const ms = intervalMs(interval);
      if (fill !== undefined) this.fill = fillOf(fill, ms);
      return ms / 1000;
    };
    switch (name) {
      case '__time':
        needs(column);
        return `${column} AS "time"`;
      case '__timeEpoch':
        needs(column);
        return `extract(epoch from ${column}) as "time"`;
      case '__timeFilter':
        needs(column);
        return `${column} BETWEEN ${from} AND ${to}`;
      case '__timeFrom':
        return from;
      case '__timeTo':
        return to;
      case '__timeGroup':
        return `time_bucket('${group().toFixed(3)}s',${column})`;
      case '__unixEpochGroup': {
        const width = group();
        return `floor((${column})/${width})*${width}`;
      }
      case '__timeGroupAlias':
      case '__unixEpochGroupAlias':
        return `${this.macro(name.replace(/Alias$/, ''), args)} AS "time"`;
      case '__unixEpochFilter':
        needs(column);
        return `${column} >= ${seconds(fromMs)} AND ${column} <= ${seconds(toMs)}`;
      case '__unixEpochFrom':
        return String(seconds(fromMs));
      case '__unixEpochTo':
        return String(seconds(toMs));
      case '__unixEpochNanoFilter':
        needs(column);
        return `${column} >= ${nanos(fromMs)} AND ${column} <= ${nanos(toMs)}`;
      case '__unixEpochNanoFrom':
        return nanos(fromMs);
      case '__unixEpochNanoTo':
        return nanos(toMs);
      default:
        throw new MacroError('unknown-macro', `unknown macro "${name}"`);
    }
  }
}

function fillOf(text: string, widthMs: number): Fill {
  const mode = text.toLowerCase();
  if (mode === 'null' || mode === 'previous') return { mode, intervalMs: widthMs };
  const value = Number(text);
  if (text === '' || !Number.isFinite(value)) {
    throw new MacroError('bad-fill', `error parsing fill value ${text}`);
  }
  return { mode: 'value', value, intervalMs: widthMs };
}

function builtIn(name: string, context: MacroContext): string | undefined {
  const rangeMs = context.toMs - context.fromMs;
  switch (name) {
    case '__from':
      return String(context.fromMs);
    case '__to':
      return String(context.toMs);
    case '__interval':
      return intervalText(context.intervalMs);
    case '__interval_ms':
      return String(context.intervalMs);
    case '__range':
      return `${Math.round(rangeMs / 1000)}s`;
    case '__range_ms':
      return String(rangeMs);
    case '__range_s':
      return String(Math.round(rangeMs / 1000));
    default:
      return undefined;
  }
}

/** RFC 3339 with as many decimals as are needed, as Go writes it. */
function rfc3339(ms: number): string {
  return new Date(ms).toISOString().replace(/\.?0+Z$/, 'Z');
}

const UNIT_MS: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
  y: 31_536_000_000,
};

function intervalMs(text: string): number {
  const match = /^'?(\d+(?:\.\d+)?)(ms|[smhdwy])'?$/.exec(text);
  const unit = UNIT_MS[match?.[2] ?? ''];
  if (!match || unit === undefined) throw new MacroError('bad-interval', `error parsing interval ${text}`);
  return Number(match[1]) * unit;
}

/** `90000` → `1m`: the largest unit that fits, rounded down, as Grafana prints its intervals. */
function intervalText(ms: number): string {
  const unit = (['y', 'd', 'h', 'm', 's', 'ms'] as const).find((one) => ms >= (UNIT_MS[one] ?? 1)) ?? 'ms';
  return `${Math.floor(ms / (UNIT_MS[unit] ?? 1))}${unit}`;
}

const SECOND_MS = 1_000;
const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;
const DAY_MS = 86_400_000;

/** Steps up to half a day; an interval goes to the nearest. */
const STEPS_MS: readonly number[] = [
  10,
  20,
  50,
  100,
  200,
  500,
  ...[1, 2, 5, 10, 15, 20, 30].map((seconds) => seconds * SECOND_MS),
  ...[1, 2, 5, 10, 15, 20, 30].map((minutes) => minutes * MINUTE_MS),
  ...[1, 2, 3, 6, 12].map((hours) => hours * HOUR_MS),
];

/** Days and more; an interval below the first number takes the second. */
const LONG_STEPS_MS: readonly (readonly [below: number, stepMs: number])[] = [
  [DAY_MS, 12 * HOUR_MS],
  [7 * DAY_MS, DAY_MS],
  [21 * DAY_MS, 7 * DAY_MS],
  [42 * DAY_MS, 30 * DAY_MS],
  [Infinity, 365 * DAY_MS],
];

/** The interval that Grafana gives a panel: its time range over its points, rounded to a customary step. */
export function intervalMsFor(spanMs: number, maxDataPoints: number, leastMs = 1): number {
  const exactMs = spanMs / maxDataPoints;
  return Math.max(roundedMs(exactMs), leastMs);
}

function roundedMs(exactMs: number): number {
  if (exactMs < 10) return 1;
  const next = STEPS_MS.findIndex((stepMs, at) => exactMs < (stepMs + (STEPS_MS[at + 1] ?? stepMs)) / 2);
  const short = next < STEPS_MS.length - 1 ? STEPS_MS[next] : undefined;
  return short ?? LONG_STEPS_MS.find(([below]) => exactMs < below)?.[1] ?? DAY_MS;
}
