import type { StateRow } from './state-rows.js';

const NAMED = 8;

/** A state timeline in words, for people who do not see it: how many series, and the latest state of the first ones. */
export function describeStates(title: string, rows: readonly StateRow[]): string {
  const named = rows.slice(0, NAMED).map(({ name, spans }) => `${name}: ${spans.at(-1)?.text ?? 'none'}`);
  const rest = rows.length - named.length;
  const count = rows.length === 1 ? '1 series' : `${rows.length} series`;
  return `${title || 'States'}: states over time of ${count}. Latest: ${named.join('; ')}${rest > 0 ? `; and ${rest} more` : ''}.`;
}
