import { PRESENCE_OF_EVENT } from '@fieldstream/wire';
import { ADVISORY_LOCKS } from './advisory-locks.js';
import { timestamptzArray } from './binary-array.js';
import type { Queryable } from './queryable.js';

/** What is stored of a device event. */
export interface DeviceEventRow {
  readonly deviceId: string;
  readonly clientId?: string | undefined;
  readonly type: string;
  readonly timeMs: number;
  readonly detail?: string | undefined;
  /** Where its record stands in Kafka; makes writing it twice harmless. */
  readonly partition: number;
  readonly offset: bigint;
}

/** `PRESENCE_OF_EVENT` as rows `(type, presence)` for SQL. */
export const PRESENCE_ROWS = Object.entries(PRESENCE_OF_EVENT)
  .map(([type, presence]) => `('${type}', '${presence}')`)
  .join(', ');

/**
 * Writes device events, and the presence of the devices that exist: the newest event by its own time wins, of two at one
 * moment the later in the log. An event of an unknown ID makes no device; should one come to be, it starts with the
 * presence that its newest event tells.
 *
 * MUST run inside the transaction that moves the offset.
 */
export async function writeDeviceEvents(client: Queryable, events: readonly DeviceEventRow[]): Promise<void> {
  if (events.length === 0) return;
  await client.query(`SELECT pg_advisory_xact_lock(${ADVISORY_LOCKS.devicePresence})`);
  await client.query(
    `INSERT INTO device_event (time, device_id, client_id, type, detail, origin_partition, origin_offset)
     SELECT * FROM unnest($1::timestamptz[], $2::text[], $3::text[], $4::text[], $5::text[], $6::int[], $7::bigint[])
     ON CONFLICT DO NOTHING`,
    [
      timestamptzArray(events.length, (index) => events[index]?.timeMs ?? 0),
      events.map((event) => event.deviceId),
      events.map((event) => event.clientId ?? null),
      events.map((event) => event.type),
      events.map((event) => event.detail ?? null),
      events.map((event) => event.partition),
      events.map((event) => String(event.offset)),
    ],
  );
  await client.query(
    `WITH newest AS (
       SELECT DISTINCT ON (e.device_id) e.device_id, e.time, p.presence
       FROM unnest($1::timestamptz[], $2::text[], $3::text[]) WITH ORDINALITY AS e (time, device_id, type, ordinal)
       JOIN (VALUES ${PRESENCE_ROWS}) AS p (type, presence) USING (type)
       ORDER BY e.device_id, e.time DESC, e.ordinal DESC
     ), locked AS (
       SELECT d.device_id FROM device d WHERE d.device_id IN (SELECT device_id FROM newest)
       ORDER BY d.device_id COLLATE "C" FOR NO KEY UPDATE
     )
     UPDATE device d SET presence = n.presence, presence_at = n.time
     FROM newest n JOIN locked USING (device_id)
     WHERE d.device_id = n.device_id AND (d.presence_at IS NULL OR d.presence_at <= n.time)`,
    [
      timestamptzArray(events.length, (index) => events[index]?.timeMs ?? 0),
      events.map((event) => event.deviceId),
      events.map((event) => event.type),
    ],
  );
}
