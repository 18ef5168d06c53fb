import pg from 'pg';

export type DatabaseErrorCode =
  | 'unreachable'
  | 'refused'
  | 'conflict'
  | 'overloaded'
  | 'migration-failed'
  | 'schema-too-new'
  | 'stale-position'
  | 'aborted'
  | 'query-failed';

/** What the database, or the way to it, reports. `retriable` tells whether the same call can succeed later. */
export class DatabaseError extends Error {
  override readonly name = 'DatabaseError';

  constructor(
    readonly code: DatabaseErrorCode,
    message: string,
    options: { cause?: unknown; retriable?: boolean } = {},
  ) {
    super(message, { cause: options.cause });
    this.retriable = options.retriable ?? false;
  }

  readonly retriable: boolean;
}

/** SQLSTATE classes and codes after which the same transaction can succeed (PostgreSQL documentation, appendix A). */
const RETRIABLE: readonly (readonly [prefix: string, code: DatabaseErrorCode])[] = [
  ['08', 'unreachable'],
  ['57P', 'unreachable'],
  ['40', 'conflict'],
  ['55P03', 'conflict'],
  // The server ended a transaction that stood idle: this process was paused.
  ['25P03', 'conflict'],
  ['53', 'overloaded'],
  ['57014', 'overloaded'],
  ['58', 'unreachable'],
];

/** Turns whatever `pg` threw into a `DatabaseError`, keeping it as the cause. */
export function toDatabaseError(error: unknown, doing: string): DatabaseError {
  if (error instanceof DatabaseError) return error;
  const message = `${doing}: ${error instanceof Error ? error.message || error.name : String(error)}`;
  if (error instanceof pg.DatabaseError) {
    const match = RETRIABLE.find(([prefix]) => error.code?.startsWith(prefix));
    if (match) return new DatabaseError(match[1], message, { cause: error, retriable: true });
    const refused = error.code?.startsWith('28') || error.code === '3D000';
    return new DatabaseError(refused ? 'refused' : 'query-failed', message, { cause: error });
  }
  if (isMisconfiguration(error)) return new DatabaseError('refused', message, { cause: error });
  // Socket errors and pg's own "Connection terminated": the server is away.
  return new DatabaseError('unreachable', message, { cause: error, retriable: true });
}

/** What pg's own client says of a password, a TLS setting or a URL that cannot work however often it is tried. */
function isMisconfiguration(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  return (
    /^SASL|does not support SSL|Invalid URL/.test(error.message) ||
    (error as NodeJS.ErrnoException).code === 'ERR_INVALID_URL'
  );
}
