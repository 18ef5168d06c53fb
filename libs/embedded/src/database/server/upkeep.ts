import type { Logger } from '@fieldstream/domain';
import { StatementError } from '../engine/engine.js';
import type { EngineSession } from './engine-session.js';
import { PolicyJobs, type PolicyJobOptions } from './policy-jobs.js';
import type { Taker, Turnstile } from './turnstile.js';
import { VacuumPlan } from './vacuum-plan.js';

export interface UpkeepOptions extends PolicyJobOptions {
  /** How often commits that did not wait for the disk are written to it. */
  readonly flushEveryMs: number;
  /** How often anything else is looked for. */
  readonly lookEveryMs: number;
  readonly checkpointEveryMs: number;
  /** A checkpoint is made earlier when there is so much to recover after a crash. */
  readonly checkpointEveryBytes: number;
  /** How often a table is looked for that has changed enough to be vacuumed or analysed. */
  readonly vacuumLookEveryMs: number;
}

export const DEFAULT_UPKEEP: UpkeepOptions = {
  flushEveryMs: 200,
  lookEveryMs: 1_000,
  checkpointEveryMs: 300_000,
  checkpointEveryBytes: 256 * 1024 * 1024,
  firstJobAfterMs: 60_000,
  vacuumLookEveryMs: 30_000,
};

const COMPLAIN_EVERY_MS = 60_000;
const SLOW_MS = 1_000;

export interface UpkeepHost {
  readonly session: EngineSession;
  readonly turnstile: Turnstile;
  readonly logger: Logger;
}

/**
 * What PostgreSQL's and TimescaleDB's background processes do, of which there are none in WebAssembly: writes the log of
 * asynchronous commits, makes checkpoints, vacuums and analyses, runs policies. One thing at a time, between clients'
 * transactions, as a taker like any other; clients wait meanwhile.
 */
export class Upkeep {
  private readonly timers: NodeJS.Timeout[];
  private readonly flushTaker: Taker = { take: () => this.guard('flushing', () => this.flush()) };
  private readonly lookTaker: Taker = { take: () => this.guard('upkeep', () => this.look()) };
  private readonly jobs: PolicyJobs;
  private vacuum = new VacuumPlan();
  private checkpointMs = performance.now();
  private checkpointAt: number | undefined;
  private vacuumLookMs = performance.now();
  private complainedMs = -Infinity;

  constructor(
    private readonly host: UpkeepHost,
    private readonly options: UpkeepOptions,
  ) {
    this.jobs = new PolicyJobs(options);
    this.timers = [
      setInterval(() => this.request(this.flushTaker), options.flushEveryMs),
      setInterval(() => this.request(this.lookTaker), options.lookEveryMs),
    ];
  }

  stop(): void {
    for (const timer of this.timers) clearInterval(timer);
    this.host.turnstile.withdraw(this.flushTaker);
    this.host.turnstile.withdraw(this.lookTaker);
  }

  /** The engine is another one: its counters have begun anew. */
  restarted(): void {
    this.vacuum = new VacuumPlan();
    this.checkpointAt = undefined;
  }

  private request(taker: Taker): void {
    // Who holds the engine may do so for long; the next tick comes all the same.
    if (!this.host.turnstile.isHeld) this.host.turnstile.request(taker);
  }

  private flush(): void {
    const { session } = this.host;
    const [row] = session.askAsOwner(
      `SELECT pg_current_wal_insert_lsn() - '0/0'::pg_lsn, pg_current_wal_insert_lsn() > pg_current_wal_flush_lsn()`,
    );
    this.checkpointAt ??= Number(row?.[0]);
    if (row?.[1] === 't') session.ask(`SELECT pg_logical_emit_message(false, 'fieldstream', '', true)`);
  }

  /** Does the first thing that is due. */
  private look(): void {
    const { session } = this.host;
    if (this.checkpointDue(session)) {
      this.timed('checkpoint', () => session.askAsOwner('CHECKPOINT'));
      return;
    }
    const job = this.jobs.due(session);
    if (job) {
      this.timed(`job ${job.id} (${job.name})`, () => session.askAsOwner(`CALL public.run_job(${job.id})`));
      return;
    }
    const nowMs = performance.now();
    if (nowMs - this.vacuumLookMs < this.options.vacuumLookEveryMs) return;
    const sql = this.vacuum.next(session);
    if (sql === undefined) this.vacuumLookMs = nowMs;
    else this.timed(sql, () => session.askAsOwner(sql));
  }

  private checkpointDue(session: EngineSession): boolean {
    const nowMs = performance.now();
    const [row] = session.askAsOwner(`SELECT pg_current_wal_insert_lsn() - '0/0'::pg_lsn`);
    const at = Number(row?.[0]);
    const bytes = at - (this.checkpointAt ?? at);
    const isDue =
      bytes >= this.options.checkpointEveryBytes ||
      (nowMs - this.checkpointMs >= this.options.checkpointEveryMs && bytes > 0);
    if (isDue) {
      this.checkpointMs = nowMs;
      this.checkpointAt = at;
    }
    return isDue;
  }

  private timed(what: string, work: () => void): void {
    const startMs = performance.now();
    work();
    const tookMs = Math.round(performance.now() - startMs);
    const level = tookMs >= SLOW_MS ? 'info' : 'debug';
    this.host.logger[level]({ what, tookMs }, 'database upkeep');
  }

  /** A failure is logged, at most once a minute, and tried again when it is due next. @returns false, as takers do */
  private guard(what: string, work: () => void): boolean {
    try {
      work();
    } catch (error) {
      if (!(error instanceof StatementError)) throw error;
      this.host.session.rollBack();
      if (performance.now() - this.complainedMs >= COMPLAIN_EVERY_MS) {
        this.complainedMs = performance.now();
        this.host.logger.warn({ err: error, what }, 'database upkeep failed');
      }
    }
    return false;
  }
}
