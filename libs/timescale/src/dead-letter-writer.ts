import { timestamptzArray } from './binary-array.js';
import type { Queryable } from './queryable.js';

/** A refused record, as stored. */
export interface DeadLetterRow {
  /** Where the refused bytes stand in Kafka; makes writing them twice harmless. Topic names are logical. */
  readonly originTopic: string;
  readonly originPartition: number;
  readonly originOffset: bigint;
  readonly reason: string;
  readonly detail: string;
  readonly deviceId?: string | undefined;
  readonly clientId?: string | undefined;
  readonly mqttTopic?: string | undefined;
  readonly decoder?: string | undefined;
  readonly payload: Buffer;
  readonly receivedAtMs: number;
}

/** Records dead letters; one whose origin is recorded already changes nothing. MUST run inside a transaction. */
export async function writeDeadLetters(client: Queryable, letters: readonly DeadLetterRow[]): Promise<void> {
  if (letters.length === 0) return;
  const text = (of: (letter: DeadLetterRow) => string | undefined): (string | null)[] =>
    letters.map((letter) => of(letter)?.replaceAll('\u0000', '\ufffd') ?? null);
  await client.query(
    `INSERT INTO dead_letter (origin_topic, origin_partition, origin_offset, reason, detail, device_id, client_id,
                              mqtt_topic, decoder, payload, received_at)
     SELECT * FROM unnest($1::text[], $2::int[], $3::bigint[], $4::text[], $5::text[], $6::text[], $7::text[],
                          $8::text[], $9::text[], $10::bytea[], $11::timestamptz[])
       AS l (origin_topic, origin_partition, origin_offset)
     ORDER BY origin_topic COLLATE "C", origin_partition, origin_offset
     ON CONFLICT DO NOTHING`,
    [
      text((letter) => letter.originTopic),
      letters.map((letter) => letter.originPartition),
      letters.map((letter) => String(letter.originOffset)),
      text((letter) => letter.reason),
      text((letter) => letter.detail),
      text((letter) => letter.deviceId),
      text((letter) => letter.clientId),
      text((letter) => letter.mqttTopic),
      text((letter) => letter.decoder),
      letters.map((letter) => letter.payload),
      timestamptzArray(letters.length, (index) => storable(letters[index]?.receivedAtMs ?? 0)),
    ],
  );
}

/** A dead letter must never itself be refused: a time that neither JavaScript nor PostgreSQL can show becomes 1970. */
function storable(timeMs: number): number {
  return Number.isSafeInteger(timeMs) && timeMs >= 0 && timeMs <= 8.64e15 ? timeMs : 0;
}
