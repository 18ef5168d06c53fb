/** What stands for a variable in a query. */
export type VariableValue =
  /** Of a variable that takes one value. */
  | string
  /** Of a variable that takes several, however many are chosen. */
  | readonly string[]
  /** The text of `All` that a dashboard gives; it is put in as it is, whatever the format. */
  | { readonly verbatim: string };

const encode = (text: string): string =>
  encodeURIComponent(text).replace(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`);
const escapeRegex = (text: string): string => text.replace(/[\\^$*+?.()|[\]{}/]/g, '\\$&');
const doubled = (text: string): string => text.replaceAll("'", "''");
const quoted = (text: string): string => `'${doubled(text)}'`;

type Format = (values: readonly string[], isList: boolean, name: string) => string;

const joined: Format = (values) => values.join(',');
const glob: Format = (values) => (values.length > 1 ? `{${values.join(',')}}` : values.join(','));

/** After Grafana's documentation, "Variable syntax: advanced variable format options", as they come out for SQL. */
const FORMATS: Readonly<Record<string, Format>> = {
  raw: joined,
  csv: joined,
  text: (values) => values.join(' + '),
  pipe: (values) => values.join('|'),
  glob,
  json: (values, isList) => (isList ? JSON.stringify(values) : values.join(',')),
  regex: (values) => {
    const escaped = values.map(escapeRegex);
    return escaped.length > 1 ? `(${escaped.join('|')})` : escaped.join('');
  },
  doublequote: (values) => values.map((one) => `"${one.replaceAll('"', '\\"')}"`).join(','),
  // Grafana puts a backslash before the quote, which does not escape it in PostgreSQL.
  singlequote: (values) => values.map(quoted).join(','),
  // Grafana puts a backslash before `"`, which PostgreSQL takes literally.
  sqlstring: (values) => values.map((one) => quoted(one.replaceAll('"', '\\"'))).join(','),
  percentencode: (values, isList) => encode(isList ? glob(values, true, '') : values.join(',')),
  queryparam: (values, _isList, name) => values.map((one) => `var-${encode(name)}=${encode(one)}`).join('&'),
};

/** A variable's text in a query; undefined for a format that is not known here. */
export function formatVariable(name: string, value: VariableValue, format?: string): string | undefined {
  if (typeof value === 'object' && 'verbatim' in value) return value.verbatim;
  const isList = typeof value !== 'string';
  const values = isList ? value : [value];
  // The data source's own: a list is quoted, a single value only escaped, for use between quotes.
  if (format === undefined) return isList ? values.map(quoted).join(',') : doubled(value);
  if (format === 'date' || format.startsWith('date:')) {
    return values.map((one) => formatDate(Number(one), format.slice('date:'.length))).join(',');
  }
  return Object.hasOwn(FORMATS, format) ? FORMATS[format]?.(values, isList, name) : undefined;
}

/** `iso` (also where nothing is given), `seconds`, or a pattern of moment's tokens, in UTC. */
function formatDate(ms: number, pattern: string): string {
  if (!Number.isFinite(ms)) return 'Invalid date';
  const iso = new Date(ms).toISOString();
  if (pattern === '' || pattern === 'iso') return iso;
  if (pattern === 'seconds') return String(Math.round(ms / 1000));
  const parts: Readonly<Record<string, string>> = {
    YYYY: iso.slice(0, 4),
    MM: iso.slice(5, 7),
    DD: iso.slice(8, 10),
    HH: iso.slice(11, 13),
    mm: iso.slice(14, 16),
    ss: iso.slice(17, 19),
    SSS: iso.slice(20, 23),
    X: String(Math.floor(ms / 1000)),
    x: String(ms),
  };
  return pattern.replace(/YYYY|MM|DD|HH|mm|SSS|ss|X|x/g, (token) => parts[token] ?? token);
}
