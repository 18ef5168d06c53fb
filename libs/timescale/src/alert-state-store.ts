import { type AlertState, type FieldProblem, parseAlertState, type RuleSource } from '@fieldstream/domain';
import { DatabaseError } from './database-error.js';
import type { Queryable } from './queryable.js';

/** Names one evaluation: a rule over a series. */
export interface AlertStateKey {
  readonly ruleId: string;
  readonly deviceId: string;
  /** Empty where the rule watches the device as a whole. */
  readonly metric: string;
}

/** One row of `alert_state`. */
export interface StoredAlertState extends AlertStateKey {
  /** What the rule is told, and so which topic's partitions are meant. */
  readonly source: RuleSource;
  /** Partition that holds the device. */
  readonly partition: number;
  /** Revision of the rule when the row was written; for people. */
  readonly revision: number;
  /** The rule's condition that the state belongs to (`CompiledRule.condition`). */
  readonly condition: string;
  /** Grows by one with every write. */
  readonly version: number;
  readonly state: AlertState;
}

/** A row whose state cannot be read. */
export interface FaultyAlertState extends AlertStateKey {
  readonly problems: readonly FieldProblem[];
}

/** The checkpoint of one partition. */
export interface PartitionCheckpoint {
  /** Offset of the next record to evaluate; `undefined` if the partition was never evaluated. */
  readonly position: bigint | undefined;
  readonly states: readonly StoredAlertState[];
  readonly faulty: readonly FaultyAlertState[];
}

interface StateRow {
  rule_id: string;
  device_id: string;
  metric: string;
  source: RuleSource;
  partition: number;
  revision: string;
  state: Record<string, unknown>;
}

const COLUMNS = 's.rule_id, s.device_id, s.metric, s.source, s.partition, s.revision, s.state';

/**
 * The evaluations' checkpoints, in `alert_state`. Everything runs on the caller's transaction, so that the states are of
 * the offset that is stored with them.
 */
