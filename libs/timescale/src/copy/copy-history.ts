import type pg from 'pg';
import { DatabaseError, toDatabaseError } from '../database-error.js';
import { inTransaction } from '../pool.js';
import type { Queryable } from '../queryable.js';
import { editionOf } from '../timescale-extension.js';
import { COPIED_TABLES, type CopiedTable } from './copied-tables.js';

/** A batch is one statement's text on both sides: some megabytes. */
const ROWS_PER_BATCH = 10_000;

export interface CopyProgress {
  readonly table: string;
  /** Read so far. */
  readonly rows: number;
  /** Of these, new in the target. */
  readonly inserted: number;
  readonly done: boolean;
}

/**
 * Copies everything that an installation has stored into another database whose schema has the same version. Nobody may
 * write to the source meanwhile. A copy that was interrupted goes on where it is run again: rows that are there stay.
 * @throws DatabaseError `refused` if services have stored something in the target already, or it holds the history of
 * another installation; what has been copied until a fault stays
 */
export async function copyHistory(
  source: pg.Pool,
  target: pg.Pool,
  onProgress: (progress: CopyProgress) => void = () => {},
): Promise<void> {
  try {
    await refuseUsedTarget(source, target);
    for (const table of COPIED_TABLES) await copyTable(source, target, table, onProgress);
    await moveSequences(target);
    if ((await editionOf(target)) === 'community') {
      for (const rollup of ['reading_1h', 'reading_1d']) {
        await target.query(`CALL refresh_continuous_aggregate('${rollup}', NULL, NULL)`);
      }
    }
  } catch (error) {
    throw toDatabaseError(error, 'copying the history');
  }
}

async function refuseUsedTarget(source: Queryable, target: Queryable): Promise<void> {
  const { rows: consumers } = await target.query<{ consumer: string }>(
    'SELECT consumer FROM consumer_offset WHERE records > 0 LIMIT 1',
  );
  if (consumers[0]) {
    throw new DatabaseError(
      'refused',
      `${consumers[0].consumer} has stored readings in the target already, so their series would be mixed up: ` +
        'copy into a new database, before the services are started on it',
    );
  }
  // Series that an interrupted copy left there are the same as ours.
  const { rows: theirs } = await target.query<{ series_id: number; device_id: string; metric: string }>(
    'SELECT series_id, device_id, metric FROM series ORDER BY series_id DESC LIMIT 1',
  );
  const [last] = theirs;
  if (!last) return;
  const { rows: ours } = await source.query(
    'SELECT 1 FROM series WHERE series_id = $1 AND device_id = $2 AND metric = $3',
    [last.series_id, last.device_id, last.metric],
  );
  if (ours.length === 0) {
    throw new DatabaseError(
      'refused',
      `the target has a series ${last.metric} of ${last.device_id} that the source does not have: copy into a new database`,
    );
  }
}

async function copyTable(
  source: Queryable,
  target: pg.Pool,
  table: CopiedTable,
  onProgress: (progress: CopyProgress) => void,
): Promise<void> {
  const { name, key } = table;
  const columns = await columnsOf(source, name);
  const keyList = key.join(', ');
  // Keys travel as text, so that times keep their microseconds.
  const keyText = key.map((column) => `${column}::text`).join(', ');
  const select = columns.map((column) => table.replace?.[column] ?? column).join(', ');
  let rows = 0;
  let inserted = 0;
  let after: readonly string[] | undefined;
  const types = await keyTypes(source, table);
  const beyond = `WHERE (${keyList}) > (${types.map((type, index) => `$${index + 1}::${type}`).join(', ')})`;
  for (;;) {
    const where = after ? beyond : '';
    const { rows: batches } = await source.query<{
      batch: string | null;
      count: number;
      last: string[] | null;
    }>(
      `WITH page AS MATERIALIZED (SELECT * FROM ${name} ${where} ORDER BY ${keyList} LIMIT ${ROWS_PER_BATCH})
       SELECT (SELECT json_agg(page)::text FROM page) AS batch, (SELECT count(*)::int FROM page) AS count,
              (SELECT ARRAY[${keyText}] FROM page ORDER BY ${key.map((column) => `${column} DESC`).join(', ')} LIMIT 1) AS last`,
      [...(after ?? [])],
    );
    const [page] = batches;
    if (!page?.batch || !page.last) break;
    const { batch } = page;
    inserted += await inTransaction(target, `copying ${name}`, async (client) => {
      const { rowCount } = await client.query(
        `INSERT INTO ${name} (${columns.join(', ')}) OVERRIDING SYSTEM VALUE
         SELECT ${select} FROM json_populate_recordset(NULL::${name}, $1::json) ON CONFLICT DO NOTHING`,
        [batch],
      );
      return rowCount ?? 0;
    });
    rows += page.count;
    after = page.last;
    onProgress({ table: name, rows, inserted, done: false });
  }
  onProgress({ table: name, rows, inserted, done: true });
}

async function columnsOf(db: Queryable, table: string): Promise<readonly string[]> {
  const { rows } = await db.query<{ column: string }>(
    `SELECT attname AS "column" FROM pg_attribute
     WHERE attrelid = $1::regclass AND attnum > 0 AND NOT attisdropped ORDER BY attnum`,
    [table],
  );
  return rows.map(({ column }) => column);
}

async function keyTypes(db: Queryable, { name, key }: CopiedTable): Promise<readonly string[]> {
  const { rows } = await db.query<{ type: string }>(
    `SELECT format_type(a.atttypid, a.atttypmod) AS type
     FROM unnest($2::text[]) WITH ORDINALITY AS k (name, position)
     JOIN pg_attribute a ON a.attrelid = $1::regclass AND a.attname = k.name ORDER BY k.position`,
    [name, key],
  );
  return rows.map(({ type }) => type);
}

/** New rows get numbers, and rules revisions, beyond those that were copied. */
async function moveSequences(target: Queryable): Promise<void> {
  for (const { name, identity } of COPIED_TABLES) {
    if (identity === undefined) continue;
    await target.query(
      `SELECT setval(pg_get_serial_sequence($1, $2), max(${identity})) FROM ${name} HAVING max(${identity}) IS NOT NULL`,
      [name, identity],
    );
  }
  await target.query(
    `SELECT setval('alert_rule_revision', max(revision)) FROM alert_rule HAVING max(revision) IS NOT NULL`,
  );
}
