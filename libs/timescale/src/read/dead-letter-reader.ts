import type { Queryable } from '../queryable.js';
import { pageOf, type Page } from './page.js';
import { selectRows } from './select-rows.js';

/** A payload that was refused. */
export interface StoredDeadLetter {
  readonly id: number;
  readonly origin: { readonly topic: string; readonly partition: number; readonly offset: number };
  readonly reason: string;
  readonly detail: string;
  readonly deviceId: string | null;
  readonly clientId: string | null;
  readonly mqttTopic: string | null;
  readonly decoder: string | null;
  /** The original bytes, or as many of them as were asked for. */
  readonly payload: Buffer;
  /** Length of the original. */
  readonly payloadBytes: number;
  readonly receivedAt: Date;
  readonly recordedAt: Date;
  readonly replayedAt: Date | null;
}

export interface DeadLetterFilter {
  readonly deviceId?: string | undefined;
  readonly reason?: string | undefined;
  readonly replayed?: boolean | undefined;
  /** Letters before this one, which were recorded earlier. */
  readonly before?: number | undefined;
  readonly limit: number;
  /** Of each payload. */
  readonly maxPayloadBytes: number;
}

/** How many payloads were refused for a reason. */
export interface DeadLetterCount {
  readonly reason: string;
  readonly count: number;
  /** Of these, those that nobody has replayed. */
  readonly waiting: number;
}

interface DeadLetterRow {
  dead_letter_id: string;
  origin_topic: string;
  origin_partition: number;
  origin_offset: string;
  reason: string;
  detail: string;
  device_id: string | null;
  client_id: string | null;
  mqtt_topic: string | null;
  decoder: string | null;
  payload: Buffer;
  payload_bytes: number;
  received_at: Date;
  recorded_at: Date;
  replayed_at: Date | null;
}

const COLUMNS = `dead_letter_id, origin_topic, origin_partition, origin_offset, reason, detail, device_id, client_id,
  mqtt_topic, decoder, octet_length(payload) AS payload_bytes, received_at, recorded_at, replayed_at`;

/** Refused payloads, newest first. */
export class DeadLetterReader {
  constructor(private readonly db: Queryable) {}

  /** The most frequent reasons first. @throws DatabaseError */
  async countByReason(limit: number): Promise<DeadLetterCount[]> {
    const rows = await selectRows<{ reason: string; count: string; waiting: string }>(
      this.db,
      'counting dead letters',
      `SELECT reason, count(*) AS count, count(*) FILTER (WHERE replayed_at IS NULL) AS waiting
       FROM dead_letter GROUP BY reason ORDER BY 2 DESC, 1 LIMIT $1`,
      [limit],
    );
    return rows.map(({ reason, count, waiting }) => ({
      reason,
      count: Number(count),
      waiting: Number(waiting),
    }));
  }

  /** @throws DatabaseError */
  async list(filter: DeadLetterFilter): Promise<Page<StoredDeadLetter, number>> {
    const rows = await selectRows<DeadLetterRow>(
      this.db,
      'listing dead letters',
      `SELECT ${COLUMNS}, substring(payload FROM 1 FOR $6) AS payload FROM dead_letter
       WHERE ($1::text IS NULL OR device_id = $1) AND ($2::text IS NULL OR reason = $2)
         AND ($3::boolean IS NULL OR (replayed_at IS NOT NULL) = $3) AND ($4::bigint IS NULL OR dead_letter_id < $4)
       ORDER BY dead_letter_id DESC LIMIT $5`,
      [
        filter.deviceId ?? null,
        filter.reason ?? null,
        filter.replayed ?? null,
        filter.before ?? null,
        filter.limit + 1,
        filter.maxPayloadBytes,
      ],
    );
    return pageOf(rows.map(toDeadLetter), filter.limit, (letter) => letter.id);
  }

  /** With its whole payload. @throws DatabaseError */
  async find(id: number): Promise<StoredDeadLetter | undefined> {
    const sql = `SELECT ${COLUMNS}, payload FROM dead_letter WHERE dead_letter_id = $1`;
    const [row] = await selectRows<DeadLetterRow>(this.db, 'reading a dead letter', sql, [id]);
    return row && toDeadLetter(row);
  }

  /** Notes that its readings are in Kafka again; the first time is kept. @throws DatabaseError */
  async markReplayed(id: number): Promise<Date | undefined> {
    const [row] = await selectRows<{ replayed_at: Date }>(
      this.db,
      'marking a dead letter as replayed',
      `UPDATE dead_letter SET replayed_at = coalesce(replayed_at, now()) WHERE dead_letter_id = $1 RETURNING replayed_at`,
      [id],
    );
    return row?.replayed_at;
  }
}

function toDeadLetter(row: DeadLetterRow): StoredDeadLetter {
  return {
    id: Number(row.dead_letter_id),
    origin: { topic: row.origin_topic, partition: row.origin_partition, offset: Number(row.origin_offset) },
    reason: row.reason,
    detail: row.detail,
    deviceId: row.device_id,
    clientId: row.client_id,
    mqttTopic: row.mqtt_topic,
    decoder: row.decoder,
    payload: row.payload,
    payloadBytes: row.payload_bytes,
    receivedAt: row.received_at,
    recordedAt: row.recorded_at,
    replayedAt: row.replayed_at,
  };
}
