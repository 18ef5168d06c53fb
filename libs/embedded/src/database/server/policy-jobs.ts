import type { EngineSession } from './engine-session.js';

export interface PolicyJobOptions {
  /** When a job is run for the first time after the start, or after it was made. */
  readonly firstJobAfterMs: number;
}

export interface PolicyJob {
  readonly id: number;
  /** The procedure that it runs. */
  readonly name: string;
}

const LIST_EVERY_MS = 10_000;

/**
 * When TimescaleDB's jobs are due (continuous aggregates, compression, retention, its own). Without the scheduler
 * `next_start` stays empty and nothing is kept of earlier runs: a job runs `firstJobAfterMs` after the start, and then
 * whenever its `schedule_interval` has passed. Where there is a `next_start`, it counts.
 */
export class PolicyJobs {
  private readonly dueMs = new Map<number, number>();
  private jobs: (PolicyJob & { readonly everyMs: number })[] = [];
  private listedMs = -Infinity;

  constructor(private readonly options: PolicyJobOptions) {}

  /** The job that has been due for longest. It counts as run, whatever becomes of it. @throws StatementError, EngineCrash */
  due(session: EngineSession, nowMs = performance.now()): PolicyJob | undefined {
    this.list(session, nowMs);
    let first: (PolicyJob & { readonly everyMs: number }) | undefined;
    for (const job of this.jobs) {
      const dueMs = this.dueMs.get(job.id) ?? Infinity;
      if (dueMs <= nowMs && dueMs < (first ? (this.dueMs.get(first.id) ?? Infinity) : Infinity)) first = job;
    }
    if (first) this.dueMs.set(first.id, nowMs + first.everyMs);
    return first;
  }

  private list(session: EngineSession, nowMs: number): void {
    const every = Math.min(LIST_EVERY_MS, this.options.firstJobAfterMs);
    if (nowMs - this.listedMs < every) return;
    this.listedMs = nowMs;
    const [extension] = session.askAsOwner("SELECT 1 FROM pg_extension WHERE extname = 'timescaledb'");
    const rows = extension
      ? session.ask(
          `SELECT job_id, proc_name, (extract(epoch FROM schedule_interval) * 1000)::bigint,
                  (extract(epoch FROM next_start - now()) * 1000)::bigint
           FROM timescaledb_information.jobs WHERE scheduled`,
        )
      : [];
    this.jobs = rows.map(([id, name, everyMs]) => ({
      id: Number(id),
      name: name ?? '',
      everyMs: Math.max(Number(everyMs), 1_000),
    }));
    const known = new Set(this.jobs.map((job) => job.id));
    for (const id of this.dueMs.keys()) if (!known.has(id)) this.dueMs.delete(id);
    for (const [id, , everyMs, startsInMs] of rows) {
      if (this.dueMs.has(Number(id))) continue;
      const afterMs =
        startsInMs === null || startsInMs === undefined
          ? Math.min(this.options.firstJobAfterMs, Number(everyMs))
          : Number(startsInMs);
      this.dueMs.set(Number(id), nowMs + afterMs);
    }
  }
}
