import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { EmbeddedError } from '../../embedded-error.js';
import { PartitionLog } from './partition-log.js';
import { createPartitionFiles } from './recovery.js';
import { LEFTOVER_PREFIX } from './replace-file.js';
import { Semaphore } from './semaphore.js';
import { storageFault } from './storage-fault.js';
import { createStorageContext, type StorageContext, type StorageOptions } from './storage-context.js';
import { type Topic } from './topic.js';
import { type TopicConfig } from './topic-config.js';
import { writeTopicFile, type TopicDescription } from './topic-file.js';
import { partitionDirectory, readTopicFolder, removeTopic, removeUnlessUsed } from './topic-folder.js';
import { topicNameProblem } from './topic-name.js';

const FOLDER_NAME = 'topics';
/** Partitions that are opened or created at once. */
const OPENED_AT_ONCE = 8;

class StoredTopic implements Topic {
  readonly name: string;
  config: TopicConfig;
  partitions: readonly PartitionLog[] = [];

  constructor(description: TopicDescription) {
    this.name = description.name;
    this.config = description.config;
  }

  describe(change: Partial<TopicDescription> = {}): TopicDescription {
    const { name, config, partitions } = this;
    return { name, config, partitions: partitions.length, isDeleted: false, ...change };
  }
}

/**
 * All topics of one log, in the folder `topics` of a directory that nobody else writes to. Creations, deletions and
 * changes take place one after the other; each is complete or has not happened, whenever the process ends.
 */
export class TopicStore {
  private readonly topics = new Map<string, StoredTopic>();
  private readonly turn = new Semaphore(1);
  private sweeping: Promise<void> | undefined;
  private isClosed = false;

  private constructor(
    private readonly context: StorageContext,
    private readonly directory: string,
  ) {}

  /** Makes the folder when there is none, and recovers what is in it. @throws EmbeddedError */
  static async open(dir: string, options: StorageOptions): Promise<TopicStore> {
    const context = createStorageContext(options);
    const store = new TopicStore(context, join(dir, FOLDER_NAME));
    try {
      await store.checkWritable();
      await store.load();
    } catch (error) {
      await context.cache.close();
      throw storageFault(error, 'open the log in', store.directory);
    }
    return store;
  }

