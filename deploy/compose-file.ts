import { readFileSync } from 'node:fs';
import { parse } from 'yaml';

export interface ComposeService {
  readonly image: string;
  readonly build?: { readonly context: string; readonly dockerfile: string };
  readonly command?: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  readonly depends_on?: Readonly<Record<string, { readonly condition: string }>>;
  readonly ports?: readonly string[];
  readonly volumes?: readonly string[];
  readonly healthcheck?: { readonly test: readonly string[] };
  readonly restart?: string;
  readonly logging?: { readonly options: Readonly<Record<string, string>> };
}

export interface ComposeFile {
  readonly services: Readonly<Record<string, ComposeService>>;
  readonly volumes: Readonly<Record<string, unknown>>;
}

/** Reads a Compose file as `docker compose config` would, with `env` in the place of `.env` and the shell. */
export function readCompose(path: string, env: Readonly<Record<string, string>>): ComposeFile {
  return interpolated(parse(readFileSync(path, 'utf8'), { merge: true }), env) as ComposeFile;
}

function interpolated(value: unknown, env: Readonly<Record<string, string>>): unknown {
  if (typeof value === 'string') return interpolate(value, env);
  if (Array.isArray(value)) return value.map((item) => interpolated(item, env));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, interpolated(item, env)]));
}

/**
 * Puts variables into a text: `$NAME`, `${NAME}`, `${NAME:-default}`, `${NAME:?message}`; `$$` is a dollar sign.
 * @throws Error with the message of a required variable that is unset or empty.
 */
export function interpolate(text: string, env: Readonly<Record<string, string>>): string {
  return text.replace(
    /\$(?:\$|(\w+)|\{(\w+)(?::([-?])([^}]*))?\})/g,
    (_, plain?: string, braced?: string, kind?: string, rest = '') => {
      const name = plain ?? braced;
      if (name === undefined) return '$';
      const value = env[name] ?? '';
      if (value !== '' || kind === undefined) return value;
      if (kind === '-') return rest;
      throw new Error(`${name} ${rest}`);
    },
  );
}
