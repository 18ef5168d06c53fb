import { FieldType, stringToJsRegex, type DataFrame } from '@grafana/data';
import { AUTO, type VariableModel, type VariableOption } from './variable-model.js';

/** Options from the rows of a query: `__value` and `__text`, or the first column; without those that stand twice. */
export function optionsOfFrames(frames: readonly DataFrame[]): VariableOption[] {
  const options = frames.flatMap(({ fields, length }) => {
    const named = (name: string) => fields.find((field) => field.name === name)?.values;
    const first = fields.find(({ type }) => type === FieldType.string) ?? fields[0];
    const values = named('__value') ?? named('__text') ?? first?.values;
    const texts = named('__text') ?? values;
    if (values === undefined || texts === undefined) return [];
    return Array.from({ length }, (_, row) => ({
      value: String(values[row] ?? ''),
      text: String(texts[row] ?? values[row] ?? ''),
    }));
  });
  return distinct(options);
}

function distinct(options: readonly VariableOption[]): VariableOption[] {
  return [...new Map(options.map((option) => [option.value, option])).values()];
}

/**
 * Only what the expression matches. Its groups `value` and `text`, where it has them, or else its first group, say what is taken.
 * @throws SyntaxError where it is no regular expression
 */
export function filterOptions(options: readonly VariableOption[], regex: string): VariableOption[] {
  if (regex === '') return [...options];
  const pattern = stringToJsRegex(regex);
  const isNamed = /\(\?<(value|text)>/.test(regex);
  const taken = options.flatMap((option): VariableOption[] => {
    const match = new RegExp(pattern.source, pattern.flags.replace('g', '')).exec(option.text);
    if (match === null) return [];
    if (isNamed) {
      const value = match.groups?.['value'] ?? match.groups?.['text'] ?? option.value;
      return [{ value, text: match.groups?.['text'] ?? value }];
    }
    const group = match[1];
    return [group === undefined ? option : { value: group, text: group }];
  });
  return distinct(taken);
}

/** Grafana's orders: 1 and 2 by letters, 3 and 4 by the first number in it, 5 and 6 by letters of either case, 7 and 8 natural. */
export function sortOptions(options: readonly VariableOption[], sort: number): VariableOption[] {
  const collators: Readonly<Record<number, (a: VariableOption, b: VariableOption) => number>> = {
    1: (a, b) => (a.text < b.text ? -1 : Number(a.text > b.text)),
    2: (a, b) => leadingNumber(a.text) - leadingNumber(b.text),
    3: (a, b) => a.text.toLowerCase().localeCompare(b.text.toLowerCase()),
    4: (a, b) => a.text.localeCompare(b.text, undefined, { numeric: true }),
  };
  const compare = collators[Math.ceil(sort / 2)];
  if (compare === undefined) return [...options];
  const sorted = options.toSorted(compare);
  return sort % 2 === 0 ? sorted.reverse() : sorted;
}

function leadingNumber(text: string): number {
  const match = /\d+/.exec(text);
  return match === null ? -1 : Number(match[0]);
}

/** `a, b : c, d\, e` → values with their texts: what a `custom` or an `interval` variable lists. */
export function optionsOfText(text: string): VariableOption[] {
  const parts = text.match(/(?:\\,|[^,])+/g) ?? [];
  return parts
    .map((part) => part.replaceAll('\\,', ',').trim())
    .filter((part) => part !== '')
    .map((part) => {
      const pair = /^\s*(.+)\s:\s(.+)$/.exec(part);
      if (pair === null) return { value: part, text: part };
      const [, label = '', value = ''] = pair;
      return { value: value.trim(), text: label.trim() };
    });
}

/** Options of a variable that asks nobody; undefined for a `query`. `interpolate` replaces variables in its text. */
export function ownOptions(
  { type, query, auto }: VariableModel,
  interpolate: (text: string) => string,
  dataSource: VariableOption,
): VariableOption[] | undefined {
  switch (type) {
    case 'query':
      return undefined;
    case 'custom':
      return optionsOfText(interpolate(query));
    case 'interval': {
      const listed = optionsOfText(query.replaceAll('"', ''));
      return auto === undefined ? listed : [{ value: AUTO, text: 'auto' }, ...listed];
    }
    case 'textbox':
    case 'constant':
      return [{ value: interpolate(query), text: interpolate(query) }];
    case 'datasource':
      return [dataSource];
  }
}
