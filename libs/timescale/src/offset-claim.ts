import { DatabaseError } from './database-error.js';
import type { Queryable } from './queryable.js';

/** Consecutive records of one partition, as the transport hands them over (structurally a `PartitionBatch`). */
export interface OffsetRange<R extends { readonly offset: bigint } = { readonly offset: bigint }> {
  /** Logical topic name. */
  readonly topic: string;
  readonly partition: number;
  readonly firstOffset: bigint;
  readonly nextOffset: bigint;
  readonly records: readonly R[];
  /** First offset that Kafka still holds; given where it is known to lie beyond the stored position. */
  readonly logStartOffset?: bigint;
}

/** The part of a range that is this transaction's to apply. */
export interface Claim<R> {
  readonly topic: string;
  readonly partition: number;
  /** Position before it: the stored one. */
  readonly fromOffset: bigint;
  /** Position to store with `advanceOffsets`. */
  readonly nextOffset: bigint;
  /** Those at or after `fromOffset`. */
  readonly records: readonly R[];
  /** Offsets that Kafka lost before `fromOffset` was read. */
  readonly lost: bigint;
}

/** Counts to add to a partition's row of `consumer_offset`; what is left out counts 0. */
export interface OffsetCounters {
  readonly records: number;
  readonly deadLettered: number;
  readonly readings: number;
  readonly stored: number;
  readonly duplicates: number;
  readonly coalesced: number;
}

/** How far one claim moves its partition. */
export interface OffsetAdvance extends Partial<OffsetCounters> {
  readonly topic: string;
  readonly partition: number;
  readonly nextOffset: bigint;
  readonly lost?: bigint;
}

interface Position {
  topic: string;
  partition: number;
  next_offset: string;
}

/**
 * Fences a consumer's transaction: locks the stored positions of the ranges' partitions until the transaction ends, and
 * tells what of each range is still to be applied. A range that is applied already is left out. Whoever holds a claim is
 * the only one to write that partition's data, a paused process that wakes up after its successor took over included.
 * The locks are taken in the order of topic and partition, so that two callers cannot deadlock.
 *
 * MUST run inside a transaction, at READ COMMITTED, before anything is written; `advanceOffsets` ends it.
 * @throws DatabaseError `stale-position` (retriable) if a range begins beyond the stored position although Kafka still has
 * the records between.
 */
export async function claimRanges<R extends { readonly offset: bigint }>(
  client: Queryable,
  consumer: string,
  ranges: readonly OffsetRange<R>[],
): Promise<Claim<R>[]> {
  const ordered = ranges.toSorted(
    (a, b) => compare(a.topic, b.topic) || a.partition - b.partition || compare(a.firstOffset, b.firstOffset),
  );
  const positions = await lockPositions(client, consumer, ordered);
  const claims: Claim<R>[] = [];
  for (const range of ordered) {
    const key = keyOf(range);
    const stored = positions.get(key);
    if (stored === undefined) throw new Error(`no position for ${key}`);
    if (stored >= range.nextOffset) continue;
    claims.push(claim(range, stored));
    positions.set(key, range.nextOffset);
  }
  return claims;
}

/** `claimRanges` for one range; undefined if it is applied already. */
export async function claimRange<R extends { readonly offset: bigint }>(
  client: Queryable,
  consumer: string,
  range: OffsetRange<R>,
): Promise<Claim<R> | undefined> {
  return (await claimRanges(client, consumer, [range]))[0];
}

function claim<R extends { readonly offset: bigint }>(range: OffsetRange<R>, stored: bigint): Claim<R> {
  const { topic, partition, nextOffset, firstOffset } = range;
  if (stored >= firstOffset) {
    const records = stored === firstOffset ? range.records : range.records.filter((r) => r.offset >= stored);
    return { topic, partition, fromOffset: stored, nextOffset, records, lost: 0n };
  }
  if (range.logStartOffset === undefined || range.logStartOffset < firstOffset) {
    throw new DatabaseError(
      'stale-position',
      `${topic}/${partition}: got records from offset ${firstOffset}, but ${stored} is the next to apply`,
      { retriable: true },
    );
  }
  return {
    topic,
    partition,
    fromOffset: firstOffset,
    nextOffset,
    records: range.records,
    lost: firstOffset - stored,
  };
}

