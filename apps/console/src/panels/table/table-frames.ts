import { FieldType, type DataFrame, type Field } from '@grafana/data';

/** The footer as dashboards before Grafana 12.2 have it: of the whole table, where now each field has its own. */
export interface LegacyFooter {
  readonly show?: boolean;
  readonly reducer?: readonly string[];
  /** Names of the fields to reduce; absent or empty: all numbers. */
  readonly fields?: readonly string[] | string;
  readonly countRows?: boolean;
  readonly enablePagination?: boolean;
}

/**
 * The frames that have columns. A table-wide footer becomes the footer of the fields it is about, unless these have their
 * own; a count of rows becomes that of the first column.
 */
export function tableFrames(frames: readonly DataFrame[], footer?: LegacyFooter): DataFrame[] {
  const withColumns = frames.filter((frame) => frame.fields.length > 0);
  const reducers = footer?.reducer ?? [];
  if (footer?.show !== true || reducers.length === 0) return withColumns;
  return withColumns.map((frame) => withFooters(frame, footer, reducers));
}

function withFooters(frame: DataFrame, footer: LegacyFooter, reducers: readonly string[]): DataFrame {
  const fields = frame.fields.map((field, index) => {
    if (footer.countRows === true) return index === 0 ? withFooter(field, ['countAll']) : field;
    return isReduced(field, footer.fields) ? withFooter(field, reducers) : field;
  });
  return { ...frame, fields };
}

function isReduced(field: Field, names: LegacyFooter['fields']): boolean {
  const list = typeof names === 'string' ? [names] : (names ?? []);
  const chosen = list.filter((name) => name !== '');
  if (chosen.length > 0)
    return chosen.includes(field.name) || chosen.includes(field.state?.displayName ?? '');
  return field.type === FieldType.number;
}

function withFooter(field: Field, reducers: readonly string[]): Field {
  const own: unknown = field.config.custom?.footer?.reducers;
  if (Array.isArray(own) && own.length > 0) return field;
  return {
    ...field,
    config: { ...field.config, custom: { ...field.config.custom, footer: { reducers: [...reducers] } } },
  };
}
