import { StatementError } from '../engine/engine.js';
import { DATABASE_NAME, OWNER } from '../engine/cluster-folder.js';
import { authenticationOk, parameterStatus } from '../wire/backend-messages.js';
import { readCommandLineOptions } from '../wire/startup-packet.js';
import type { EngineSession } from './engine-session.js';
import { type Login, OWNER_PROFILE, type Profile, withSettings } from './profile.js';

/** A client that is not let in. */
export class LoginRefused extends Error {
  override readonly name = 'LoginRefused';

  constructor(
    readonly sqlState: string,
    message: string,
  ) {
    super(message);
  }
}

export interface LoginRequest {
  readonly user: string;
  readonly settings: ReadonlyMap<string, string>;
}

export interface LoggedIn {
  readonly login: Login;
  readonly profile: Profile;
}

/** `postgres` is what clients ask for that know nothing of the project. */
const DATABASES = new Set([DATABASE_NAME, 'postgres']);

/** Settings that take any value as it is, or whose refusal can wait for the first request. */
const PLAIN = new Set([
  'application_name',
  'extra_float_digits',
  'idle_in_transaction_session_timeout',
  'lock_timeout',
  'statement_timeout',
]);

/** @throws LoginRefused, FramingError */
export function readLogin(parameters: ReadonlyMap<string, string>): LoginRequest {
  const {
    user = '',
    database = user,
    replication = 'false',
    options = '',
    ...others
  } = Object.fromEntries([...parameters].filter(([name]) => !name.startsWith('_pq_.')));
  if (user === '') throw new LoginRefused('28000', 'no PostgreSQL user name specified in startup packet');
  if (!DATABASES.has(database)) {
    throw new LoginRefused(
      '3D000',
      `database "${database}" does not exist: the embedded one is "${DATABASE_NAME}"`,
    );
  }
  if (!/^(false|off|no|0)$/i.test(replication)) {
    throw new LoginRefused('0A000', 'the embedded database has no replication');
  }
  const settings = new Map(readCommandLineOptions(options));
  for (const [name, value] of Object.entries(others)) settings.set(name, value);
  const encoding = settings.get('client_encoding') ?? 'UTF8';
  if (!/^'?(utf-?8|unicode|sql_ascii)'?$/i.test(encoding)) {
    throw new LoginRefused('22023', `the embedded database speaks UTF8 only, not ${encoding}`);
  }
  settings.delete('client_encoding');
  return { user, settings };
}

/** Lets the owner in without asking the engine, if nothing about it needs to be asked. */
export function logInAtOnce(request: LoginRequest, session: EngineSession): LoggedIn | undefined {
  const base = session.ownerDefaults;
  if (request.user !== OWNER || !base) return undefined;
  for (const name of request.settings.keys()) if (!PLAIN.has(name)) return undefined;
  const profile = withSettings(OWNER_PROFILE, base);
  return { login: profile.login, profile: withSettings(profile, request.settings) };
}

/**
 * Lets a client in while it has the engine: as the role it names, with the role's settings and its own.
 * @param connections how many clients of a role there are, this one included
 * @throws LoginRefused, EngineCrash
 */
export function logIn(
  request: LoginRequest,
  session: EngineSession,
  connections: (role: string) => number,
): LoggedIn {
  const { user } = request;
  const role = session.findRole(user);
  if (!role) throw new LoginRefused('28000', `role "${user}" does not exist`);
  if (!role.canLogin) throw new LoginRefused('28000', `role "${user}" is not permitted to log in`);
  const { login, connectionLimit } = role;
  if (login.restricted && connectionLimit >= 0 && connections(user) > connectionLimit) {
    throw new LoginRefused('53300', `too many connections for role "${user}"`);
  }
  const base: Profile = { login, authorization: user, role: 'none', settings: role.settings };
  try {
    session.switchTo(base);
    session.applyOwn(request.settings);
  } catch (error) {
    if (error instanceof StatementError) throw new LoginRefused(error.sqlState, error.message);
    throw error;
  }
  return { login, profile: session.readProfile(login) };
}

const TOLD_ONCE = ['server_version', 'server_encoding', 'integer_datetimes', 'in_hot_standby'];

/** What a client is told once it is in. */
export function greeting(
  login: Login,
  reported: readonly (readonly [name: string, value: string])[],
  defaults: ReadonlyMap<string, string>,
): Buffer[] {
  const told = [
    ...TOLD_ONCE.map((name) => [name, defaults.get(name) ?? ''] as const),
    ['is_superuser', login.restricted ? 'off' : 'on'] as const,
    ['session_authorization', login.name] as const,
    ...reported,
  ];
  return [authenticationOk(), ...told.map(([name, value]) => parameterStatus(name, value))];
}
