import pg from 'pg';
import { DatabaseError } from './database-error.js';
import { inTransaction } from './pool.js';
import type { Queryable } from './queryable.js';

/**
 * Held-up transactions end by themselves: a process that was paused in the middle of one must not keep its successor
 * from the partition, and the successor must not wait for ever.
 */
const BOUNDS = `SET LOCAL idle_in_transaction_session_timeout = '30s';
SET LOCAL lock_timeout = '45s';`;

const SETTINGS = `SET LOCAL synchronous_commit = off;
-- Late readings may fall into compressed chunks; the default limit would refuse them for ever.
SET LOCAL timescaledb.max_tuples_decompressed_per_dml_transaction = 0;`;

/**
 * A transaction that applies records of Kafka and moves their offset with them. COMMIT does not wait for the disk: after a
 * crash of the server the newest rows are gone together with the offset, and come again from Kafka. Where others are told of
 * what was written, `commitDurably` makes it wait.
 * @throws DatabaseError, not retriable only where the values written are at fault; and whatever `work` throws
 */
export function inConsumerTransaction<T>(
  pool: pg.Pool,
  doing: string,
  work: (client: pg.PoolClient) => Promise<T>,
): Promise<T> {
  return inBoundedTransaction(pool, doing, SETTINGS, work);
}

/** From now on the COMMIT of the transaction waits for the disk, with it whatever was committed before. */
export async function commitDurably(client: Queryable): Promise<void> {
  await client.query('SET LOCAL synchronous_commit = on');
}

/** SQLSTATE classes that say something of the values written: cardinality, data, constraints, limits of the program. */
const OF_THE_DATA = ['21', '22', '23', '54'];

/**
 * What the database refuses for another reason than the values (a missing right or column, a changed password, a full
 * index) is not the record's fault: it stays in Kafka, and is tried again until an operator has mended the cause.
 */
async function inBoundedTransaction<T>(
  pool: pg.Pool,
  doing: string,
  settings: string,
  work: (client: pg.PoolClient) => Promise<T>,
): Promise<T> {
  try {
    return await inTransaction(pool, doing, async (client) => {
      await client.query(`${BOUNDS}\n${settings}`);
      return work(client);
    });
  } catch (error) {
    if (!(error instanceof DatabaseError) || error.retriable || isOfTheData(error.cause)) throw error;
    throw new DatabaseError(error.code, error.message, { cause: error.cause, retriable: true });
  }
}

function isOfTheData(cause: unknown): boolean {
  return (
    cause instanceof pg.DatabaseError && OF_THE_DATA.some((sqlState) => cause.code?.startsWith(sqlState))
  );
}
