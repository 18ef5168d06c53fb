import { numberOf, objectOf, objectsOf, textOf, textsOf } from './json.js';
import { namesIn } from './variable-expression.js';

export type VariableType = 'query' | 'custom' | 'interval' | 'textbox' | 'constant' | 'datasource';

/** When the options of a `query` variable are read again. */
export type VariableRefresh = 'load' | 'time-range';

export interface VariableOption {
  readonly value: string;
  readonly text: string;
}

export interface VariableModel {
  readonly name: string;
  readonly type: VariableType;
  readonly label: string;
  readonly description: string;
  /** What is not shown in the controls: nothing, its name, or all of it. */
  readonly hide: 'nothing' | 'label' | 'variable';
  /** SQL of a `query`, values of a `custom` or an `interval`, text of a `textbox` or a `constant`. */
  readonly query: string;
  readonly regex: string;
  /** 0 to 8, as in Grafana; 0: in the order of the query. */
  readonly sort: number;
  readonly refresh: VariableRefresh;
  readonly isMulti: boolean;
  readonly includesAll: boolean;
  /** What stands for `All`, as it is; without it the list of all options does. */
  readonly allValue?: string;
  readonly allowsCustomValue: boolean;
  /** The query looks for what is typed. */
  readonly isSearched: boolean;
  /** `interval`: an option that follows the time range. */
  readonly auto?: { readonly count: number; readonly leastInterval: string };
  /** Values chosen in the file. */
  readonly current: readonly string[];
  /** Variables that its query names. */
  readonly dependsOn: readonly string[];
}

/** `All` in addresses, in files and towards the server. */
export const ALL = '$__all';
/** The option of an interval that follows the time range. */
export const AUTO = '$__auto';

const TYPES: ReadonlySet<string> = new Set([
  'query',
  'custom',
  'interval',
  'textbox',
  'constant',
  'datasource',
]);

/** The variables of `templating.list` that the console knows the type of. */
export function readVariables(list: unknown): VariableModel[] {
  const all = objectsOf(list);
  const names = new Set(all.map((json) => textOf(json['name'])));
  return all.flatMap((json): VariableModel[] => {
    const type = textOf(json['type']);
    const name = textOf(json['name']);
    if (!isVariableType(type) || name === '') return [];
    const allValue = textOf(json['allValue']);
    const query = queryOf(json['query'], json['definition']);
    return [
      {
        name,
        type,
        label: textOf(json['label']) || name,
        description: textOf(json['description']),
        hide: hideOf(json['hide'], type),
        query,
        regex: textOf(json['regex']),
        sort: numberOf(json['sort'], 0),
        refresh: json['refresh'] === 2 ? 'time-range' : 'load',
        isMulti: json['multi'] === true,
        includesAll: json['includeAll'] === true,
        ...(allValue === '' ? {} : { allValue }),
        allowsCustomValue: json['allowCustomValue'] !== false,
        isSearched: type === 'query' && query.includes('__searchFilter'),
        ...(type === 'interval' && json['auto'] === true
          ? {
              auto: {
                count: numberOf(json['auto_count'], 30),
                leastInterval: textOf(json['auto_min'], '10s'),
              },
            }
          : {}),
        current: textsOf(objectOf(json['current'])['value']),
        dependsOn: dependsOf(name, type, `${query} ${textOf(json['regex'])}`, names),
      },
    ];
  });
}

function dependsOf(name: string, type: VariableType, text: string, names: ReadonlySet<string>): string[] {
  if (type === 'interval' || type === 'constant' || type === 'datasource') return [];
  return [...namesIn(text)].filter((other) => names.has(other) && other !== name);
}

function isVariableType(type: string): type is VariableType {
  return TYPES.has(type);
}

function queryOf(query: unknown, definition: unknown): string {
  if (typeof query === 'string') return query;
  const { rawSql, query: inner } = objectOf(query);
  return textOf(rawSql) || textOf(inner) || textOf(definition);
}

function hideOf(hide: unknown, type: VariableType): VariableModel['hide'] {
  if (hide === 2 || type === 'constant') return 'variable';
  return hide === 1 ? 'label' : 'nothing';
}

/** Each after those it depends on; where they depend on each other in a circle, the order of the file decides. */
export function inOrderOfDependence(variables: readonly VariableModel[]): VariableModel[] {
  const ordered: VariableModel[] = [];
  const visited = new Set<string>();
  const byName = new Map(variables.map((variable) => [variable.name, variable]));
  const visit = (variable: VariableModel): void => {
    if (visited.has(variable.name)) return;
    visited.add(variable.name);
    for (const name of variable.dependsOn) {
      const other = byName.get(name);
      if (other !== undefined) visit(other);
    }
    ordered.push(variable);
  };
  variables.forEach(visit);
  return ordered;
}
