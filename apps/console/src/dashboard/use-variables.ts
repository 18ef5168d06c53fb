import { useCallback, useEffect, useState } from 'react';
import { askedValues } from './address.js';
import type { DashboardModel } from './dashboard-model.js';
import { queryVariables, resolveVariables, type ResolvedVariable } from './resolve-variables.js';
import { evaluateRange, type RangeText } from './time-range.js';
import type { VariableModel, VariableOption } from './variable-model.js';
import { VariableOptionsSource } from './variable-options-source.js';

export interface Variables {
  /** Undefined until they are known for the first time; then the last ones that are, while others are looked up. */
  readonly resolved: readonly ResolvedVariable[] | undefined;
  /** Options of a variable that contain a text. */
  readonly searchOptions: (variable: VariableModel, search: string) => Promise<readonly VariableOption[]>;
}

/** Options and values of a dashboard's variables, for what the address asks. */
export function useVariables(
  model: DashboardModel,
  search: URLSearchParams,
  { range, timeZone }: { readonly range: RangeText; readonly timeZone: string },
): Variables {
  const [resolved, setResolved] = useState<readonly ResolvedVariable[]>();
  const [source] = useState(() => new VariableOptionsSource(model.uid));
  const asked = JSON.stringify(model.variables.map(({ name }) => [name, askedValues(search, name)]));

  useEffect(() => {
    let isStale = false;
    const byName = new Map(JSON.parse(asked) as [string, string[] | null][]);
    void resolveVariables({
      variables: model.variables,
      asked: (name) => byName.get(name) ?? undefined,
      range: evaluateRange(range, timeZone),
      fetchOptions: (variable, variables, typed) =>
        source.fetch(variable, variables, typed, { range, timeZone }),
    }).then((all) => {
      if (!isStale) setResolved(all);
    });
    return () => {
      isStale = true;
    };
  }, [model, asked, range, timeZone, source]);

  const searchOptions = useCallback(
    (variable: VariableModel, typed: string) =>
      source.fetch(variable, queryVariables(resolved ?? []), typed, { range, timeZone }),
    [source, resolved, range, timeZone],
  );
  return { resolved, searchOptions };
}
