/**
 * What Grafana 13 makes of a PostgreSQL query before the database sees it: first the variables, in the browser, then
 * the macros, in its server. After Grafana's documentation ("Variable syntax", "PostgreSQL query editor: macros") and
 * the behaviour of its data source with `timescaledb: true`.
 */

export type MacroErrorCode = 'unknown-macro' | 'missing-argument' | 'bad-interval' | 'unknown-format';

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
  /** A list stands for a variable with several values chosen, `All` included; a repeated panel has a single value. */
  readonly variables?: ReadonlyMap<string, string | readonly string[]>;
}

/** Expands variables, then macros. A variable that is not in the context stays as it is, as in Grafana. */
export function expandMacros(sql: string, context: MacroContext): string {
  return expandMacroCalls(expandVariables(sql, context), context);
}

// $name, [[name:format]], ${name.field:format}
const VARIABLE = /\$(\w+)|\[\[(\w+?)(?::(\w+))?\]\]|\$\{(\w+)(?:\.[^:}]+)?(?::([^}]+))?\}/g;

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

function expandVariables(sql: string, context: MacroContext): string {
  return sql.replace(
    VARIABLE,
    (whole, plain?: string, square?: string, squareFormat?: string, curly?: string, curlyFormat?: string) => {
      const name = plain ?? square ?? curly ?? '';
      const value = builtIn(name, context) ?? context.variables?.get(name);
      return value === undefined ? whole : format(value, squareFormat ?? curlyFormat);
    },
  );
}

function builtIn(name: string, context: MacroContext): string | undefined {
  switch (name) {
    case '__from':
      return String(context.fromMs);
    case '__to':
      return String(context.toMs);
    case '__interval':
      return intervalText(context.intervalMs);
    case '__interval_ms':
      return String(context.intervalMs);
    case '__range_ms':
      return String(context.toMs - context.fromMs);
    case '__range_s':
      return String(Math.round((context.toMs - context.fromMs) / 1000));
    default:
      return undefined;
  }
}

function format(value: string | readonly string[], how: string | undefined): string {
  const values = typeof value === 'string' ? [value] : value;
  switch (how) {
    case undefined:
      // The data source's own: a list is quoted, a single value only escaped, for use between quotes.
      return typeof value === 'string' ? doubleQuotes(value) : value.map(quoted).join(',');
    case 'raw':
    case 'csv':
    case 'text':
      return values.join(',');
    case 'sqlstring':
      // Grafana also puts a backslash before `"`, which PostgreSQL takes literally.
      return values.map((one) => quoted(one.replaceAll('"', '\\"'))).join(',');
    case 'date':
    case 'date:iso':
      return values.map((one) => new Date(Number(one)).toISOString()).join(',');
    case 'date:seconds':
      return values.map((one) => String(Math.round(Number(one) / 1000))).join(',');
    default:
      throw new MacroError('unknown-format', `"${how}" is no format that is known here`);
  }
}

const doubleQuotes = (text: string): string => text.replaceAll("'", "''");
const quoted = (text: string): string => `'${doubleQuotes(text)}'`;

// Up to the first closing parenthesis: a macro's argument can hold no call.
const MACRO = /\$([_a-zA-Z0-9]+)\(([^)]*)\)/g;

function expandMacroCalls(sql: string, context: MacroContext): string {
  return sql.replace(MACRO, (whole, name: string, list: string, offset: number) => {
    const args = list.split(',').map((arg) => arg.trim());
    // As before Grafana 5.3: directly before a comma, the group names itself.
    const aliased = name === '__timeGroup' && sql[offset + whole.length] === ',';
    return macro(aliased ? '__timeGroupAlias' : name, args, context);
  });
}

function macro(name: string, args: readonly string[], context: MacroContext): string {
  const [column = '', interval = ''] = args;
  const needs = (present: string): void => {
    if (present === '') throw new MacroError('missing-argument', `$${name} needs another argument`);
  };
  const from = `'${rfc3339(context.fromMs)}'`;
  const to = `'${rfc3339(context.toMs)}'`;
  const seconds = (ms: number): number => Math.floor(ms / 1000);
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
      needs(interval);
      return `time_bucket('${(intervalMs(interval) / 1000).toFixed(3)}s',${column})`;
    case '__timeGroupAlias':
      return `${macro('__timeGroup', args, context)} AS "time"`;
    case '__unixEpochFilter':
      needs(column);
      return `${column} >= ${seconds(context.fromMs)} AND ${column} <= ${seconds(context.toMs)}`;
    case '__unixEpochFrom':
      return String(seconds(context.fromMs));
    case '__unixEpochTo':
      return String(seconds(context.toMs));
    default:
      throw new MacroError('unknown-macro', `unknown macro "${name}"`);
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
