import type { FrameField, FrameValue } from './data-frame.js';

type Kind = Pick<FrameField, 'type'> & { readonly parse: (text: string) => FrameValue };

const asNumber: Kind = { type: 'number', parse: (text) => numberOf(text) };
const asTime: Kind = { type: 'time', parse: (text) => epochMs(text) };

/** Types that are more than text, by object ID (`pg_type.dat`). */
const KINDS: ReadonlyMap<number, Kind> = new Map([
  [16, { type: 'boolean', parse: (text) => text === 't' }],
  ...[20, 21, 23, 26, 700, 701, 1700].map((id) => [id, asNumber] as const),
  ...[1082, 1114, 1184].map((id) => [id, asTime] as const),
]);

/** A column of a result in PostgreSQL's text format, as a data frame has it: numbers of any type, times, truths; else text. */
export function postgresColumn(name: string, typeId: number, texts: readonly (string | null)[]): FrameField {
  const kind = KINDS.get(typeId);
  if (kind === undefined) return { name, type: 'string', values: texts };
  return { name, type: kind.type, values: texts.map((text) => (text === null ? null : kind.parse(text))) };
}

/** JSON has no NaN and no infinity: a gap, as Grafana draws it. */
function numberOf(text: string): number | null {
  const value = Number(text);
  return Number.isFinite(value) ? value : null;
}

const TIME =
  /^(\d{4,6})-(\d\d)-(\d\d)(?: (\d\d):(\d\d):(\d\d)(?:\.(\d{1,6}))?(?:([+-])(\d\d)(?::(\d\d))?(?::(\d\d))?)?)?( BC)?$/;

/** A date or timestamp in ISO style; cut to milliseconds; without zone it is UTC. Infinity has no milliseconds. */
function epochMs(text: string): number | null {
  const match = TIME.exec(text);
  if (match === null) return null;
  const [
    ,
    year,
    month,
    day,
    hour = 0,
    minute = 0,
    second = 0,
    fraction = '',
    sign,
    zh = 0,
    zm = 0,
    zs = 0,
    bc,
  ] = match;
  const date = new Date(0);
  date.setUTCFullYear(bc === undefined ? Number(year) : 1 - Number(year), Number(month) - 1, Number(day));
  date.setUTCHours(Number(hour), Number(minute), Number(second), 0);
  const offsetMs = ((Number(zh) * 60 + Number(zm)) * 60 + Number(zs)) * 1000 * (sign === '-' ? -1 : 1);
  const fractionMs = Number(fraction.slice(0, 3).padEnd(3, '0'));
  return date.getTime() + fractionMs - offsetMs;
}
