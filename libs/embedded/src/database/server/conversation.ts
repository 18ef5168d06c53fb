import { StatementError } from '../engine/engine.js';
import type { EngineSession } from './engine-session.js';
import { PreparedStatements } from './prepared-statements.js';
import { durationMs, type Login, type Profile, quoteName, sameSettings, withSettings } from './profile.js';
import {
  BACKEND,
  errorResponse,
  parameterStatus,
  readErrorFields,
  STATUS,
  withErrorText,
} from '../wire/backend-messages.js';
import { FRONTEND, statementMessages, syncMessage } from '../wire/frontend-messages.js';
import { ResponseScanner } from '../wire/response-scanner.js';
import { changesNoSetting, splitStatements } from '../wire/sql-text.js';
import { watchText } from './watched-text.js';

/** One request as it goes to the engine: a simple query, or the extended protocol up to Sync or Flush. */
export interface Unit {
  readonly messages: readonly Buffer[];
  /** Data of COPY FROM STDIN, which the client has been asked for already. */
  readonly copyData?: () => Buffer | undefined;
}

/** Settings whose changes a client is told of (documentation, "Asynchronous Operations"). */
export const REPORTED = [
  'application_name',
  'client_encoding',
  'DateStyle',
  'default_transaction_read_only',
  'IntervalStyle',
  'scram_iterations',
  'standard_conforming_strings',
  'TimeZone',
] as const;

const IDLE_STATEMENT = 'fieldstream_idle_limit';

/**
 * What one client has in the engine: who it is, its settings, its prepared statements, its transaction. Each request is
 * run in a session made to look like this client's, and what the request has left in the session is read back.
 *
 * Kept apart: role, settings, prepared statements, transactions, cursors. While a client holds a session-level advisory
 * lock or a cursor WITH HOLD it keeps the engine, so that the lock excludes and the cursor stays. Shared by all clients:
 * temporary tables until their client goes, and settings that a function changes by set_config behind its caller's back.
 */
export class Conversation {
  readonly statements: PreparedStatements;
  private status: number = STATUS.idle;
  /** Messages without a Sync have been run. */
  private isOpen = false;
  private isSticky = false;
  private isTooLarge = false;
  private mayHaveSettings = false;
  private mayBeSticky = false;
  private hasTemporary = false;
  private sqlPrepared: { name: string; text: string }[] = [];
  private mayHavePrepared = false;
  private readonly reported: Map<string, string>;

  constructor(
    private readonly session: EngineSession,
    private readonly login: Login,
    /** As the client has logged in; what RESET goes back to. */
    private readonly initial: ReadonlyMap<string, string>,
    private profile: Profile,
    private readonly defaults: ReadonlyMap<string, string>,
    options: { readonly number: number; readonly maxStatementBytes: number },
  ) {
    this.statements = new PreparedStatements(options.number, session, options.maxStatementBytes);
    this.reported = new Map(REPORTED.map((name) => [name, this.reportable(name)]));
  }

  /** Whether nobody else may have the engine before the next request. */
  get keepsEngine(): boolean {
    return this.status !== STATUS.idle || this.isOpen || this.isSticky;
  }

  get isInTransaction(): boolean {
    return this.status !== STATUS.idle || this.isOpen;
  }

  /** Whether the engine must forget something when the client goes. */
  get hasTraces(): boolean {
    return this.keepsEngine || this.statements.hasNamed || this.hasTemporary;
  }

  reportedSettings(): [name: string, value: string][] {
    return [...this.reported];
  }

