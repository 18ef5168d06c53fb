import { runQueries } from './query-service.js';
import type { QueryVariables } from './resolve-variables.js';
import { evaluateRange, type RangeText } from './time-range.js';
import type { VariableModel, VariableOption } from './variable-model.js';
import { optionsOfFrames } from './variable-options.js';

/** What somebody typed is looked up anew after this. */
const SEARCH_KEPT_MS = 10_000;

/** Options of the query variables of one dashboard. Each is asked once for the values it depends on, and for its time range. */
export class VariableOptionsSource {
  private readonly known = new Map<string, Promise<readonly VariableOption[]>>();

  constructor(private readonly dashboard: string) {}

  /** @throws Error with the fault of the query */
  fetch(
    variable: VariableModel,
    all: QueryVariables,
    search: string | undefined,
    { range, timeZone }: { readonly range: RangeText; readonly timeZone: string },
  ): Promise<readonly VariableOption[]> {
    const variables = Object.fromEntries(variable.dependsOn.map((name) => [name, all[name] ?? '']));
    const when = variable.refresh === 'time-range' ? range : undefined;
    const key = JSON.stringify([variable.name, variables, search, when]);
    const before = this.known.get(key);
    if (before !== undefined) return before;
    const { from, to } = evaluateRange(range, timeZone);
    const source = {
      dashboard: this.dashboard,
      variable: variable.name,
      ...(search === undefined ? {} : { search }),
    };
    const options = this.read({
      from: from.valueOf(),
      to: to.valueOf(),
      variables,
      queries: [{ refId: 'options', source }],
    });
    this.known.set(key, options);
    options.catch(() => this.known.delete(key));
    if (search !== undefined) setTimeout(() => this.known.delete(key), SEARCH_KEPT_MS);
    return options;
  }

  private async read(request: Parameters<typeof runQueries>[0]): Promise<readonly VariableOption[]> {
    const result = (await runQueries(request, new AbortController().signal)).get('options');
    if (result?.error !== undefined) throw new Error(result.error);
    return optionsOfFrames(result?.frames ?? []);
  }
}
