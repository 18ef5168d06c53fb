import { expandQuery, MacroError, variablesIn, type ExpandedQuery, type MacroContext } from './macros.js';
import { differOnlyInLiterals } from './sql-tokens.js';
import type { VariableValue } from './variable-formats.js';

/** A number, or a number with a unit of time: what queries take without quotes. A minus could begin a comment. */
const PLAIN = /^\d{1,18}(\.\d{1,18})?(ms|[smhdwMy])?$/;
/** Stands in for a value that cannot be trusted. */
const HARMLESS = 'x';

/**
 * Expands a query so that no value can be more than a value. A value that is neither plain nor one of the variable's own may
 * change the inside of string literals and nothing else: the query is compared, token by token, with the one that harmless
 * values give.
 * @param isOwn whether a value is one that the dashboard itself names for the variable
 * @throws MacroError `unsafe-value` that names the variable
 */
export function expandSafely(
  sql: string,
  context: MacroContext,
  isOwn: (name: string, value: string) => boolean,
): ExpandedQuery {
  const expanded = expandQuery(sql, context);
  const variables = context.variables ?? new Map<string, VariableValue>();
  const isTrusted = (name: string, value: string): boolean => PLAIN.test(value) || isOwn(name, value);
  const suspects = [...variablesIn(sql)].filter((name) => {
    const value = variables.get(name);
    return value !== undefined && valuesOf(value).some((one) => !isTrusted(name, one));
  });
  if (suspects.length === 0) return expanded;
  const isHarmed = (names: readonly string[]): boolean => {
    const harmless = new Map(variables);
    for (const name of names) {
      const value = variables.get(name);
      if (value !== undefined)
        harmless.set(
          name,
          withoutHarm(value, (one) => isTrusted(name, one)),
        );
    }
    try {
      return !differOnlyInLiterals(expanded.sql, expandQuery(sql, { ...context, variables: harmless }).sql);
    } catch (error) {
      if (error instanceof MacroError) return true;
      throw error;
    }
  };
  if (!isHarmed(suspects)) return expanded;
  const name = suspects.find((one) => isHarmed([one])) ?? suspects[0] ?? '';
  throw new MacroError(
    'unsafe-value',
    `the value of the variable "${name}" would change the query itself: the query uses it outside of quotes, where only a number or one of the variable's own options can stand. Choose one of the options, or use '\${${name}}' in quotes or \${${name}:sqlstring} in the query`,
  );
}

function valuesOf(value: VariableValue): readonly string[] {
  if (typeof value === 'string') return [value];
  return 'verbatim' in value ? [] : value;
}

function withoutHarm(value: VariableValue, isTrusted: (one: string) => boolean): VariableValue {
  if (typeof value === 'string') return isTrusted(value) ? value : HARMLESS;
  return 'verbatim' in value ? value : value.map((one) => (isTrusted(one) ? one : HARMLESS));
}
