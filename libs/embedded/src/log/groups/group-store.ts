import { type Logger } from '@fieldstream/domain';
import { EmbeddedError } from '../../embedded-error.js';
import { ERROR } from '../protocol/error-codes.js';
import { type GroupBounds } from './bounds.js';
import { type Clock } from './clock.js';
import { type CommittedOffset, type TopicPartition } from './committed-offsets.js';
import { Group, type GroupSnapshot } from './group.js';
import {
  decodeEntry,
  groupEntry,
  JournalCodecError,
  type JournalFact,
  offsetEntry,
} from './journal-codec.js';
import { JournalWriter } from './journal-writer.js';
import { type GroupJournal, type JournalEntry } from './journal.js';

export interface GroupStoreOptions {
  readonly journal: GroupJournal;
  readonly clock: Clock;
  readonly bounds: GroupBounds;
  readonly logger: Logger;
}

/** An offset, and where it is committed. */
export interface Commit {
  readonly at: TopicPartition;
  readonly committed: CommittedOffset;
}

/** All groups, in memory and in the journal. What its methods promise as written is durable. */
export class GroupStore {
  private readonly groups = new Map<string, Group>();
  private readonly writer: JournalWriter;
  private cancelSweep: () => void = () => undefined;
  private isJournalFailing = false;
  private isClosed = false;

  private constructor(private readonly options: GroupStoreOptions) {
    this.writer = new JournalWriter(options.journal, options.bounds.maxPendingWrites);
  }

  /**
   * Reads the journal. Entries that cannot be understood are reported and passed over.
   * @throws EmbeddedError `wrong-format` when a newer version has written the journal
   */
  static async restore(options: GroupStoreOptions): Promise<GroupStore> {
    const store = new GroupStore(options);
    await store.replay();
    store.scheduleSweep();
    return store;
  }

  get(groupId: string): Group | undefined {
    return this.groups.get(groupId);
  }

  all(): IterableIterator<Group> {
    return this.groups.values();
  }

  /** Undefined when there are as many groups as there may be. */
  getOrCreate(groupId: string): Group | undefined {
    const group = this.groups.get(groupId);
    if (group !== undefined) return group;
    if (this.groups.size >= this.options.bounds.maxGroups) {
      this.discard([...this.groups.values()].filter(({ isDisposable }) => isDisposable));
    }
    return this.groups.size < this.options.bounds.maxGroups ? this.create(groupId) : undefined;
  }

  /** Resolves with whether the offsets are committed. */
  commit(groupId: string, commits: readonly Commit[]): Promise<boolean> {
    const entries = commits.map(({ at, committed }) => offsetEntry(groupId, at, committed));
    return this.write(entries, () => {
      // The group may have been deleted while the write was under way: what is in the journal is also in memory.
      const { offsets } = this.groups.get(groupId) ?? this.create(groupId);
      for (const { at, committed } of commits) offsets.set(at.topic, at.partition, committed);
    });
  }

  /** Resolves with whether the offsets that `choose` finds are gone, commits that are under way included. */
  async dropOffsets(group: Group, choose: () => readonly TopicPartition[]): Promise<boolean> {
    await this.writer.settled();
    return this.drop(group, choose(), []);
  }

  /** Deletes the offsets and the group. A member who joins meanwhile keeps it. Resolves with whether it is done. */
  async delete(group: Group): Promise<boolean> {
    await this.writer.settled();
    const tombstone = groupEntry(group.groupId, undefined);
    const isGone = await this.drop(
      group,
      group.offsets.filter(() => true),
      [tombstone],
    );
    if (isGone && group.isVacant) this.forget(group);
    return isGone;
  }

  /** Deletes the offsets that have expired, then the groups in which nothing is left. */
  async sweep(): Promise<void> {
    for (const group of this.groups.values()) {
      if (this.expiredOffsets(group).length > 0)
        await this.dropOffsets(group, () => this.expiredOffsets(group));
    }
    this.discard([...this.groups.values()].filter(({ isDisposable }) => isDisposable));
  }

  /** Answers whoever waits with NOT_COORDINATOR, leaves no timer, and resolves when no write is under way. */
  async close(): Promise<void> {
    this.isClosed = true;
    this.cancelSweep();
    for (const group of this.groups.values()) group.close(ERROR.notCoordinator);
    await this.writer.settled();
  }

