import { OWNER } from '../engine/cluster-folder.js';

/** Everything that the one session of the engine must look like for a client: who it is, and its settings. */
export interface Profile {
  readonly login: Login;
  /** As SET SESSION AUTHORIZATION and SET ROLE left them. */
  readonly authorization: string;
  /** `none` without SET ROLE. */
  readonly role: string;
  /** Settings that differ from the server's defaults, by name. */
  readonly settings: ReadonlyMap<string, string>;
}

export interface Login {
  readonly name: string;
  readonly roleId: number;
  /** Not a superuser: the role is pinned, so that no SET ROLE or RESET leads out of it. */
  readonly restricted: boolean;
}

export const OWNER_LOGIN: Login = { name: OWNER, roleId: 0, restricted: false };

export const OWNER_PROFILE: Profile = {
  login: OWNER_LOGIN,
  authorization: OWNER,
  role: 'none',
  settings: new Map(),
};

export function withSettings(profile: Profile, settings: ReadonlyMap<string, string>): Profile {
  return settings.size === 0
    ? profile
    : { ...profile, settings: new Map([...profile.settings, ...settings]) };
}

export function sameSettings(a: ReadonlyMap<string, string>, b: ReadonlyMap<string, string>): boolean {
  if (a === b) return true;
  if (a.size !== b.size) return false;
  for (const [name, value] of a) if (b.get(name) !== value) return false;
  return true;
}

export function sameProfile(a: Profile, b: Profile): boolean {
  return (
    a === b ||
    (a.login.name === b.login.name &&
      a.authorization === b.authorization &&
      a.role === b.role &&
      sameSettings(a.settings, b.settings))
  );
}

/** SQL that makes the session of one profile that of another, run as a user who may do everything. */
export function switchStatements(from: Profile, to: Profile): string[] {
  const statements: string[] = [];
  if (from.authorization !== OWNER || from.role !== 'none') {
    // By name: the way back with RESET leads to whoever the engine was started as, and not in every build.
    statements.push(`SET SESSION AUTHORIZATION ${OWNER}`, 'SET ROLE NONE');
  }
  for (const name of from.settings.keys()) {
    if (!to.settings.has(name)) statements.push(`RESET ${settingName(name)}`);
  }
  const changed = [...to.settings].filter(([name, value]) => from.settings.get(name) !== value);
  if (changed.length > 0) statements.push(setStatement(changed));
  if (to.authorization !== OWNER) statements.push(`SET SESSION AUTHORIZATION ${quoteName(to.authorization)}`);
  if (to.role !== 'none') statements.push(`SET ROLE ${quoteName(to.role)}`);
  return statements;
}

/** `set_config`, unlike SET, takes lists such as a search path as one text. */
export function setStatement(settings: Iterable<readonly [name: string, value: string]>): string {
  const calls = [...settings].map(
    ([name, value]) => `pg_catalog.set_config(${quoteText(name)}, ${quoteText(value)}, false)`,
  );
  return `SELECT ${calls.join(', ')}`;
}

export const quoteName = (name: string): string => `"${name.replaceAll('"', '""')}"`;

/** `E''` means the same whatever `standard_conforming_strings` is. */
export const quoteText = (text: string): string =>
  `E'${text.replaceAll('\\', '\\\\').replaceAll("'", "''")}'`;

/** Names of extensions' settings have dots. */
const settingName = (name: string): string => name.split('.').map(quoteName).join('.');

const UNITS_MS: Readonly<Record<string, number>> = {
  us: 0.001,
  ms: 1,
  s: 1_000,
  min: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};

/** A setting that is a time, such as `15s` or, without a unit, milliseconds. 0 and what cannot be read: undefined. */
export function durationMs(value: string | undefined): number | undefined {
  const [, amount = '', unit = 'ms'] = /^\s*(\d+(?:\.\d+)?)\s*(us|ms|s|min|h|d)?\s*$/.exec(value ?? '') ?? [];
  const ms = Number(amount) * (UNITS_MS[unit] ?? 1);
  return ms > 0 ? ms : undefined;
}
