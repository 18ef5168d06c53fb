import type pg from 'pg';
import { type FieldProblem, parseRule, type Rule } from '@fieldstream/domain';
import { toDatabaseError } from './database-error.js';
import { inTransaction } from './pool.js';
import type { Queryable } from './queryable.js';

/** A rule as it is stored. */
export interface StoredRule {
  readonly rule: Rule;
  /** The file that provisions it, where one does. */
  readonly provenance: string | null;
  /** Grows with every change of any rule. */
  readonly revision: number;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

/** A row that is not a valid rule (written by hand, or of a kind that this version does not know). */
export interface FaultyRule {
  readonly ruleId: string;
  readonly problems: readonly FieldProblem[];
}

/** What is known of a rule ID. */
export interface KnownRule {
  /** As it is, or was when it was deleted; `undefined` where the row is not a valid rule. */
  readonly rule: Rule | undefined;
  readonly isDeleted: boolean;
}

/** All rules that are not deleted, at one moment. */
export interface RuleSnapshot {
  /** Greatest revision of any rule, the deleted ones included; 0 where there never was one. */
  readonly revision: number;
  readonly rules: readonly StoredRule[];
  readonly faulty: readonly FaultyRule[];
}

interface RuleRow {
  rule_id: string;
  name: string;
  description: string;
  enabled: boolean;
  severity: string;
  scope: unknown;
  kind: string;
  params: unknown;
  for_ms: string;
  clear_for_ms: string;
  notify: unknown;
  provenance: string | null;
  revision: string;
  created_at: Date;
  updated_at: Date;
  deleted_at: Date | null;
}

const COLUMNS = `rule_id, name, description, enabled, severity, scope, kind, params, for_ms, clear_for_ms, notify, provenance,
  revision, created_at, updated_at, deleted_at`;

/**
 * The rules, in `alert_rule`. Every change takes the next revision under a lock on the table, so that revisions become
 * visible in their order and whoever polls `revision()` misses none.
 */
export class RuleStore {
  constructor(private readonly pool: pg.Pool) {}

  /** Every valid rule that is not deleted, by ID. @throws DatabaseError */
  async list(): Promise<readonly StoredRule[]> {
    return (await this.snapshot()).rules;
  }

  /** @throws DatabaseError */
  async find(ruleId: string): Promise<StoredRule | undefined> {
    const rows = await this.select(`WHERE rule_id = $1 AND deleted_at IS NULL`, [ruleId], 'reading a rule');
    return toStored(rows).rules[0];
  }

  /**
   * What is stored under each ID, deleted rules included; IDs that never were are not in the answer.
   * @param on The transaction to read in.
   * @throws DatabaseError
   */
  async findEvenDeleted(
    ruleIds: readonly string[],
    on: Queryable = this.pool,
  ): Promise<ReadonlyMap<string, KnownRule>> {
    const rows = await this.select(`WHERE rule_id = ANY($1)`, [ruleIds], 'reading rules', on);
    return new Map(
      rows.map((row) => [
        row.rule_id,
        { rule: toStored([row]).rules[0]?.rule, isDeleted: row.deleted_at !== null },
      ]),
    );
  }

  /** Greatest revision, deletions included; one look into an index. @throws DatabaseError */
  async revision(): Promise<number> {
    try {
      const { rows } = await this.pool.query<{ revision: string | null }>(
        'SELECT max(revision) AS revision FROM alert_rule',
      );
      return Number(rows[0]?.revision ?? 0);
    } catch (error) {
      throw toDatabaseError(error, 'reading the rules’ revision');
    }
  }

  /** @throws DatabaseError */
  async snapshot(): Promise<RuleSnapshot> {
    // Read first: a rule that changes in between makes the revision look old, and the next poll reads again.
    const revision = await this.revision();
    const rows = await this.select('WHERE deleted_at IS NULL ORDER BY rule_id', [], 'reading the rules');
    return { revision, ...toStored(rows) };
  }

