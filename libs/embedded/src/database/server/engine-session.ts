import { type Engine, type Exchange, StatementError } from '../engine/engine.js';
import { OWNER } from '../engine/cluster-folder.js';
import { FIXED_USER } from '../engine/pglite-module.js';
import { cString, FRONTEND, frontendMessage, queryMessage, syncMessage } from '../wire/frontend-messages.js';
import { BACKEND, STATUS } from '../wire/backend-messages.js';
import {
  type Login,
  OWNER_LOGIN,
  OWNER_PROFILE,
  type Profile,
  quoteText,
  sameProfile,
  setStatement,
  switchStatements,
} from './profile.js';

/** A role that lets a client in, with the settings that ALTER ROLE and ALTER DATABASE have given it. */
export interface RoleFound {
  readonly login: Login;
  readonly canLogin: boolean;
  /** -1: none. */
  readonly connectionLimit: number;
  readonly settings: ReadonlyMap<string, string>;
}

/** Kept apart from the other settings, as they are who the client is. */
const IDENTITY = new Set(['role', 'session_authorization']);

/**
 * The engine's one session, and whose it is at the moment. Also knows what the prepared statements that live in it depend
 * on: `generation` moves when all of them are gone, `unnamedOwner` is whose unnamed statement it holds.
 */
export class EngineSession {
  private current: Profile = OWNER_PROFILE;
  generation = 0;
  unnamedOwner: object | undefined;
  private ownerSettings: ReadonlyMap<string, string> | undefined;

  constructor(readonly engine: Engine) {}

  /** Messages of a client, in the session as it is. @throws EngineCrash */
  exchange(exchange: Exchange): void {
    this.engine.exchange(exchange);
  }

  /** SQL of the server's own, as whoever the session belongs to. @throws StatementError, EngineCrash */
  ask(sql: string): (string | null)[][] {
    this.unnamedOwner = undefined;
    return this.engine.ask(sql);
  }

  /** SQL of the server's own, with every right. @throws StatementError, EngineCrash */
  askAsOwner(sql: string): (string | null)[][] {
    this.switchTo(OWNER_PROFILE);
    return this.ask(sql);
  }

  /**
   * Gives the session to a profile. Costs nothing when it is the one that had it, else one statement or two.
   * @throws StatementError when a value is refused or the role is gone; the session is the owner's then
   */
  switchTo(profile: Profile): void {
    const { current } = this;
    if (sameProfile(current, profile)) return;
    if (current.login.restricted) this.engine.module._SetUserIdAndSecContext(current.login.roleId, 0);
    const statements = switchStatements(current, profile);
    try {
      if (statements.length > 0) this.ask(statements.join(';'));
    } catch (error) {
      // A text of several statements is one transaction: nothing of it has happened, and nothing is known either.
      if (error instanceof StatementError) this.reset();
      throw error;
    }
    this.pin(profile.login);
    this.current = profile;
  }

  /** Reads back what the client's statements have made of the session. @throws EngineCrash */
  readProfile(login: Login): Profile {
    const rows = this.ask(
      `SELECT name, pg_catalog.current_setting(name) FROM pg_catalog.pg_settings WHERE source = 'session'
       UNION ALL SELECT 'session_authorization', pg_catalog.current_setting('session_authorization')
       UNION ALL SELECT 'role', pg_catalog.current_setting('role')`,
    );
    const settings = new Map(rows.map(([name, value]) => [name ?? '', value ?? '']));
    const authorization = settings.get('session_authorization') ?? OWNER;
    const role = settings.get('role') ?? 'none';
    for (const name of IDENTITY) settings.delete(name);
    this.current = { login, authorization, role, settings };
    return this.current;
  }

  /** Applies what a client asks for as it logs in, with the client's own rights. @throws StatementError, EngineCrash */
  applyOwn(settings: ReadonlyMap<string, string>): void {
    const allowed = [...settings].filter(([name]) => !IDENTITY.has(name.toLowerCase()));
    if (allowed.length > 0) this.ask(setStatement(allowed));
  }

  /**
   * What ALTER ROLE and ALTER DATABASE have set for the owner, if it is known without asking the engine: most clients are
   * the owner, and are let in without a turn of theirs.
   */
  get ownerDefaults(): ReadonlyMap<string, string> | undefined {
    return this.ownerSettings;
  }

  rolesChanged(): void {
    this.ownerSettings = undefined;
  }

  /** @throws EngineCrash */
  findRole(name: string): RoleFound | undefined {
    const [found, ...settings] = this.askAsOwner(
      `SELECT oid::text, rolcanlogin::text, rolsuper::text, rolconnlimit::text FROM pg_catalog.pg_roles WHERE rolname = ${quoteText(name)};
       SELECT setting FROM pg_catalog.pg_db_role_setting s, pg_catalog.unnest(s.setconfig) setting
       WHERE s.setdatabase IN (0, (SELECT oid FROM pg_catalog.pg_database WHERE datname = pg_catalog.current_database()))
         AND s.setrole IN (0, (SELECT oid FROM pg_catalog.pg_roles WHERE rolname = ${quoteText(name)}))
       ORDER BY s.setrole <> 0, s.setdatabase <> 0`,
    );
    if (!found || found.length !== 4) return undefined;
    const [oid, canLogin, isSuperuser, connectionLimit] = found;
    const pairs = settings.map(([setting]) => /^([^=]+)=(.*)$/s.exec(setting ?? '') ?? []);
    const allowed = new Map(
      pairs
        .filter(([, setting = '']) => !IDENTITY.has(setting.toLowerCase()))
        .map(([, setting = '', value = '']) => [setting, value]),
    );
    if (name === OWNER) this.ownerSettings = allowed;
    return {
      login: name === OWNER ? OWNER_LOGIN : { name, roleId: Number(oid), restricted: isSuperuser !== 'true' },
      canLogin: canLogin === 'true',
      connectionLimit: Number(connectionLimit),
      settings: allowed,
    };
  }

  /** Ends whatever transaction or pipeline a client has left behind. @throws EngineCrash */
  rollBack(): void {
    let status: number = STATUS.idle;
    const note = (bytes: Buffer): void => {
      // ReadyForQuery is the last message, and its status the last byte.
      if (bytes.at(-6) === BACKEND.readyForQuery) status = bytes.at(-1) ?? status;
    };
    // By an error, as a Sync would commit what a pipeline has done so far.
    const fail = frontendMessage(
      FRONTEND.parse,
      cString('fieldstream_rollback'),
      cString('-'),
      Buffer.alloc(2),
    );
    this.engine.exchange({ messages: [fail, syncMessage()], answer: note });
    if (status !== STATUS.idle) this.engine.exchange({ messages: [queryMessage('ROLLBACK')], answer: note });
    this.unnamedOwner = undefined;
  }

  private pin(login: Login): void {
    if (login.restricted) this.engine.module._SetUserIdAndSecContext(login.roleId, FIXED_USER);
  }

  /** Back to the owner with nothing set. */
  private reset(): void {
    this.ask(`SET SESSION AUTHORIZATION ${OWNER}; SET ROLE NONE; RESET ALL`);
    this.current = OWNER_PROFILE;
  }
}
