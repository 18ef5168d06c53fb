import { type Logger } from '@fieldstream/domain';
import { DamageReports } from './damage-reports.js';
import { FileCache } from './file-cache.js';
import { NODE_FILE_SYSTEM, type FileSystem } from './file-system.js';
import { Semaphore } from './semaphore.js';

/** The storage's bounds and intervals; each has a default. */
export interface StorageLimits {
  /** Files that are open at once. */
  readonly openFiles: number;
  /** Flushes to the disk at once, over all partitions; the rest of Node's thread pool serves reads. */
  readonly concurrentSyncs: number;
  /** Bytes of records that wait for the disk, over all partitions; beyond, an append is refused with a retriable error. */
  readonly maxPendingBytes: number;
  /** Bytes that one flush makes durable. */
  readonly maxGroupBytes: number;
  /** Partitions of all topics together. */
  readonly maxPartitions: number;
  /** Idempotent producers that one partition remembers. */
  readonly maxProducers: number;
  readonly producerExpiryMs: number;
  readonly indexIntervalBytes: number;
  /** Bytes of log after which a checkpoint is written: what opening after a crash has to read. */
  readonly checkpointBytes: number;
  /** Segments of which the index is kept in memory, beside those that are written to. */
  readonly cachedIndexes: number;
  /** How large the records of a compressed batch may become where they must be looked into. */
  readonly maxUnpackedBytes: number;
  /** How long a compacted topic keeps the record that says a key is gone. */
  readonly deleteRetentionMs: number;
  /** Share of a compacted topic's closed segments that must be new before it is compacted again. */
  readonly minDirtyRatio: number;
  /** Bytes of keys that one compaction remembers; beyond, it stops early and the next one goes on. */
  readonly maxKeyBytes: number;
}

const MEGABYTE = 1024 * 1024;
const DAY_MS = 24 * 60 * 60 * 1000;

export const DEFAULT_STORAGE_LIMITS: StorageLimits = {
  openFiles: 256,
  concurrentSyncs: 3,
  maxPendingBytes: 64 * MEGABYTE,
  maxGroupBytes: 8 * MEGABYTE,
  maxPartitions: 10_000,
  maxProducers: 1_000,
  producerExpiryMs: DAY_MS,
  indexIntervalBytes: 64 * 1024,
  checkpointBytes: 16 * MEGABYTE,
  cachedIndexes: 256,
  maxUnpackedBytes: 16 * MEGABYTE,
  deleteRetentionMs: DAY_MS,
  minDirtyRatio: 0.5,
  maxKeyBytes: 32 * MEGABYTE,
};

/** Bytes that wait for the disk, over all partitions of a store. */
export class PendingBytes {
  private bytes = 0;

  constructor(private readonly limit: number) {}

  /** False when there is no room. A single item is let in however large it is. */
  tryAdd(bytes: number): boolean {
    if (this.bytes > 0 && this.bytes + bytes > this.limit) return false;
    this.bytes += bytes;
    return true;
  }

  remove(bytes: number): void {
    this.bytes -= bytes;
  }
}

/** What the partitions of one store share. */
export interface StorageContext {
  readonly files: FileSystem;
  readonly cache: FileCache;
  readonly syncs: Semaphore;
  readonly pending: PendingBytes;
  readonly indexes: IndexCache;
  readonly damage: DamageReports;
  readonly limits: StorageLimits;
  readonly logger: Logger;
  readonly now: () => number;
}

/** Anything that can let go of its index. */
interface IndexHolder {
  index: unknown;
}

/** Remembers whose index was used last, and makes the one longest unused let go of it. */
export class IndexCache {
  private readonly holders = new Set<IndexHolder>();

  constructor(private readonly limit: number) {}

  /** The holder's index was used; it is one that can let go of it. */
  touch(holder: IndexHolder): void {
    if (this.holders.delete(holder)) this.holders.add(holder);
  }

  /** From now on the holder can be made to let go of its index. */
  hold(holder: IndexHolder): void {
    this.holders.delete(holder);
    this.holders.add(holder);
    for (const oldest of this.holders) {
      if (this.holders.size <= this.limit) return;
      this.release(oldest);
    }
  }

  release(holder: IndexHolder): void {
    if (this.holders.delete(holder)) holder.index = undefined;
  }
}

export interface StorageOptions {
  readonly logger: Logger;
  readonly now?: () => number;
  readonly limits?: Partial<StorageLimits>;
  /** Default: the machine's. */
  readonly files?: FileSystem;
}

export function createStorageContext(options: StorageOptions): StorageContext {
  const limits = { ...DEFAULT_STORAGE_LIMITS, ...options.limits };
  const files = options.files ?? NODE_FILE_SYSTEM;
  return {
    files,
    cache: new FileCache(files, limits.openFiles),
    syncs: new Semaphore(limits.concurrentSyncs),
    pending: new PendingBytes(limits.maxPendingBytes),
    indexes: new IndexCache(limits.cachedIndexes),
    damage: new DamageReports(options.logger),
    limits,
    logger: options.logger,
    now: options.now ?? Date.now,
  };
}
