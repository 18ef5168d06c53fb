import { PRESENCE_OF_EVENT, type DeviceEventType } from '@fieldstream/wire';
import { timestamptzArray } from './binary-array.js';
import { lockPresence, type PresenceSigns, type StoredPresence, updatePresence } from './presence-writer.js';
import type { Queryable } from './queryable.js';

/** What is stored of a device event. */
export interface DeviceEventRow {
  readonly deviceId: string;
  readonly clientId?: string | undefined;
  readonly type: DeviceEventType;
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
 * Writes device events, and what they tell of the presence of the devices that exist: the newest event by its own time
 * wins, of two at one moment the later in the log. An event of an unknown ID makes no device; should one come to be, it
 * starts with what its newest events tell.
 *
 * MUST run inside the transaction that moves the offset.
 * @returns How the devices stand since.
 */
export async function writeDeviceEvents(
  client: Queryable,
  events: readonly DeviceEventRow[],
  nowMs = Date.now(),
): Promise<StoredPresence[]> {
  if (events.length === 0) return [];
  await lockPresence(client);
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
  return updatePresence(client, signsOf(events), nowMs);
}

/** What events tell of each device. @param events Those of one moment in the order of the log. */
export function signsOf(
  events: readonly Pick<DeviceEventRow, 'deviceId' | 'type' | 'timeMs'>[],
): PresenceSigns[] {
  const signs = new Map<string, PresenceSigns>();
  for (const { deviceId, type, timeMs: atMs } of events) {
    const before: PresenceSigns = signs.get(deviceId) ?? { deviceId };
    const state = PRESENCE_OF_EVENT[type];
    const isConnection = type === 'connected' || type === 'disconnected';
    signs.set(deviceId, {
      deviceId,
      said: newer(before.said, { state, atMs }),
      connection: isConnection
        ? newer(before.connection, { isOpen: type === 'connected', atMs })
        : before.connection,
      word: isConnection ? before.word : newer(before.word, { state, atMs }),
    });
  }
  return [...signs.values()];
}

function newer<T extends { readonly atMs: number }>(before: T | undefined, now: T): T {
  return before && before.atMs > now.atMs ? before : now;
}
