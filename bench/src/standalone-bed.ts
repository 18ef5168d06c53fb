import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ChildProgram, eventually, freePort } from '@fieldstream/testing';
import { TOPICS } from '@fieldstream/wire';
import pg from 'pg';
import { COMPILED } from './bench-bed.js';

const READY_TIMEOUT_MS = 60_000;

/** Everything in one process, as `npm start` runs it, on a data folder of its own. */
export class StandaloneBed {
  private constructor(
    private readonly program: ChildProgram,
    readonly mqttPort: number,
    private readonly pool: pg.Pool,
    /** From the start of the process until it is ready, with an empty data folder. */
    readonly startMs: number,
  ) {}

  /** Makes a bed for `work`, and takes it away afterwards, whatever became of the work. */
  static async use<T>(work: (bed: StandaloneBed) => Promise<T>): Promise<T> {
    const dataDir = await mkdtemp(join(tmpdir(), 'fieldstream-bench-'));
    const ports = await Promise.all(Array.from({ length: 5 }, () => freePort()));
    const [mqttPort = 0, httpPort, sqlPort, kafkaPort, opsPort] = ports;
    const program = new ChildProgram({
      name: 'standalone',
      entry: 'apps/standalone/src/main.ts',
      from: COMPILED ? 'dist' : 'source',
      env: {
        DATA_DIR: dataDir,
        MQTT_PORT: String(mqttPort),
        HTTP_PORT: String(httpPort),
        EMBEDDED_SQL_PORT: String(sqlPort),
        EMBEDDED_KAFKA_PORT: String(kafkaPort),
        OPS_PORT: String(opsPort),
        NODE_ENV: 'production',
      },
    });
    const pool = new pg.Pool({
      connectionString: `postgres://fieldstream@127.0.0.1:${sqlPort}/fieldstream`,
      max: 1,
    });
    pool.on('error', () => {});
    try {
      const startedMs = performance.now();
      let output = '';
      program.run((chunk) => (output += chunk));
      await eventually(() => output.includes('Fieldstream is running') || !program.isRunning, {
        timeoutMs: READY_TIMEOUT_MS,
        everyMs: 10,
        what: 'everything running',
      });
      if (!program.isRunning) throw new Error(`it ended before it was ready\n${program.logs}`);
      const startMs = performance.now() - startedMs;
      return await work(new StandaloneBed(program, mqttPort, pool, startMs));
    } finally {
      await pool.end();
      await program
        .stop(READY_TIMEOUT_MS)
        .catch((error: Error) => process.stderr.write(`${error.message}\n`));
      await rm(dataDir, { recursive: true, force: true });
    }
  }

  get pids(): Record<string, number> {
    return { standalone: this.program.pid };
  }

  /** What the aggregator has committed, the demo's few publishes a second among it. */
  async committed(): Promise<{ records: number; readings: number; stored: number }> {
    const { rows } = await this.pool.query<{ records: string; readings: string; stored: string }>(
      `SELECT sum(records) AS records, sum(readings) AS readings, sum(stored) AS stored
       FROM consumer_offset WHERE consumer LIKE '%aggregator' AND topic = $1`,
      [TOPICS.readings],
    );
    const [row] = rows;
    return { records: Number(row?.records), readings: Number(row?.readings), stored: Number(row?.stored) };
  }
}
