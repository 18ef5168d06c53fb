import { join } from 'node:path';
import { LEFTOVER_PREFIX } from './replace-file.js';
import { baseOffsetOf } from './segment.js';
import { type StorageContext } from './storage-context.js';
import { isTopicFile, readTopicFile, removeTopicFile, type TopicDescription } from './topic-file.js';

export function partitionDirectory(directory: string, topic: string, index: number): string {
  return join(directory, `${topic}-${index}`);
}

/**
 * Reads the folder that holds all topics, after completing what a crash interrupted: deletions that were decided go
 * on, creations that were not completed are taken back. A directory with records that belongs to no topic stays.
 * @throws EmbeddedError when a topic file cannot be read.
 */
export async function readTopicFolder(
  context: StorageContext,
  directory: string,
): Promise<readonly TopicDescription[]> {
  const { files } = context;
  const entries = await files.list(directory);
  for (const { name } of entries)
    if (name.startsWith(LEFTOVER_PREFIX)) await files.removeTree(join(directory, name));
  const topics: TopicDescription[] = [];
  const owned = new Set<string>();
  for (const { name, isDirectory } of entries) {
    if (isDirectory || !isTopicFile(name) || name.startsWith(LEFTOVER_PREFIX)) continue;
    const topic = await readTopicFile(files, directory, name);
    for (let i = 0; i < topic.partitions; i++) owned.add(partitionDirectory(directory, topic.name, i));
    if (topic.isDeleted) await removeTopic(context, directory, topic);
    else topics.push(topic);
  }
  for (const { name, isDirectory } of entries) {
    const path = join(directory, name);
    if (isDirectory && !name.startsWith(LEFTOVER_PREFIX) && !owned.has(path))
      await removeUnlessUsed(context, path);
  }
  return topics.sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** The second half of a deletion that the topic's file has decided. */
export async function removeTopic(
  context: StorageContext,
  directory: string,
  topic: TopicDescription,
): Promise<void> {
  const { files } = context;
  const there = new Set((await files.list(directory)).map((entry) => join(directory, entry.name)));
  const renamed: string[] = [];
  for (let i = 0; i < topic.partitions; i++) {
    const path = partitionDirectory(directory, topic.name, i);
    if (!there.has(path)) continue;
    const leftover = await freeLeftoverName(there, directory, i);
    await files.rename(path, leftover);
    renamed.push(leftover);
  }
  await removeTopicFile(files, directory, topic.name);
  for (const path of renamed) {
    try {
      await files.removeTree(path);
    } catch (error) {
      context.logger.warn(
        { directory: path, err: error },
        'left over from a deleted topic; removed at the next start',
      );
    }
  }
}

async function freeLeftoverName(there: Set<string>, directory: string, from: number): Promise<string> {
  for (let i = from; ; i++) {
    const path = join(directory, `${LEFTOVER_PREFIX}deleted-${i}`);
    if (there.has(path)) continue;
    there.add(path);
    return path;
  }
}

/** Removes a directory in which a creation was interrupted; one with records stays, with a warning. */
export async function removeUnlessUsed(context: StorageContext, path: string): Promise<void> {
  const { files, logger } = context;
  const names = (await files.list(path)).map((entry) => entry.name);
  for (const name of names.filter((each) => baseOffsetOf(each) !== undefined)) {
    const content = await files.open(join(path, name), 'read');
    const size = await content.size().finally(() => content.close());
    if (size === 0) continue;
    logger.warn({ directory: path }, 'holds records but belongs to no topic: left as it is; move it away');
    return;
  }
  await files.removeTree(path);
}