async function lockPositions(
  client: Queryable,
  consumer: string,
  ranges: readonly OffsetRange[],
): Promise<Map<string, bigint>> {
  const firsts = new Map<string, OffsetRange>();
  for (const range of ranges) if (!firsts.has(keyOf(range))) firsts.set(keyOf(range), range);
  const topics = [...firsts.values()].map((range) => range.topic);
  const partitions = [...firsts.values()].map((range) => range.partition);
  const lock = async (): Promise<Map<string, bigint>> => {
    const { rows } = await client.query<Position>({
      name: 'claim-offsets',
      text: `SELECT topic, partition, next_offset FROM consumer_offset
             WHERE consumer = $1 AND (topic, partition) IN (SELECT * FROM unnest($2::text[], $3::int[]))
             ORDER BY topic COLLATE "C", partition FOR UPDATE`,
      values: [consumer, topics, partitions],
    });
    return new Map(rows.map((row) => [keyOf(row), BigInt(row.next_offset)]));
  };
  const locked = await lock();
  if (locked.size === firsts.size) return locked;
  // First contact with a partition. The row of another consumer that does the same at this moment wins.
  await client.query(
    `INSERT INTO consumer_offset (consumer, topic, partition, start_offset, next_offset)
     SELECT $1, topic, partition, first_offset, first_offset
     FROM unnest($2::text[], $3::int[], $4::bigint[]) AS r (topic, partition, first_offset)
     ON CONFLICT DO NOTHING`,
    [consumer, topics, partitions, [...firsts.values()].map((range) => String(range.firstOffset))],
  );
  return lock();
}

/** Stores the positions after the claims, and adds the counts. MUST run in the transaction that claimed them. */
export async function advanceOffsets(
  client: Queryable,
  consumer: string,
  advances: readonly OffsetAdvance[],
): Promise<void> {
  if (advances.length === 0) return;
  const column = <T>(of: (advance: OffsetAdvance) => T): T[] => advances.map(of);
  await client.query({
    name: 'advance-offsets',
    text: `UPDATE consumer_offset o SET
             next_offset = a.next_offset, records = o.records + a.records,
             dead_lettered = o.dead_lettered + a.dead_lettered, readings = o.readings + a.readings,
             stored = o.stored + a.stored, duplicates = o.duplicates + a.duplicates,
             coalesced = o.coalesced + a.coalesced, lost = o.lost + a.lost, updated_at = now()
           FROM (
             SELECT topic, partition, max(next_offset) AS next_offset, sum(records) AS records,
                    sum(dead_lettered) AS dead_lettered, sum(readings) AS readings, sum(stored) AS stored,
                    sum(duplicates) AS duplicates, sum(coalesced) AS coalesced, sum(lost) AS lost
             FROM unnest($2::text[], $3::int[], $4::bigint[], $5::int[], $6::int[], $7::int[], $8::int[], $9::int[],
                         $10::int[], $11::bigint[])
               AS a (topic, partition, next_offset, records, dead_lettered, readings, stored, duplicates, coalesced, lost)
             GROUP BY topic, partition
           ) a
           WHERE o.consumer = $1 AND o.topic = a.topic AND o.partition = a.partition`,
    values: [
      consumer,
      column((a) => a.topic),
      column((a) => a.partition),
      column((a) => String(a.nextOffset)),
      column((a) => a.records ?? 0),
      column((a) => a.deadLettered ?? 0),
      column((a) => a.readings ?? 0),
      column((a) => a.stored ?? 0),
      column((a) => a.duplicates ?? 0),
      column((a) => a.coalesced ?? 0),
      column((a) => String(a.lost ?? 0n)),
    ],
  });
}

function keyOf(range: { readonly topic: string; readonly partition: number }): string {
  return `${range.topic}/${range.partition}`;
}

function compare<T extends string | bigint>(a: T, b: T): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
