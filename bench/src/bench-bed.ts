import { join } from 'node:path';
import { createTestBed, freePort, ServiceProcess, type TestBed } from '@fieldstream/testing';
import { TOPICS } from '@fieldstream/wire';
import pg from 'pg';
import { localStack } from './machine.js';

/** Whether this benchmark, and so what it measures, runs from `dist`. */
export const COMPILED = !import.meta.url.endsWith('.ts');

export type App = 'bridge' | 'aggregator' | 'alerter';

export interface BenchBedOptions {
  readonly name: string;
  /** Services that run under the CPU profiler. */
  readonly profile: readonly string[];
  /** Gets a folder of profiles for each scenario and service. */
  readonly profilesDir: string;
}

/** A database, topics and services of one scenario's own, and a way to end them all. */
export class BenchBed {
  private readonly services = new Map<App, ServiceProcess>();

  private constructor(
    private readonly options: BenchBedOptions,
    private readonly bed: TestBed,
    readonly mqttPort: number,
    readonly pool: pg.Pool,
  ) {}

  /** Makes a bed for `work`, and takes it away afterwards, whatever became of the work. */
  static async use<T>(options: BenchBedOptions, work: (bed: BenchBed) => Promise<T>): Promise<T> {
    const bed = await createTestBed('bench');
    const pool = new pg.Pool({ connectionString: bed.databaseUrl, max: 3 });
    // The database is dropped with connections still idle.
    pool.on('error', () => {});
    const bench = new BenchBed(options, bed, await freePort(), pool);
    try {
      return await work(bench);
    } finally {
      await bench.stop();
      await pool.end();
      await bed.close();
    }
  }

  get topicPrefix(): string {
    return this.bed.topicPrefix;
  }

  get kafkaBrokers(): string {
    return this.bed.kafkaBrokers;
  }

  /** Starts services, compiled as the benchmark itself is (from source, only the start is slower), one after the other, and waits until each is ready. */
  async start(...apps: readonly App[]): Promise<void> {
    for (const app of apps) {
      const profiling = this.options.profile.includes(app)
        ? ['--cpu-prof', `--cpu-prof-dir=${join(this.options.profilesDir, `${this.options.name}-${app}`)}`]
        : [];
      const service = await ServiceProcess.start({
        app,
        from: COMPILED ? 'dist' : 'source',
        env: { ...this.bed.env, MQTT_PORT: String(this.mqttPort), LOG_LEVEL: 'warn', NODE_ENV: 'production' },
        nodeArguments: profiling,
        readyTimeoutMs: 60_000,
      });
      this.services.set(app, service);
    }
  }

  /** Process ID of each service, and of the broker where it is known. */
  get pids(): Record<string, number> {
    const pids = Object.fromEntries([...this.services].map(([app, service]) => [app, service.pid]));
    const kafkaPid = localStack({ kafkaBrokers: this.bed.kafkaBrokers, databaseUrl: '' })?.kafkaPid;
    return kafkaPid === undefined ? pids : { ...pids, kafka: kafkaPid };
  }

  pidOf(app: App): number {
    const service = this.services.get(app);
    if (service === undefined) throw new Error(`${app} was not started`);
    return service.pid;
  }

  /** What the aggregator has committed: publishes and readings that are visible, since the bed was made. */
  async committed(): Promise<{ records: number; readings: number; stored: number }> {
    const { rows } = await this.pool.query<{ records: string; readings: string; stored: string }>(
      `SELECT coalesce(sum(records), 0) AS records, coalesce(sum(readings), 0) AS readings,
              coalesce(sum(stored), 0) AS stored
       FROM consumer_offset WHERE consumer LIKE '%aggregator' AND topic = $1`,
      [TOPICS.readings],
    );
    const [row] = rows;
    return { records: Number(row?.records), readings: Number(row?.readings), stored: Number(row?.stored) };
  }

  /** Stops the services, the bridge first, so that what it took is finished. A service that does not stop is killed. */
  private async stop(): Promise<void> {
    for (const [app, service] of this.services) {
      await service.stop().catch((error: Error) => process.stderr.write(`${app}: ${error.message}\n`));
    }
  }
}
