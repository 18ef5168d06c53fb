import type { EngineSession } from './engine-session.js';

/** PostgreSQL's own defaults for autovacuum. */
const THRESHOLD = 50;
const VACUUM_SHARE = 0.2;
const ANALYZE_SHARE = 0.1;
/** Well before the 200 million at which PostgreSQL insists. */
const FREEZE_AGE = 150_000_000;

interface Changes {
  /** Updated and deleted rows. */
  readonly dead: number;
  readonly all: number;
}

/**
 * Which table autovacuum would take next. The counters are those of the engine's session since its start (nothing sends
 * them to the statistics, where they would outlive it), so what changed before the last start is not counted; a table that
 * is written to comes round again.
 */
export class VacuumPlan {
  private readonly vacuumed = new Map<string, Changes>();
  private readonly analysed = new Map<string, Changes>();

  /** The statement for one table; undefined when there is none. @throws StatementError, EngineCrash */
  next(session: EngineSession): string | undefined {
    const rows = session.askAsOwner(
      `SELECT c.oid, format('%I.%I', n.nspname, c.relname), greatest(c.reltuples, 0),
              s.n_tup_upd + s.n_tup_del, s.n_tup_ins + s.n_tup_upd + s.n_tup_del, age(c.relfrozenxid) > ${FREEZE_AGE}
       FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
         LEFT JOIN pg_stat_xact_all_tables s ON s.relid = c.oid
       WHERE c.relkind IN ('r', 'm') AND c.relpersistence = 'p'
         AND (s.n_tup_ins + s.n_tup_upd + s.n_tup_del > ${THRESHOLD} OR age(c.relfrozenxid) > ${FREEZE_AGE})`,
    );
    for (const [oid, name, tuples, dead, all, isOld] of rows) {
      if (oid === null || oid === undefined || name === null || name === undefined) continue;
      if (isOld === 't') return `VACUUM (FREEZE) ${name}`;
      const now: Changes = { dead: Number(dead), all: Number(all) };
      const rowsThere = Number(tuples);
      if (now.dead - (this.vacuumed.get(oid)?.dead ?? 0) > THRESHOLD + VACUUM_SHARE * rowsThere) {
        this.vacuumed.set(oid, now);
        this.analysed.set(oid, now);
        return `VACUUM (ANALYZE) ${name}`;
      }
      if (now.all - (this.analysed.get(oid)?.all ?? 0) > THRESHOLD + ANALYZE_SHARE * rowsThere) {
        this.analysed.set(oid, now);
        return `ANALYZE ${name}`;
      }
    }
    return undefined;
  }
}
