import pg from 'pg';
import type { Logger } from '@fieldstream/domain';
import { createPool } from '../pool.js';
import { ReadOnlyStatement, type StatementLimits, type TextResult } from './dashboard-query-statement.js';

export type DashboardQueryErrorCode =
  /** The query is at fault, or asks for what the role may not have. */
  | 'failed'
  | 'timeout'
  | 'cancelled'
  /** The role cannot log in. */
  | 'refused'
  /** The role has as many connections as it may. */
  | 'overloaded'
  | 'unreachable';

/** Why a query has no result, in words for whoever sent it. */
export class DashboardQueryError extends Error {
  override readonly name = 'DashboardQueryError';

  constructor(
    readonly code: DashboardQueryErrorCode,
    message: string,
    options: { cause?: unknown } = {},
  ) {
    super(message, options);
  }

  get retriable(): boolean {
    return this.code === 'timeout' || this.code === 'overloaded' || this.code === 'unreachable';
  }
}

export interface DashboardReaderOptions {
  /** Of the services' own user; the reader logs in beside it. */
  readonly url: string;
  /** Unset: the server asks for none, as the embedded database. */
  readonly password: string | undefined;
  readonly maxConnections: number;
  readonly statementTimeoutMs: number;
  readonly logger: Logger;
}

export interface RunOptions extends StatementLimits {
  /** Ends the wait for a connection and the statement itself. */
  readonly signal: AbortSignal;
}

const ROLE = 'grafana_reader';
/** What decides how literals are read and times are written. */
const SETTINGS = '-c standard_conforming_strings=on -c DateStyle=ISO';

/**
 * Runs queries of dashboards on connections that have logged in as the role `grafana_reader`. There is no other user to go
 * back to in them, so that no statement can get at more than the role may see.
 */
export class DashboardReader {
  private readonly pool: pg.Pool;

  constructor(private readonly options: DashboardReaderOptions) {
    const { url, password, maxConnections, statementTimeoutMs, logger } = options;
    this.pool = createPool({
      url: readerUrl(url, password),
      maxConnections,
      applicationName: 'fieldstream-dashboards',
      statementTimeoutMs,
      logger,
    });
  }

  /** @throws DashboardQueryError */
  async run(sql: string, { signal, ...limits }: RunOptions): Promise<TextResult> {
    const client = await this.connect(signal);
    const ignore = (): void => {};
    client.on('error', ignore);
    const statement = new ReadOnlyStatement(sql, limits);
    let isFit = false;
    const cancel = (): void => this.cancel(client);
    signal.addEventListener('abort', cancel, { once: true });
    try {
      client.query(statement);
      const result = await statement.result;
      isFit = !statement.isBroken;
      return result;
    } catch (error) {
      isFit = !signal.aborted && error instanceof pg.DatabaseError && (await wasReset(client));
      throw signal.aborted
        ? new DashboardQueryError('cancelled', 'the query was cancelled')
        : this.explain(error);
    } finally {
      signal.removeEventListener('abort', cancel);
      client.off('error', ignore);
      client.release(!isFit || signal.aborted);
    }
  }

  async close(): Promise<void> {
    await this.pool.end();
  }

  private async connect(signal: AbortSignal): Promise<pg.PoolClient> {
    try {
      signal.throwIfAborted();
      return await this.pool.connect();
    } catch (error) {
      if (signal.aborted) throw new DashboardQueryError('cancelled', 'the query was cancelled');
      throw this.explain(error);
    }
  }

  /** A role may cancel its own statements. Where the server is the embedded one, a statement that runs goes on to its end. */
  private cancel(client: pg.PoolClient): void {
    const { processID, connection } = client as unknown as {
      processID: number | null;
      connection: pg.Connection;
    };
    connection.stream.destroy();
    if (processID === null) return;
    const doing = 'a query whose caller has gone could not be cancelled';
    this.pool.query('SELECT pg_catalog.pg_cancel_backend($1)', [processID]).catch((error: unknown) => {
      this.options.logger.debug({ err: error }, doing);
    });
  }

  private explain(error: unknown): DashboardQueryError {
    const cause = error;
    const said = error instanceof Error ? error.message : String(error);
    const state = error instanceof pg.DatabaseError ? error.code : undefined;
    if (state === '57014') {
      const seconds = this.options.statementTimeoutMs / 1000;
      const text = `the query took longer than ${seconds} s and was stopped (SQLSTATE 57014): ask for a shorter time range or a coarser interval`;
      return new DashboardQueryError('timeout', text, { cause });
    }
    if (state?.startsWith('28') || state === '3D000' || said.startsWith('SASL')) {
      return new DashboardQueryError(
        'refused',
        `the database does not let the role ${ROLE} in: set GRAFANA_READER_PASSWORD, and the services give the role that password`,
        { cause },
      );
    }
    if (state?.startsWith('53')) {
      return new DashboardQueryError(
        'overloaded',
        `the database has too much to do: ${said} (SQLSTATE ${state})`,
        { cause },
      );
    }
    if (state === undefined || /^(08|57P)/.test(state)) {
      return new DashboardQueryError('unreachable', 'the database does not answer at the moment', { cause });
    }
    return new DashboardQueryError('failed', `${said} (SQLSTATE ${state})`, { cause });
  }
}

/** The URL with which the role logs in to the same database. */
export function readerUrl(url: string, password: string | undefined): string {
  const own = new URL(url);
  own.username = ROLE;
  own.password = encodeURIComponent(password ?? '');
  for (const name of ['user', 'password']) own.searchParams.delete(name);
  const given = own.searchParams.get('options');
  own.searchParams.set('options', given === null ? SETTINGS : `${given} ${SETTINGS}`);
  return own.href;
}

/** After an error the transaction is still open. */
async function wasReset(client: pg.PoolClient): Promise<boolean> {
  try {
    await client.query('ROLLBACK; SELECT pg_catalog.pg_advisory_unlock_all()');
    return true;
  } catch {
    return false;
  }
}