  /** Stores a new rule, or one under the ID of a deleted one. `undefined` where the ID is taken. @throws DatabaseError */
  async create(rule: Rule): Promise<StoredRule | undefined> {
    const rows = await this.change(
      'creating a rule',
      `INSERT INTO alert_rule (rule_id, name, enabled, severity, scope, kind, params, for_ms, clear_for_ms, notify, description)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
       ON CONFLICT (rule_id) DO UPDATE SET name = $2, enabled = $3, severity = $4, scope = $5, kind = $6, params = $7,
         for_ms = $8, clear_for_ms = $9, notify = $10, description = $11, revision = nextval('alert_rule_revision'),
         provenance = NULL, created_at = now(), updated_at = now(), deleted_at = NULL
       WHERE alert_rule.deleted_at IS NOT NULL`,
      valuesOf(rule),
    );
    return toStored(rows).rules[0];
  }

  /** Replaces a rule. `undefined` where there is none of that ID, or a file provisions it. @throws DatabaseError */
  async replace(rule: Rule): Promise<StoredRule | undefined> {
    const rows = await this.change(
      'changing a rule',
      `UPDATE alert_rule SET name = $2, enabled = $3, severity = $4, scope = $5, kind = $6, params = $7,
         for_ms = $8, clear_for_ms = $9, notify = $10, description = $11, revision = nextval('alert_rule_revision'),
         updated_at = now()
       WHERE rule_id = $1 AND deleted_at IS NULL AND provenance IS NULL`,
      valuesOf(rule),
    );
    return toStored(rows).rules[0];
  }

  /**
   * Deletes a rule; the alerters resolve its open alerts. False where there is none of that ID, or a file provisions it.
   * @throws DatabaseError
   */
  async remove(ruleId: string): Promise<boolean> {
    const removed = await this.change(
      'deleting a rule',
      `UPDATE alert_rule SET deleted_at = now(), updated_at = now(), revision = nextval('alert_rule_revision')
       WHERE rule_id = $1 AND deleted_at IS NULL AND provenance IS NULL`,
      [ruleId],
    );
    return removed.length > 0;
  }

  private async change(doing: string, sql: string, values: unknown[]): Promise<RuleRow[]> {
    return inTransaction(this.pool, doing, async (client) => {
      // Readers go on; other changes wait, so that a lower revision never becomes visible after a higher one.
      await client.query('LOCK TABLE alert_rule IN SHARE ROW EXCLUSIVE MODE');
      return (await client.query<RuleRow>(`${sql} RETURNING ${COLUMNS}`, values)).rows;
    });
  }

  private async select(
    where: string,
    values: unknown[],
    doing: string,
    on: Queryable = this.pool,
  ): Promise<RuleRow[]> {
    try {
      return (await on.query<RuleRow>(`SELECT ${COLUMNS} FROM alert_rule ${where}`, values)).rows;
    } catch (error) {
      throw toDatabaseError(error, doing);
    }
  }
}

function valuesOf(rule: Rule): unknown[] {
  return [
    rule.id,
    rule.name,
    rule.enabled,
    rule.severity,
    JSON.stringify(rule.scope),
    rule.kind,
    JSON.stringify(rule.params),
    rule.forMs,
    rule.clearForMs,
    JSON.stringify(rule.notify),
    rule.description,
  ];
}

function toStored(rows: readonly RuleRow[]): Pick<RuleSnapshot, 'rules' | 'faulty'> {
  const rules: StoredRule[] = [];
  const faulty: FaultyRule[] = [];
  for (const row of rows) {
    const parsed = parseRule({
      id: row.rule_id,
      name: row.name,
      description: row.description,
      enabled: row.enabled,
      severity: row.severity,
      scope: row.scope,
      kind: row.kind,
      params: row.params,
      forMs: Number(row.for_ms),
      clearForMs: Number(row.clear_for_ms),
      notify: row.notify,
    });
    if (parsed.ok) {
      const { provenance, revision, created_at: createdAt, updated_at: updatedAt } = row;
      rules.push({ rule: parsed.rule, provenance, revision: Number(revision), createdAt, updatedAt });
    } else {
      faulty.push({ ruleId: row.rule_id, problems: parsed.problems });
    }
  }
  return { rules, faulty };
}
