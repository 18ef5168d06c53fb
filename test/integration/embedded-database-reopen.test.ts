import { expect, test } from '@jest/globals';
import { createPool, migrate } from '@fieldstream/timescale';
import { startEngine } from '@fieldstream/testing';
import { silent } from './timescale-flavours.js';

/** A server has loaded TimescaleDB before its first session begins; here it is the first statement that needs it. */
test.each(['SIGKILL', 'SIGTERM'] as const)(
  'the first statement after %s and a new start knows hypertables and their continuous aggregates',
  async (signal) => {
    const engine = await startEngine('database');
    const pool = createPool({
      url: engine.address,
      maxConnections: 2,
      applicationName: 'reopen-test',
      logger: silent,
    });
    try {
      await migrate(pool, silent);
      await engine.takeAway(signal);
      await engine.bringBack();
      const { rowCount } = await pool.query(
        `INSERT INTO reading_1m VALUES ('2026-06-01T12:00:00Z', 1, 1, 2, 2, 2, 2, '2026-06-01T12:00:01Z', 2, '2026-06-01T12:00:01Z')`,
      );
      expect(rowCount).toBe(1);
      const { rows } = await pool.query('SELECT sum FROM reading_1h');
      expect(rows).toEqual([{ sum: 2 }]);
    } finally {
      await pool.end();
      await engine.remove();
    }
  },
  120_000,
);