  /**
   * @param answer gets what the client is to see; false cancels the statement, and no more rows come
   * @throws EngineCrash; StatementError when the client's settings or role are refused; RangeError for malformed messages
   */
  run(unit: Unit, answer: (bytes: Buffer) => boolean): void {
    if (!this.keepsEngine) this.enter();
    let query: string | undefined;
    const isQuery = unit.messages.at(-1)?.[0] === FRONTEND.query;
    const messages = this.statements.rewrite(unit.messages, (text) => {
      if (isQuery) query = text;
      return this.watch(text);
    });
    let ready: Buffer | undefined;
    this.isTooLarge = false;
    const scanner = new ResponseScanner(
      (type, message) => {
        if (type !== BACKEND.readyForQuery) return this.see(type, message, query, unit);
        ready = message;
        return false;
      },
      (bytes) => {
        if (answer(bytes) || this.isTooLarge) return;
        this.isTooLarge = true;
        scanner.discardRows();
        this.session.engine.cancel();
      },
    );
    const feed = (bytes: Buffer): void => scanner.feed(bytes);
    const timeoutMs = durationMs(this.profile.settings.get('statement_timeout'));
    this.session.exchange({
      messages,
      answer: feed,
      ...(unit.copyData ? { more: unit.copyData } : {}),
      ...(timeoutMs === undefined ? {} : { deadline: performance.now() + timeoutMs }),
    });
    // A COPY FROM STDIN that was made to fail has swallowed the Sync.
    if (!ready && unit.messages.at(-1)?.[0] === FRONTEND.sync) {
      this.session.exchange({ messages: [syncMessage()], answer: feed });
    }
    this.isOpen = !ready;
    if (!ready) return;
    this.statements.synced();
    this.status = ready.at(-1) ?? STATUS.idle;
    if (this.status === STATUS.idle) for (const bytes of this.settle()) answer(bytes);
    answer(ready);
  }

  /** How long the client may keep the engine without a request; `fallbackMs` where it has set nothing. @throws EngineCrash */
  idleLimitMs(fallbackMs: number): number {
    if (!this.isInTransaction) return fallbackMs;
    let value = this.profile.settings.get('idle_in_transaction_session_timeout');
    if (this.status === STATUS.inTransaction && !this.isOpen) {
      // SHOW takes no snapshot, and named objects disturb none of the client's.
      const show = statementMessages(IDLE_STATEMENT, 'SHOW idle_in_transaction_session_timeout');
      value = this.session.engine.askRaw([...show, syncMessage()])[0]?.[0] ?? value;
    }
    return durationMs(value) ?? fallbackMs;
  }

  /** Undoes and forgets everything of this client, while nobody else has the engine. @throws EngineCrash */
  leave(isLastWithTemporary: boolean): void {
    const { session } = this;
    if (this.keepsEngine) {
      session.rollBack();
      if (this.isSticky || this.mayBeSticky)
        session.ask('SELECT pg_catalog.pg_advisory_unlock_all(); CLOSE ALL');
      if (this.mayHaveSettings) session.readProfile(this.login);
    }
    if (this.hasTemporary && isLastWithTemporary) session.askAsOwner('DISCARD TEMP');
    const messages = this.statements.closeMessages();
    if (messages.length > 0) session.engine.askRaw([...messages, syncMessage()]);
    this.status = STATUS.idle;
    this.isOpen = false;
    this.isSticky = false;
  }

  get usesTemporary(): boolean {
    return this.hasTemporary;
  }

  private enter(): void {
    this.session.switchTo(this.profile);
    this.sqlPrepared = this.sqlPrepared.filter(({ text }) => {
      try {
        this.session.ask(text);
        return true;
      } catch (error) {
        // What it needs is gone; using it will say so.
        if (error instanceof StatementError) return false;
        throw error;
      }
    });
  }

  /** @returns another text, which fails, for what cannot work here */
  private watch(text: string): string | undefined {
    const found = watchText(text);
    if (!found) return undefined;
    this.mayHaveSettings ||= found.mayChangeSettings;
    this.mayBeSticky ||= found.mayStay;
    this.hasTemporary ||= found.makesTemporary;
    return found.replacement;
  }

