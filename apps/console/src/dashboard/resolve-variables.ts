import { rangeUtil, type TimeRange } from '@grafana/data';
import type { VariableValue } from './interpolate.js';
import { ALL, AUTO, inOrderOfDependence, type VariableModel, type VariableOption } from './variable-model.js';
import { filterOptions, ownOptions, sortOptions } from './variable-options.js';
import { formatValue } from './format-value.js';
import { replaceExpressions } from './variable-expression.js';

/** The only data source that dashboards of the console have. */
export const DATA_SOURCE: VariableOption = { value: 'fieldstream', text: 'Fieldstream' };

/** A variable with its options, and what is chosen of them. */
export interface ResolvedVariable {
  readonly model: VariableModel;
  readonly options: readonly VariableOption[];
  /** Values chosen; `ALL` alone for all. Empty where there is nothing to choose. */
  readonly chosen: readonly string[];
  /** Why there are no options. */
  readonly fault?: string;
  /** For `$__auto`: the interval it stands for. */
  readonly autoInterval?: string;
}

/** What the server is told of the variables: as the contract of the query service has it. */
export type QueryVariables = Readonly<Record<string, string | readonly string[]>>;

export interface ResolveInput {
  readonly variables: readonly VariableModel[];
  /** Values of the address; undefined for a variable that it does not name. */
  readonly asked: (name: string) => readonly string[] | undefined;
  readonly range: TimeRange;
  /** Options of a query variable, for the values that those before it have. */
  readonly fetchOptions: (
    variable: VariableModel,
    variables: QueryVariables,
    search: string | undefined,
  ) => Promise<readonly VariableOption[]>;
}

/**
 * Options and values of all variables, each after those it depends on. What the address asks for holds as long as it is an option or
 * the variable takes other values, too; else what the file chose; else the first option (or `All`). A query that fails leaves its
 * variable without options and says why.
 */
export async function resolveVariables(input: ResolveInput): Promise<ResolvedVariable[]> {
  const resolved = new Map<string, ResolvedVariable>();
  for (const model of inOrderOfDependence(input.variables)) {
    resolved.set(model.name, await resolveOne(model, [...resolved.values()], input));
  }
  return input.variables.flatMap(({ name }) => resolved.get(name) ?? []);
}

async function resolveOne(
  model: VariableModel,
  before: readonly ResolvedVariable[],
  { asked, range, fetchOptions }: ResolveInput,
): Promise<ResolvedVariable> {
  const interpolate = (text: string): string => interpolateWith(text, before);
  let options: readonly VariableOption[] = [];
  let fault: string | undefined;
  try {
    const raw =
      ownOptions(model, interpolate, DATA_SOURCE) ??
      (await fetchOptions(model, queryVariables(before), undefined));
    options = sortOptions(filterOptions(raw, interpolate(model.regex)), model.sort);
  } catch (error) {
    fault = error instanceof Error ? error.message : String(error);
  }
  const wanted = asked(model.name) ?? [];
  const autoInterval =
    model.auto === undefined
      ? undefined
      : rangeUtil.calculateInterval(range, model.auto.count, model.auto.leastInterval).interval;
  const chosen = chooseValues(model, options, wanted);
  const unknown = chosen.filter(
    (value) => value !== ALL && !options.some((option) => option.value === value),
  );
  if (unknown.length > 0 && model.isSearched) {
    options = [...options, ...(await textsOfChosen(model, before, unknown, fetchOptions))];
  }
  return {
    model,
    options,
    chosen,
    ...(fault === undefined ? {} : { fault }),
    ...(autoInterval === undefined ? {} : { autoInterval }),
  };
}

/** A list that is cut off may lack what is chosen: looks that up, for its text. */
async function textsOfChosen(
  model: VariableModel,
  before: readonly ResolvedVariable[],
  values: readonly string[],
  fetchOptions: ResolveInput['fetchOptions'],
): Promise<VariableOption[]> {
  const found = await Promise.all(
    values.slice(0, 10).map(async (value) => {
      const options = await fetchOptions(model, queryVariables(before), value).catch(() => []);
      return options.find((option) => option.value === value) ?? [];
    }),
  );
  return found.flat();
}

/** Pure part of the above: which values hold. */
export function chooseValues(
  { type, isMulti, includesAll, allowsCustomValue, isSearched, current }: VariableModel,
  options: readonly VariableOption[],
  asked: readonly string[],
): readonly string[] {
  if (type === 'constant' || type === 'datasource') return options.slice(0, 1).map(({ value }) => value);
  if (type === 'textbox')
    return asked.length > 0 ? asked.slice(0, 1) : options.slice(0, 1).map(({ value }) => value);
  const known = new Set(options.map(({ value }) => value));
  const takesAny = allowsCustomValue || isSearched;
  for (const [candidates, isLoose] of [
    [asked, takesAny],
    [current, false],
  ] as const) {
    const normal = candidates.map((value) => (value === 'All' && !known.has(value) ? ALL : value));
    if (includesAll && normal.includes(ALL)) return [ALL];
    const held = normal.filter((value) => value !== '' && value !== ALL && (isLoose || known.has(value)));
    if (held.length > 0) return isMulti ? [...new Set(held)] : held.slice(0, 1);
  }
  if (includesAll) return [ALL];
  return options.slice(0, 1).map(({ value }) => value);
}

/** For the server: a list where several may be chosen; `ALL` where that has a value of its own, else the list of all options. */
export function queryVariables(variables: readonly ResolvedVariable[]): QueryVariables {
  return Object.fromEntries(
    variables.map(({ model, options, chosen, autoInterval }) => {
      if (chosen[0] === ALL) {
        return [model.name, model.allValue === undefined ? options.map(({ value }) => value) : ALL];
      }
      if (model.isMulti) return [model.name, chosen];
      const value = chosen[0] ?? '';
      return [model.name, value === AUTO ? (autoInterval ?? value) : value];
    }),
  );
}

/** For texts and links on the page. */
export function variableValues(variables: readonly ResolvedVariable[]): ReadonlyMap<string, VariableValue> {
  return new Map(
    variables.map(({ model, options, chosen, autoInterval }): [string, VariableValue] => {
      const textOf = (value: string): string =>
        options.find((option) => option.value === value)?.text ?? value;
      const { name } = model;
      if (chosen[0] === ALL) {
        const all = options.map(({ value }) => value);
        return [name, { name, value: model.allValue ?? all, text: 'All' }];
      }
      if (model.isMulti) return [name, { name, value: chosen, text: chosen.map(textOf) }];
      const value = chosen[0] ?? '';
      const shown = value === AUTO ? (autoInterval ?? value) : value;
      return [name, { name, value: shown, text: textOf(shown) }];
    }),
  );
}

function interpolateWith(text: string, before: readonly ResolvedVariable[]): string {
  const values = variableValues(before);
  return replaceExpressions(text, ({ name, format }) => {
    const variable = values.get(name);
    return variable === undefined ? undefined : formatValue(variable.value, format, variable);
  });
}
