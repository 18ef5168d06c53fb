import type { QueryFormat } from './dashboard-json.js';
import type { VariableValue } from './variable-formats.js';

/** Where a dashboard has a query. */
export type QuerySource =
  | { readonly panel: number; readonly refId: string }
  | { readonly variable: string }
  | { readonly annotation: string };

export interface SourcedQuery {
  readonly sql: string;
  readonly format: QueryFormat;
}

/** A dashboard has no such query, or one that is not for our database. */
export class QuerySourceError extends Error {
  override readonly name = 'QuerySourceError';
}

/** What Grafana calls the PostgreSQL data source, now and earlier. */
const OUR_TYPES = new Set(['grafana-postgresql-datasource', 'postgres']);
const OUR_NAMES = new Set(['', 'default', 'fieldstream', '-- mixed --']);

type Json = Readonly<Record<string, unknown>>;

const isJson = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const list = (value: unknown): Json[] => (Array.isArray(value) ? value.filter(isJson) : []);
const text = (value: unknown): string => (typeof value === 'string' ? value : '');

/** A dashboard as Grafana 5 and later export it: everything in it is looked at before it is believed. */
export class DashboardSource {
  private readonly variables: readonly Json[];

  constructor(private readonly dashboard: Json) {
    this.variables = isJson(dashboard['templating']) ? list(dashboard['templating']['list']) : [];
  }

  /** @throws QuerySourceError */
  find(source: QuerySource): SourcedQuery {
    if ('panel' in source) return this.ofPanel(source.panel, source.refId);
    return 'variable' in source ? this.ofVariable(source.variable) : this.ofAnnotation(source.annotation);
  }

  /** Panels that show something, those of collapsed rows included. */
  panels(): Json[] {
    return panelsOf(this.dashboard).filter((panel) => panel['type'] !== 'row');
  }

  /** What stands in queries for the values that were chosen of a variable. */
  valueOf(name: string, chosen: string | readonly string[]): VariableValue {
    const variable = this.variable(name);
    const takesSeveral = variable?.['multi'] === true || variable?.['includeAll'] === true;
    const values = typeof chosen === 'string' ? [chosen] : chosen;
    const allValue = text(variable?.['allValue']);
    if (allValue !== '' && values.length === 1 && values[0] === '$__all') return { verbatim: allValue };
    if (takesSeveral || (variable === undefined && typeof chosen !== 'string')) return values;
    return values[0] ?? '';
  }

  /** Whether the dashboard itself has the value among those of the variable. */
  isOwn(name: string, value: string): boolean {
    const variable = this.variable(name);
    if (variable === undefined) return false;
    const type = text(variable['type']);
    const listed = type === 'custom' || type === 'interval' ? listedValues(text(variable['query'])) : [];
    const fixed = type === 'constant' || type === 'textbox' ? [text(variable['query'])] : [];
    const options = type === 'query' ? [] : list(variable['options']).map((option) => text(option['value']));
    return [...listed, ...fixed, ...options].includes(value);
  }

  private variable(name: string): Json | undefined {
    return this.variables.find((variable) => variable['name'] === name);
  }

  private ofPanel(id: number, refId: string): SourcedQuery {
    const panel = this.panels().find((one) => one['id'] === id);
    if (panel === undefined) throw new QuerySourceError(`the dashboard has no panel ${id}`);
    const target = list(panel['targets']).find((one) => one['refId'] === refId);
    const where = `panel ${id} "${text(panel['title'])}"`;
    if (target === undefined) throw new QuerySourceError(`${where} has no query ${refId}`);
    this.checkDataSource(isNamed(target['datasource']) ? target['datasource'] : panel['datasource'], where);
    return queryOf(target, `${where}, query ${refId}`, 'time_series');
  }

  private ofVariable(name: string): SourcedQuery {
    const variable = this.variable(name);
    const where = `variable "${name}"`;
    if (variable?.['type'] !== 'query')
      throw new QuerySourceError(`the dashboard has no ${where} with a query`);
    this.checkDataSource(variable['datasource'], where);
    const query = variable['query'];
    return queryOf(isJson(query) ? query : { rawSql: query }, where, 'table', 'table');
  }

  private ofAnnotation(name: string): SourcedQuery {
    const annotations = isJson(this.dashboard['annotations'])
      ? list(this.dashboard['annotations']['list'])
      : [];
    const annotation = annotations.find((one) => one['name'] === name);
    const where = `annotation "${name}"`;
    if (annotation === undefined) throw new QuerySourceError(`the dashboard has no ${where}`);
    this.checkDataSource(annotation['datasource'], where);
    const target = isJson(annotation['target']) ? annotation['target'] : {};
    // Before Grafana 8 it stood in the annotation itself.
    const query = text(target['rawSql']) === '' ? { rawSql: annotation['rawQuery'] } : target;
    return queryOf(query, where, 'table', 'table');
  }

  /** @throws QuerySourceError unless it is ours, or a placeholder for a PostgreSQL data source */
  private checkDataSource(source: unknown, where: string): void {
    const name = isJson(source) ? text(source['uid']) : text(source);
    const placeholder = /^\$\{?(\w+)\}?$/.exec(name)?.[1];
    const type =
      (isJson(source) ? text(source['type']) : '') ||
      (placeholder === undefined ? '' : this.typeOfPlaceholder(placeholder));
    const isOurs =
      type === '' ? placeholder !== undefined || OUR_NAMES.has(name.toLowerCase()) : OUR_TYPES.has(type);
    if (isOurs) return;
    throw new QuerySourceError(
      `${where} asks the data source "${type || name}": only queries of PostgreSQL data sources are answered here`,
    );
  }

  /** The type that an exported dashboard asks for, or that a variable chooses among. */
  private typeOfPlaceholder(name: string): string {
    const input = list(this.dashboard['__inputs']).find((one) => one['name'] === name);
    const variable = this.variable(name);
    return text(input?.['pluginId']) || (variable?.['type'] === 'datasource' ? text(variable['query']) : '');
  }
}

function queryOf(target: Json, where: string, fallback: QueryFormat, only?: QueryFormat): SourcedQuery {
  const sql = text(target['rawSql']) || text(target['query']);
  if (sql.trim() === '') throw new QuerySourceError(`${where} has no SQL`);
  const format =
    target['format'] === 'table' || target['format'] === 'time_series' ? target['format'] : fallback;
  return { sql, format: only ?? format };
}

function isNamed(source: unknown): boolean {
  return isJson(source) ? text(source['uid']) !== '' || text(source['type']) !== '' : text(source) !== '';
}

function panelsOf(dashboard: Json): Json[] {
  // Before Grafana 5 all panels were in rows.
  const rows = list(dashboard['rows']).flatMap((row) => list(row['panels']));
  const panels = list(dashboard['panels']).concat(rows);
  return panels.flatMap((panel) => [panel].concat(list(panel['panels'])));
}

/** `a, text : b, c\,d` → a, b, `c,d`. */
function listedValues(query: string): string[] {
  return (query.match(/(?:\\,|[^,])+/g) ?? []).map((part) => {
    const option = part.replaceAll('\\,', ',').trim();
    return /^.+\s:\s(.+)$/s.exec(option)?.[1]?.trim() ?? option;
  });
}