  /** By name. */
  list(): readonly Topic[] {
    return [...this.topics.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  get(name: string): Topic | undefined {
    return this.topics.get(name);
  }

  /** @throws RangeError for a name that is not legal or is there already, or too many partitions. @throws EmbeddedError */
  create(name: string, partitions: number, config: TopicConfig): Promise<Topic> {
    return this.change(`create the topic ${name} in`, async () => {
      const problem = topicNameProblem(name);
      if (problem !== undefined) throw new RangeError(`The topic name "${name}" ${problem}.`);
      if (this.topics.has(name)) throw new RangeError(`There is a topic "${name}" already.`);
      this.checkPartitions(0, partitions);
      const topic = new StoredTopic({ name, partitions, config, isDeleted: false });
      await this.createPartitions(topic, 0, partitions);
      await writeTopicFile(this.context.files, this.directory, topic.describe({ partitions }));
      await this.openPartitions(topic, partitions);
      this.topics.set(name, topic);
      return topic;
    });
  }

  /** Appends under way are completed, later ones refused. @throws RangeError for an unknown name. @throws EmbeddedError */
  delete(name: string): Promise<void> {
    return this.change(`delete the topic ${name} in`, async () => {
      const topic = this.known(name);
      const description = topic.describe({ isDeleted: true });
      await writeTopicFile(this.context.files, this.directory, description);
      this.topics.delete(name);
      await Promise.all(topic.partitions.map((partition) => partition.abandon()));
      await removeTopic(this.context, this.directory, description);
    });
  }

  /** Makes `total` partitions of those there are. @throws RangeError when there are as many already. @throws EmbeddedError */
  addPartitions(name: string, total: number): Promise<void> {
    return this.change(`add partitions to ${name} in`, async () => {
      const topic = this.known(name);
      this.checkPartitions(topic.partitions.length, total);
      await this.createPartitions(topic, topic.partitions.length, total);
      await writeTopicFile(this.context.files, this.directory, topic.describe({ partitions: total }));
      await this.openPartitions(topic, total);
    });
  }

  /** @throws RangeError for an unknown name. @throws EmbeddedError */
  setConfig(name: string, config: TopicConfig): Promise<void> {
    return this.change(`configure the topic ${name} in`, async () => {
      const topic = this.known(name);
      await writeTopicFile(this.context.files, this.directory, topic.describe({ config }));
      topic.config = config;
    });
  }

  /** Closes old segments, applies the retention, compacts; to be called once a minute or so. A fault is logged. */
  sweep(): Promise<void> {
    this.sweeping ??= this.sweepAll().finally(() => (this.sweeping = undefined));
    return this.sweeping;
  }

  /** Takes no more appends, flushes what waits, closes all files. Never rejects. */
  async close(): Promise<void> {
    this.isClosed = true;
    await this.turn.run(async () => {});
    const partitions = [...this.topics.values()].flatMap((topic) => topic.partitions);
    await inParallel(partitions, (partition) => partition.close());
    await this.sweeping;
    await this.context.cache.close();
  }

  private async sweepAll(): Promise<void> {
    for (const topic of this.topics.values()) {
      for (const partition of topic.partitions) {
        if (this.isClosed) return;
        try {
          await partition.sweep();
        } catch (error) {
          const message = error instanceof Error ? error.message : String(error);
          this.context.logger.error({ topic: topic.name, partition: partition.index }, message);
        }
      }
    }
  }

  private change<T>(doing: string, work: () => Promise<T>): Promise<T> {
    return this.turn.run(async () => {
      if (this.isClosed) throw new EmbeddedError('engine-failed', 'The log is closed. Start it again.');
      try {
        return await work();
      } catch (error) {
        throw error instanceof RangeError ? error : storageFault(error, doing, this.directory);
      }
    });
  }

  private known(name: string): StoredTopic {
    const topic = this.topics.get(name);
    if (!topic) throw new RangeError(`There is no topic "${name}".`);
    return topic;
  }

  private checkPartitions(current: number, total: number): void {
    if (!Number.isInteger(total) || total <= current)
      throw new RangeError(`A topic with ${current} partitions cannot be made one with ${total}.`);
    const all = [...this.topics.values()].reduce((sum, topic) => sum + topic.partitions.length, 0);
    const { maxPartitions } = this.context.limits;
    if (all - current + total > maxPartitions)
      throw new RangeError(`There are ${all} partitions; the log has at most ${maxPartitions}.`);
  }

  /** Makes their directories; what an earlier attempt left there is empty and goes. */
  private async createPartitions(topic: StoredTopic, from: number, to: number): Promise<void> {
    const paths = range(from, to).map((i) => partitionDirectory(this.directory, topic.name, i));
    const there = new Set(
      (await this.context.files.list(this.directory)).map((entry) => join(this.directory, entry.name)),
    );
    for (const path of paths.filter((each) => there.has(each))) await removeUnlessUsed(this.context, path);
    await inParallel(paths, (path) => createPartitionFiles(this.context, path));
    await this.context.files.syncDirectory(this.directory);
  }

  private async openPartitions(topic: StoredTopic, total: number): Promise<void> {
    const added = await inParallel(range(topic.partitions.length, total), (index) =>
      PartitionLog.open(this.context, {
        topic: topic.name,
        index,
        directory: partitionDirectory(this.directory, topic.name, index),
        config: () => topic.config,
      }),
    );
    topic.partitions = [...topic.partitions, ...added];
  }

  /** A folder that cannot be written to is told at once, not with the first record. */
  private async checkWritable(): Promise<void> {
    const { files } = this.context;
    await files.makeDirectories(this.directory);
    const path = join(this.directory, `${LEFTOVER_PREFIX}writable-${randomUUID()}`);
    const file = await files.open(path, 'create');
    await file.close();
    await files.remove(path);
  }

  private async load(): Promise<void> {
    for (const description of await readTopicFolder(this.context, this.directory)) {
      const topic = new StoredTopic(description);
      await this.openPartitions(topic, description.partitions);
      this.topics.set(topic.name, topic);
    }
  }
}

function range(from: number, to: number): number[] {
  return Array.from({ length: to - from }, (_, i) => from + i);
}

/** Answers, or rejects, when all have settled. */
async function inParallel<T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<R[]> {
  const turns = new Semaphore(OPENED_AT_ONCE);
  const running = items.map((item) => turns.run(() => work(item)));
  await Promise.allSettled(running);
  return Promise.all(running);
}
