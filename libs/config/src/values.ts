import type { App } from './app.js';
import type { ConfigProblem } from './config-error.js';
import { fallbackOf, SECTIONS_OF, variablesOf, type Variable, type VARIABLES } from './variables.js';

type ValueOf<V> = V extends Variable<infer T> ? T : never;
type UnionToIntersection<U> = (U extends unknown ? (u: U) => void : never) extends (i: infer I) => void
  ? I
  : never;
type Definitions = UnionToIntersection<(typeof VARIABLES)[keyof typeof VARIABLES]>;

/** The parsed value of every variable, by name. */
export type Values = { readonly [K in keyof Definitions]: ValueOf<Definitions[K]> };

export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Parses the variables that an app reads. A variable that is empty or blank counts as unset, because that is how
 * `.env` files and Compose say so. Faulty variables are left out of the values.
 */
export function parseValues(
  app: App,
  env: Environment,
): { readonly values: Partial<Values>; readonly problems: ConfigProblem[] } {
  const values: Record<string, unknown> = {};
  const problems: ConfigProblem[] = [];
  for (const section of SECTIONS_OF[app]) {
    for (const [name, definition] of variablesOf(section)) {
      const text = env[name]?.trim() || fallbackOf(definition, app);
      if (text === undefined) {
        const embedded = app === 'standalone' && definition.orEmbedded;
        if (definition.required === undefined || embedded) values[name] = undefined;
        else problems.push({ variable: name, fault: definition.required, example: definition.example });
        continue;
      }
      const parsed = definition.schema.safeParse(text);
      if (parsed.success) {
        values[name] = parsed.data;
      } else {
        const fault = parsed.error.issues.map((issue) => issue.message).join(', and ');
        problems.push({ variable: name, fault, example: definition.example });
      }
    }
  }
  return { values, problems };
}