export const alertStateStore = {
  /**
   * Locks the stored positions of partitions until the transaction ends and returns them: whoever finds its own position
   * there is the partition's only writer. In the order in which `claimRanges` locks.
   */
  async lockPositions(
    client: Queryable,
    consumer: string,
    topic: string,
    partitions: readonly number[],
  ): Promise<ReadonlyMap<number, bigint>> {
    const { rows } = await client.query<{ partition: number; next_offset: string }>(
      `SELECT partition, next_offset FROM consumer_offset
       WHERE consumer = $1 AND topic = $2 AND partition = ANY ($3::int[]) ORDER BY partition FOR UPDATE`,
      [consumer, topic, partitions],
    );
    return new Map(rows.map((row) => [row.partition, BigInt(row.next_offset)]));
  },

  /**
   * Position and states of each partition asked for, all as of one moment. The positions are locked until the
   * transaction ends.
   */
  async load(
    client: Queryable,
    consumer: string,
    topic: string,
    source: RuleSource,
    partitions: readonly number[],
  ): Promise<ReadonlyMap<number, PartitionCheckpoint>> {
    const positions = await alertStateStore.lockPositions(client, consumer, topic, partitions);
    const { rows } = await client.query<StateRow>(
      `SELECT ${COLUMNS} FROM alert_state s WHERE source = $1 AND partition = ANY ($2::int[])`,
      [source, partitions],
    );
    const checkpoints = new Map<number, { states: StoredAlertState[]; faulty: FaultyAlertState[] }>();
    for (const partition of partitions) checkpoints.set(partition, { states: [], faulty: [] });
    for (const row of rows) {
      const read = readRow(row);
      const checkpoint = checkpoints.get(row.partition);
      if ('state' in read) checkpoint?.states.push(read);
      else checkpoint?.faulty.push(read);
    }
    return new Map(
      [...checkpoints].map(([partition, found]) => [
        partition,
        { position: positions.get(partition), ...found },
      ]),
    );
  },

  /**
   * States of evaluations by key, whatever their partition. Devices move to other partitions when the topic gets more;
   * their evaluations are found again this way.
   */
  async find(
    client: Queryable,
    keys: readonly AlertStateKey[],
  ): Promise<Pick<PartitionCheckpoint, 'states' | 'faulty'>> {
    if (keys.length === 0) return { states: [], faulty: [] };
    const { rows } = await client.query<StateRow>(
      `SELECT ${COLUMNS} FROM alert_state s
       JOIN unnest($1::text[], $2::text[], $3::text[]) AS k (rule_id, device_id, metric)
         USING (rule_id, device_id, metric)`,
      keyColumns(keys),
    );
    const read = rows.map(readRow);
    return {
      states: read.filter((row) => 'state' in row),
      faulty: read.filter((row) => 'problems' in row),
    };
  },

  /**
   * Writes states; each MUST carry the version that was read plus one, 1 for a new one.
   * @throws DatabaseError `stale-position` (retriable) if another process has written one of them since it was read.
   */
  async write(client: Queryable, states: readonly StoredAlertState[]): Promise<void> {
    const fresh = states.filter((state) => state.version === 1);
    const changed = states.filter((state) => state.version > 1);
    let written = 0;
    if (fresh.length > 0) {
      const result = await client.query({
        name: 'insert-alert-states',
        text: `INSERT INTO alert_state (rule_id, device_id, metric, source, partition, revision, state)
               SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::int[], $6::bigint[], $7::jsonb[])
               ON CONFLICT DO NOTHING`,
        values: valueColumns(fresh),
      });
      written += result.rowCount ?? 0;
    }
    if (changed.length > 0) {
      const result = await client.query({
        name: 'update-alert-states',
        text: `UPDATE alert_state s SET source = n.source, partition = n.partition, revision = n.revision,
                 state = n.state
               FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::int[], $6::bigint[], $7::jsonb[])
                 AS n (rule_id, device_id, metric, source, partition, revision, state)
               WHERE s.rule_id = n.rule_id AND s.device_id = n.device_id AND s.metric = n.metric
                 AND (s.state->>'version')::bigint = (n.state->>'version')::bigint - 1`,
        values: valueColumns(changed),
      });
      written += result.rowCount ?? 0;
    }
    if (written !== states.length) {
      throw new DatabaseError(
        'stale-position',
        `${states.length - written} of ${states.length} alert states were changed by another process`,
        { retriable: true },
      );
    }
  },

  /** Deletes states; one that is not there is no fault. */
  async remove(client: Queryable, keys: readonly AlertStateKey[]): Promise<void> {
    if (keys.length === 0) return;
    await client.query(
      `DELETE FROM alert_state s USING unnest($1::text[], $2::text[], $3::text[]) AS k (rule_id, device_id, metric)
       WHERE s.rule_id = k.rule_id AND s.device_id = k.device_id AND s.metric = k.metric`,
      keyColumns(keys),
    );
  },
};

function readRow(row: StateRow): StoredAlertState | FaultyAlertState {
  const key = { ruleId: row.rule_id, deviceId: row.device_id, metric: row.metric };
  const parsed = parseAlertState(row.state);
  const { condition, version } = row.state;
  if (!parsed.ok) return { ...key, problems: parsed.problems };
  if (typeof condition !== 'string' || !Number.isSafeInteger(version)) {
    return { ...key, problems: [{ field: 'version', fault: 'condition and version must be there' }] };
  }
  const revision = Number(row.revision);
  return {
    ...key,
    source: row.source,
    partition: row.partition,
    revision,
    condition,
    version: version as number,
    state: parsed.value,
  };
}

function keyColumns(keys: readonly AlertStateKey[]): string[][] {
  return [keys.map((key) => key.ruleId), keys.map((key) => key.deviceId), keys.map((key) => key.metric)];
}

function valueColumns(states: readonly StoredAlertState[]): unknown[][] {
  return [
    ...keyColumns(states),
    states.map((state) => state.source),
    states.map((state) => state.partition),
    states.map((state) => state.revision),
    states.map(({ state, version, condition }) => JSON.stringify({ ...state, version, condition })),
  ];
}
