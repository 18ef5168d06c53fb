import { dateTimeFormat } from '@grafana/data';

type Values = string | readonly string[];

const listOf = (value: Values): readonly string[] => (typeof value === 'string' ? [value] : value);

/** As `encodeURIComponent`, and also the characters that it leaves and RFC 3986 reserves. */
function percentEncode(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (one) => `%${one.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

const escapeRegex = (text: string): string => text.replace(/[\\^$*+?.()|[\]{}/]/g, '\\$&');

function glob(value: Values): string {
  if (typeof value === 'string') return value;
  return value.length === 1 ? (value[0] ?? '') : `{${value.join(',')}}`;
}

function date(value: Values, format: string): string {
  const ms = Number(listOf(value)[0]);
  if (!Number.isFinite(ms)) return 'NaN';
  if (format === '' || format === 'iso') return new Date(ms).toISOString();
  if (format === 'seconds') return String(Math.round(ms / 1000));
  return dateTimeFormat(ms, { format });
}

/**
 * Formats of Grafana's variables (`${name:format}`); `name` is for `queryparam`, `text` what people read. Without a format, or with
 * one that is unknown, a list is written as `{a,b}`.
 */
export function formatValue(
  value: Values,
  format: string | undefined,
  { name, text = value }: { readonly name: string; readonly text?: Values },
): string {
  const [kind = '', ...rest] = (format ?? '').split(':');
  const argument = rest.join(':');
  const values = listOf(value);
  const quoted = (mark: string, escaped: string): string =>
    values.map((one) => `${mark}${one.replaceAll(mark, escaped)}${mark}`).join(',');
  switch (kind) {
    case 'csv':
    case 'raw':
      return values.join(',');
    case 'text':
      return listOf(text).join(' + ');
    case 'json':
      return JSON.stringify(value);
    case 'pipe':
      return values.join('|');
    case 'regex': {
      const escaped = values.map(escapeRegex);
      return escaped.length === 1 ? (escaped[0] ?? '') : `(${escaped.join('|')})`;
    }
    case 'join':
      return values.join(argument || ',');
    case 'percentencode':
      return percentEncode(glob(value));
    case 'uriencode':
      return encodeURI(glob(value));
    case 'queryparam':
      return values.map((one) => `var-${name}=${percentEncode(one)}`).join('&');
    case 'singlequote':
      return quoted("'", "\\'");
    case 'doublequote':
      return quoted('"', '\\"');
    case 'sqlstring':
      return quoted("'", "''");
    case 'html':
      return values.join(', ').replace(/[&<>"']/g, (one) => `&#${one.charCodeAt(0)};`);
    case 'date':
      return date(value, argument);
    default:
      return glob(value);
  }
}