  private async replay(): Promise<void> {
    let unreadable = 0;
    for await (const entry of this.options.journal.entries()) {
      try {
        this.apply(decodeEntry(entry));
      } catch (error) {
        if (!(error instanceof JournalCodecError)) throw error;
        if (error.isNewer) throw newerVersion(error);
        unreadable += 1;
        if (unreadable === 1) {
          const key = entry.key.toString('utf8');
          this.options.logger.error({ err: error, key }, 'an entry of the group journal is not readable');
        }
      }
    }
    if (unreadable > 1) {
      this.options.logger.error({ unreadable }, 'entries of the group journal are not readable');
    }
  }

  private apply(fact: JournalFact): void {
    const { groupId } = fact;
    if (fact.kind === 'offset') {
      const { topic, partition } = fact.at;
      if (fact.committed === 'gone') this.groups.get(groupId)?.offsets.delete(topic, partition);
      else (this.groups.get(groupId) ?? this.create(groupId)).offsets.set(topic, partition, fact.committed);
      return;
    }
    const earlier = this.groups.get(groupId);
    if (fact.snapshot === 'gone') {
      if (earlier?.isDisposable === true) this.groups.delete(groupId);
      else earlier?.restore({ generation: 0, protocolType: null, emptySinceMs: null });
    } else {
      (earlier ?? this.create(groupId)).restore(fact.snapshot);
    }
  }

  private create(groupId: string): Group {
    const { clock, bounds } = this.options;
    const group = new Group(groupId, {
      clock,
      bounds,
      save: (snapshot) => this.save(groupId, snapshot),
      hasRoomFor: (bytes) => this.memberBytes() + bytes <= bounds.maxTotalMemberBytes,
    });
    this.groups.set(groupId, group);
    return group;
  }

  private save(groupId: string, snapshot: GroupSnapshot): Promise<boolean> {
    return this.write([groupEntry(groupId, snapshot)], () => undefined);
  }

  private drop(group: Group, dropped: readonly TopicPartition[], others: JournalEntry[]): Promise<boolean> {
    const entries = [...dropped.map((at) => offsetEntry(group.groupId, at, undefined)), ...others];
    if (entries.length === 0) return Promise.resolve(true);
    return this.write(entries, () => {
      const offsets = this.groups.get(group.groupId)?.offsets;
      for (const { topic, partition } of dropped) offsets?.delete(topic, partition);
    });
  }

  /** Groups of which nothing is left are forgotten at once; should the write fail, a restart brings back an empty one. */
  private discard(groups: readonly Group[]): void {
    if (groups.length === 0) return;
    for (const group of groups) this.forget(group);
    void this.write(
      groups.map(({ groupId }) => groupEntry(groupId, undefined)),
      () => undefined,
    );
  }

  private forget(group: Group): void {
    group.close(ERROR.coordinatorNotAvailable);
    if (this.groups.get(group.groupId) === group) this.groups.delete(group.groupId);
  }

  private expiredOffsets(group: Group): TopicPartition[] {
    const { clock, bounds } = this.options;
    const now = clock.now();
    if (group.state !== 'Empty') return [];
    // A group that never had members is used by tools, or by consumers that assign partitions to themselves.
    const idleSinceMs = group.protocolType === null ? 0 : (group.emptySinceMs ?? now);
    return group.offsets.filter(
      ({ committedMs, expiresMs }) =>
        now >= (expiresMs ?? Math.max(idleSinceMs, committedMs) + bounds.offsetsRetentionMs),
    );
  }

  private memberBytes(): number {
    let total = 0;
    for (const group of this.groups.values()) total += group.memberBytes();
    return total;
  }

  private scheduleSweep(): void {
    const { clock, bounds } = this.options;
    this.cancelSweep = clock.setTimer(bounds.sweepEveryMs, () => {
      void this.sweep().then(() => {
        if (!this.isClosed) this.scheduleSweep();
      });
    });
  }

  /** Whether the entries are durable. Never rejects: the journal's owner mends it, and clients try again. */
  private async write(entries: readonly JournalEntry[], apply: () => void): Promise<boolean> {
    if (this.isClosed) return false;
    try {
      await this.writer.write(entries, apply);
      if (this.isJournalFailing) this.options.logger.info({}, 'the group journal can be written again');
      this.isJournalFailing = false;
      return true;
    } catch (error) {
      if (!this.isJournalFailing) {
        this.options.logger.warn(
          { err: error },
          'the group journal cannot be written: consumers have to retry',
        );
      }
      this.isJournalFailing = true;
      return false;
    }
  }
}

function newerVersion(cause: JournalCodecError): EmbeddedError {
  return new EmbeddedError(
    'wrong-format',
    `The consumer groups in the data folder were written by a newer version of Fieldstream (${cause.message}). ` +
      'Start that version, or use another data folder.',
    { cause },
  );
}
