import type { RangeText } from './time-range.js';
import type { ResolvedVariable } from './resolve-variables.js';

/** Values of a variable in an address; undefined where it names none. */
export function askedValues(search: URLSearchParams, name: string): readonly string[] | undefined {
  const values = search.getAll(`var-${name}`);
  return values.length === 0 ? undefined : values;
}

/** The address with other values of a variable. */
export function withVariable(
  search: URLSearchParams,
  name: string,
  values: readonly string[],
): URLSearchParams {
  const next = new URLSearchParams(search);
  next.delete(`var-${name}`);
  for (const value of values.length === 0 ? [''] : values) next.append(`var-${name}`, value);
  return next;
}

export function withRange(search: URLSearchParams, { from, to }: RangeText): URLSearchParams {
  return withParams(search, { from, to });
}

/** Sets parameters; undefined takes one out. */
export function withParams(
  search: URLSearchParams,
  params: Readonly<Record<string, string | undefined>>,
): URLSearchParams {
  const next = new URLSearchParams(search);
  for (const [name, value] of Object.entries(params)) {
    if (value === undefined) next.delete(name);
    else next.set(name, value);
  }
  return next;
}

/** `from=…&to=…`, for links that keep the time. */
export function timeParams({ from, to }: RangeText): string {
  return `from=${encodeURIComponent(from)}&to=${encodeURIComponent(to)}`;
}

/** `var-…=…` of all variables that an address carries; `scoped` has the value of what is repeated. */
export function variableParams(
  variables: readonly ResolvedVariable[],
  scoped: Readonly<Record<string, { readonly value: unknown } | undefined>> = {},
): string {
  return variables
    .filter(({ model }) => model.type !== 'constant' && model.type !== 'datasource')
    .flatMap(({ model, chosen }) => {
      const own = scoped[model.name]?.value;
      const values = typeof own === 'string' ? [own] : chosen;
      return values.map((value) => `var-${encodeURIComponent(model.name)}=${encodeURIComponent(value)}`);
    })
    .join('&');
}

/** `url` with more parameters, before its hash. */
export function withQuery(url: string, params: readonly string[]): string {
  const more = params.filter((part) => part !== '').join('&');
  if (more === '') return url;
  const [path = '', hash] = url.split('#');
  const joined = `${path}${path.includes('?') ? '&' : '?'}${more}`;
  return hash === undefined ? joined : `${joined}#${hash}`;
}
