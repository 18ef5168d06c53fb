import type { Connection, Submittable } from 'pg';

/** Rows in PostgreSQL's text format, column by column. */
export interface TextResult {
  readonly columns: readonly { readonly name: string; readonly typeId: number }[];
  readonly values: readonly (readonly (string | null)[])[];
  readonly rows: number;
  /** Bytes that came from the server. */
  readonly bytes: number;
  /** Why there are no more rows, where there would be. */
  readonly cutBy: 'rows' | 'bytes' | undefined;
}

export interface StatementLimits {
  readonly maxRows: number;
  readonly maxBytes: number;
}

interface RowDescription {
  readonly fields: readonly { readonly name: string; readonly dataTypeID: number }[];
}

/** What `pg` sends of the extended protocol beyond its declared types. */
type Wire = Connection & { sendCopyFail(message: string): void };

/**
 * One statement in a read-only transaction that is rolled back, sent to the server at once and answered at once. The extended
 * protocol takes one statement only; whatever it has set (`set_config`), locked or announced is undone before the
 * connection is anybody else's. The server stops at `maxRows`; what comes beyond `maxBytes` ends the connection.
 */
export class ReadOnlyStatement implements Submittable {
  readonly result: Promise<TextResult>;
  /** The connection is of no more use. */
  isBroken = false;
  private resolve: (result: TextResult) => void = () => {};
  private reject: (error: Error) => void = () => {};
  private columns: TextResult['columns'] = [];
  private values: (string | null)[][] = [];
  private rows = 0;
  private bytes = 0;
  private cutBy: TextResult['cutBy'];
  /** 1: the transaction has begun; 2: the statement has ended; 3 and 4: it is rolled back, without locks. */
  private completed = 0;
  private connection: Connection | undefined;
  private readonly count = (chunk: Buffer): void => this.received(chunk.length);

  constructor(
    private readonly sql: string,
    private readonly limits: StatementLimits,
  ) {
    this.result = new Promise((resolve, reject) => {
      this.resolve = resolve;
      this.reject = reject;
    });
  }

  submit(connection: Connection): void {
    this.connection = connection;
    connection.stream.on('data', this.count);
    connection.stream.cork();
    send(connection, 'BEGIN READ ONLY');
    send(connection, this.sql, this.limits.maxRows + 1);
    send(connection, 'ROLLBACK');
    // A lock of the session, unlike one of the transaction, would stay.
    send(connection, 'SELECT pg_catalog.pg_advisory_unlock_all()');
    connection.sync();
    connection.stream.uncork();
  }

  handleRowDescription({ fields }: RowDescription): void {
    this.columns = fields.map(({ name, dataTypeID }) => ({ name, typeId: dataTypeID }));
    this.values = fields.map(() => []);
  }

  handleDataRow({ fields }: { readonly fields: readonly (string | null)[] }): void {
    if (this.completed !== 1) return;
    if (this.rows === this.limits.maxRows) {
      this.cutBy = 'rows';
      return;
    }
    this.rows += 1;
    for (let index = 0; index < fields.length; index++) this.values[index]?.push(fields[index] ?? null);
  }

  handleCommandComplete(): void {
    this.completed += 1;
  }

  handlePortalSuspended(): void {
    this.completed += 1;
  }

  handleEmptyQuery(): void {
    this.completed += 1;
  }

  handleCopyInResponse(connection: Wire): void {
    connection.sendCopyFail('COPY is no query');
  }

  handleCopyData(): void {}

  handleReadyForQuery(): void {
    this.end();
    const { columns, values, rows, bytes, cutBy } = this;
    this.resolve({ columns, values, rows, bytes, cutBy });
  }

  handleError(error: Error): void {
    if (this.cutBy === 'bytes') this.handleReadyForQuery();
    else {
      this.end();
      this.reject(error);
    }
  }

  private received(bytes: number): void {
    this.bytes += bytes;
    if (this.bytes <= this.limits.maxBytes || this.isBroken) return;
    this.cutBy = 'bytes';
    this.isBroken = true;
    this.connection?.stream.destroy();
  }

  private end(): void {
    this.connection?.stream.off('data', this.count);
  }
}

function send(connection: Connection, text: string, rows?: number): void {
  connection.parse({ name: '', text, types: [] }, true);
  connection.bind({}, true);
  if (rows !== undefined) connection.describe({ type: 'P' }, true);
  connection.execute(rows === undefined ? {} : { rows: String(rows) }, true);
}
