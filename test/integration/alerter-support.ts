import type pg from 'pg';
import { parseRule, type Rule } from '@fieldstream/domain';
import type { KafkaRecord, PartitionBatch } from '@fieldstream/kafka';
import { createPool, migrate, readLastPresence, readLastReadings, RuleStore } from '@fieldstream/timescale';
import { createTestDatabase } from '@fieldstream/testing';
import {
  type DeviceEventType,
  encodeDeviceEvent,
  encodeTelemetry,
  type TopicName,
  TOPICS,
} from '@fieldstream/wire';
import { DeviceLabelBook } from '../../apps/alerter/src/device-label-book.js';
import { Evaluator, type EvaluatorOptions } from '../../apps/alerter/src/evaluator.js';
import { matchPresence, matchReadings } from '../../apps/alerter/src/matched-observation.js';
import { readRules } from '../../apps/alerter/src/rule-watcher.js';
import { silent } from './timescale-flavours.js';

export const CONSUMER = 'test.fieldstream-alerter';

/** A rule on `temperature`: fires above 30, clears at or below 28. */
export function rule(id: string, edit: Partial<Record<keyof Rule, unknown>> = {}): Rule {
  const parsed = parseRule({
    id,
    name: `Rule ${id}`,
    scope: { metrics: ['temperature'] },
    kind: 'threshold',
    params: { operator: '>', threshold: 30, clearThreshold: 28 },
    ...edit,
  });
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
  return parsed.rule;
}

export interface AlertRow {
  alert_id: string;
  rule_id: string;
  device_id: string;
  metric: string;
  state: string;
  started_at: Date;
  fired_at: Date;
  resolved_at: Date | null;
  resolved_by: string | null;
  value: number | null;
  summary: string;
}

/** Alerts in order of their start; of one rule, one device, or both, where given. */
export async function alerts(
  pool: pg.Pool,
  of: { readonly rule?: string; readonly device?: string } = {},
): Promise<AlertRow[]> {
  const { rows } = await pool.query<AlertRow>(
    `SELECT * FROM alert WHERE rule_id = coalesce($1, rule_id) AND device_id = coalesce($2, device_id)
     ORDER BY started_at, rule_id, device_id`,
    [of.rule ?? null, of.device ?? null],
  );
  return rows;
}

/** A log of one partition in memory, for handing its records to an evaluator in any batches. */
export class MemoryLog {
  readonly records: KafkaRecord[] = [];

  constructor(
    readonly partition: number,
    readonly topic: TopicName = TOPICS.readings,
  ) {}

  get end(): bigint {
    return BigInt(this.records.length);
  }

  publish(deviceId: string, timeMs: number, value: number, receivedAtMs = timeMs): void {
    const samples = [{ timeMs, values: new Map([['temperature', value]]) }];
    this.append(encodeTelemetry({ deviceId, receivedAtMs, samples }));
  }

  connection(deviceId: string, timeMs: number, type: DeviceEventType): void {
    this.append(encodeDeviceEvent({ kind: 'device', type, deviceId, timeMs }));
  }

  append(value: Buffer): void {
    this.records.push({ offset: this.end, timestampMs: 0, key: null, value, headers: {} });
  }

  batch(from: bigint, to = this.end): PartitionBatch {
    const records = this.records.slice(Number(from), Number(to));
    return { topic: this.topic, partition: this.partition, firstOffset: from, nextOffset: to, records };
  }
}

/** A migrated database of its own, and evaluators on it whose clock the test sets. */
export class EvaluatorBed {
  nowMs = 0;
  readonly errors: string[] = [];
  readonly labels = new DeviceLabelBook();

  private constructor(
    readonly pool: pg.Pool,
    readonly rules: RuleStore,
    private readonly drop: () => Promise<void>,
  ) {}

  static async create(): Promise<EvaluatorBed> {
    const database = await createTestDatabase('alerter');
    const pool = createPool({
      url: database.url,
      maxConnections: 6,
      applicationName: 'test',
      logger: silent,
    });
    await migrate(pool, silent);
    return new EvaluatorBed(pool, new RuleStore(pool), () => database.drop());
  }

  /** As a process that has just started and has been assigned the partitions. */
  async evaluator(
    partitions: readonly number[],
    options: Partial<EvaluatorOptions> = {},
  ): Promise<Evaluator> {
    const evaluator = new Evaluator({
      pool: this.pool,
      rules: this.rules,
      ruleSet: await readRules(this.rules, silent),
      labels: this.labels,
      consumer: CONSUMER,
      source: 'readings',
      topic: TOPICS.readings,
      match: matchReadings,
      last: {
        read: (sinceMs) => readLastReadings(this.pool, sinceMs),
        countPartitions: () => Promise.resolve(1),
      },
      timerGraceMs: 0,
      logger: { ...silent, error: (_, message) => void this.errors.push(message) },
      now: () => this.nowMs,
      ...options,
    });
    await evaluator.assign(partitions);
    return evaluator;
  }

  /** One that evaluates rules over connections. */
  presence(partitions: readonly number[]): Promise<Evaluator> {
    return this.evaluator(partitions, {
      source: 'presence',
      topic: TOPICS.deviceEvents,
      match: matchPresence,
      last: {
        read: (sinceMs) => readLastPresence(this.pool, sinceMs),
        countPartitions: () => Promise.resolve(1),
      },
    });
  }

  /** As the watcher does it. */
  async applyRules(evaluator: Evaluator): Promise<void> {
    await evaluator.useRules(await readRules(this.rules, silent));
  }

  async position(partition: number): Promise<bigint> {
    const { rows } = await this.pool.query<{ next_offset: string }>(
      'SELECT next_offset FROM consumer_offset WHERE consumer = $1 AND partition = $2',
      [CONSUMER, partition],
    );
    return BigInt(rows[0]?.next_offset ?? 0);
  }

  async count(table: 'alert' | 'alert_event' | 'alert_state' | 'notification'): Promise<number> {
    const { rows } = await this.pool.query<{ count: string }>(`SELECT count(*) AS count FROM ${table}`);
    return Number(rows[0]?.count);
  }

  async clear(): Promise<void> {
    await this.pool.query(
      'TRUNCATE alert, alert_event, notification, alert_state, consumer_offset, alert_rule, device, reading_1m RESTART IDENTITY CASCADE',
    );
    this.errors.length = 0;
    this.nowMs = 0;
  }

  async close(): Promise<void> {
    await this.pool.end();
    await this.drop();
  }
}
