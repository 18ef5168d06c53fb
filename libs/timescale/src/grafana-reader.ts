import { createHash, createHmac, pbkdf2Sync, randomBytes } from 'node:crypto';
import pg from 'pg';
import { toDatabaseError } from './database-error.js';
import type { Queryable } from './queryable.js';

const ITERATIONS = 4096;

/**
 * Sets the password of the role `grafana_reader`. The server is sent its SCRAM verifier only, so that the password
 * shows in no log of statements. Services that do this at the same time do not disturb one another.
 * @throws DatabaseError
 */
export async function setGrafanaPassword(pool: Queryable, password: string): Promise<void> {
  try {
    await pool.query(`ALTER ROLE grafana_reader PASSWORD '${scramVerifier(password, randomBytes(16))}'`);
  } catch (error) {
    // "tuple concurrently updated": another service sets it at this moment.
    if (error instanceof pg.DatabaseError && error.code === 'XX000') return;
    throw toDatabaseError(error, 'setting the password of grafana_reader');
  }
}

/** What PostgreSQL stores for a password: `SCRAM-SHA-256$<iterations>:<salt>$<StoredKey>:<ServerKey>` (RFC 5803). */
export function scramVerifier(password: string, salt: Buffer): string {
  const salted = pbkdf2Sync(password.normalize('NFKC'), salt, ITERATIONS, 32, 'sha256');
  const hmac = (text: string): Buffer => createHmac('sha256', salted).update(text).digest();
  const storedKey = createHash('sha256').update(hmac('Client Key')).digest('base64');
  return `SCRAM-SHA-256$${ITERATIONS}:${salt.toString('base64')}$${storedKey}:${hmac('Server Key').toString('base64')}`;
}