  private see(type: number, message: Buffer, query: string | undefined, unit: Unit): boolean | Buffer {
    switch (type) {
      case BACKEND.commandComplete:
        this.seeTag(message.toString('latin1', 5, message.length - 1), query);
        return true;
      case BACKEND.parseComplete:
        return this.statements.parsed();
      case BACKEND.closeComplete:
        this.statements.closed();
        return true;
      case BACKEND.copyInResponse:
        return unit.copyData === undefined;
      case BACKEND.error:
        return this.explain(message);
      default:
        // Notifications and settings of the shared session are nobody's.
        return false;
    }
  }

  /** Says why a statement was cancelled, which the engine does not know. */
  private explain(error: Buffer): boolean | Buffer {
    const isOurs = this.isTooLarge || this.session.engine.timedOut;
    if (!isOurs || readErrorFields(error).get('C') !== '57014') return true;
    return this.isTooLarge
      ? errorResponse(
          'ERROR',
          '54000',
          'the result is larger than the embedded database allows',
          'Ask for less at once, with LIMIT or a cursor.',
        )
      : withErrorText(error, 'canceling statement due to statement timeout');
  }

  private seeTag(tag: string, query: string | undefined): void {
    switch (tag) {
      case 'SET':
        if (query === undefined || !changesNoSetting(query)) this.mayHaveSettings = true;
        break;
      case 'DISCARD ALL':
      case 'DEALLOCATE ALL':
        this.session.generation++;
        this.statements.forgetAll();
        this.mayHavePrepared = true;
        if (tag === 'DISCARD ALL') this.mayHaveSettings = true;
        break;
      case 'DO':
        this.session.rolesChanged();
        this.mayHaveSettings = true;
        break;
      case 'RESET':
      case 'CALL':
        this.mayHaveSettings = true;
        break;
      case 'PREPARE':
      case 'DEALLOCATE':
        this.mayHavePrepared = true;
        break;
      case 'ALTER ROLE':
      case 'ALTER DATABASE':
        this.session.rolesChanged();
        break;
      default:
    }
  }

  /** Between transactions: reads back what the session has become. @returns what the client is told of it */
  private settle(): Buffer[] {
    const told: Buffer[] = [];
    if (this.mayHaveSettings) {
      this.mayHaveSettings = false;
      const profile = this.session.readProfile(this.login);
      const settings = new Map([...this.initial, ...profile.settings]);
      this.profile = sameSettings(settings, profile.settings) ? profile : withSettings(profile, settings);
      for (const [name, before] of this.reported) {
        const value = this.reportable(name);
        if (value === before) continue;
        this.reported.set(name, value);
        told.push(parameterStatus(name, value));
      }
    }
    if (this.isSticky || this.mayBeSticky) {
      this.mayBeSticky = false;
      const [row] = this.session.ask(
        `SELECT (SELECT count(*) FROM pg_catalog.pg_locks WHERE locktype = 'advisory')
              + (SELECT count(*) FROM pg_catalog.pg_cursors WHERE is_holdable)`,
      );
      this.isSticky = row?.[0] !== '0';
    }
    if (this.mayHavePrepared || this.sqlPrepared.length > 0) this.settlePrepared();
    return told;
  }

  /** Statements of SQL's PREPARE are taken out of the engine, and made again for the client's next request. */
  private settlePrepared(): void {
    if (this.mayHavePrepared) {
      this.mayHavePrepared = false;
      const rows = this.session.ask(
        'SELECT name, statement FROM pg_catalog.pg_prepared_statements WHERE from_sql ORDER BY prepare_time',
      );
      this.sqlPrepared = rows
        .map(([name, text]) => ({ name: name ?? '', text: text ?? '' }))
        .filter(({ text }) => splitStatements(text).length === 1);
    }
    if (this.isSticky || this.sqlPrepared.length === 0) return;
    this.session.ask(this.sqlPrepared.map(({ name }) => `DEALLOCATE ${quoteName(name)}`).join(';'));
  }

  private reportable(name: string): string {
    return this.profile.settings.get(name) ?? this.defaults.get(name) ?? '';
  }
}
