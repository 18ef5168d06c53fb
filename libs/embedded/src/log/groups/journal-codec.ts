import { type CommittedOffset, type TopicPartition } from './committed-offsets.js';
import { type GroupSnapshot } from './group.js';
import { type JournalEntry } from './journal.js';

/*
 * Keys and values are compact JSON. A key is ["group", group] or ["offset", group, topic, partition], always written with
 * the same bytes, since compaction compares bytes. A value is an object whose `v` is the version of its encoding.
 */

const VERSION = 1;

/** What an entry says. `gone`: the key has no value any more. */
export type JournalFact =
  | { readonly kind: 'group'; readonly groupId: string; readonly snapshot: GroupSnapshot | 'gone' }
  | {
      readonly kind: 'offset';
      readonly groupId: string;
      readonly at: TopicPartition;
      readonly committed: CommittedOffset | 'gone';
    };

/** An entry that is not one of this encoding. `isNewer`: a later version of Fieldstream has written it. */
export class JournalCodecError extends Error {
  override readonly name = 'JournalCodecError';

  constructor(
    message: string,
    readonly isNewer: boolean,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** The entry of a group's generation; `undefined` ends the group. */
export function groupEntry(groupId: string, snapshot: GroupSnapshot | undefined): JournalEntry {
  return { key: bytes(['group', groupId]), value: value(snapshot) };
}

/** The entry of a committed offset; `undefined` ends it. */
export function offsetEntry(
  groupId: string,
  { topic, partition }: TopicPartition,
  committed: CommittedOffset | undefined,
): JournalEntry {
  return { key: bytes(['offset', groupId, topic, partition]), value: value(committed) };
}

/** @throws JournalCodecError */
export function decodeEntry(entry: JournalEntry): JournalFact {
  const key = parse(entry.key);
  const [kind, groupId, topic, partition] = Array.isArray(key) ? (key as unknown[]) : [];
  if (typeof groupId !== 'string') throw new JournalCodecError('a key names no group', false);
  if (kind === 'group') {
    return { kind, groupId, snapshot: entry.value === null ? 'gone' : snapshotOf(fields(entry.value)) };
  }
  if (kind === 'offset' && typeof topic === 'string' && isCount(partition)) {
    const committed = entry.value === null ? 'gone' : committedOf(fields(entry.value));
    return { kind, groupId, at: { topic, partition }, committed };
  }
  throw new JournalCodecError(`a key of group ${JSON.stringify(groupId)} is of no known kind`, false);
}

function snapshotOf({ generation, protocolType, emptySinceMs }: Record<string, unknown>): GroupSnapshot {
  if (!isCount(generation)) throw new JournalCodecError('a group has no generation', false);
  return {
    generation,
    protocolType: typeof protocolType === 'string' ? protocolType : null,
    emptySinceMs: typeof emptySinceMs === 'number' ? emptySinceMs : null,
  };
}

function committedOf(found: Record<string, unknown>): CommittedOffset {
  const { offset, leaderEpoch, metadata, committedMs, expiresMs } = found;
  if (!Number.isSafeInteger(offset) || typeof committedMs !== 'number') {
    throw new JournalCodecError('a committed offset has no offset or no time', false);
  }
  return {
    offset: Number(offset),
    leaderEpoch: typeof leaderEpoch === 'number' ? leaderEpoch : -1,
    metadata: typeof metadata === 'string' ? metadata : '',
    committedMs,
    ...(typeof expiresMs === 'number' ? { expiresMs } : {}),
  };
}

function fields(encoded: Buffer): Record<string, unknown> {
  const found = parse(encoded);
  if (typeof found !== 'object' || found === null || !('v' in found)) {
    throw new JournalCodecError('a value has no version', false);
  }
  if (found.v !== VERSION) {
    throw new JournalCodecError(`a value is of version ${String(found.v)}, known is ${VERSION}`, true);
  }
  return { ...found };
}

function parse(encoded: Buffer): unknown {
  try {
    return JSON.parse(encoded.toString('utf8')) as unknown;
  } catch (error) {
    throw new JournalCodecError('an entry is not JSON', false, { cause: error });
  }
}

function isCount(found: unknown): found is number {
  return Number.isSafeInteger(found) && Number(found) >= 0;
}

function value(content: object | undefined): Buffer | null {
  return content === undefined ? null : bytes({ v: VERSION, ...content });
}

function bytes(content: unknown): Buffer {
  return Buffer.from(JSON.stringify(content));
}
