import { join } from 'node:path';
import { EmbeddedError } from '../../embedded-error.js';
import { type FileSystem } from './file-system.js';
import { replaceFile } from './replace-file.js';
import { DEFAULT_TOPIC_CONFIG, type TopicConfig } from './topic-config.js';

/** What is stored of a topic beside its records. The file decides whether the topic exists. */
export interface TopicDescription {
  readonly name: string;
  readonly partitions: number;
  readonly config: TopicConfig;
  /** Its deletion was decided, and goes on when the store is next opened. */
  readonly isDeleted: boolean;
}

const FORMAT = 1;
const SUFFIX = '.json';

export async function writeTopicFile(
  files: FileSystem,
  directory: string,
  topic: TopicDescription,
): Promise<void> {
  const text = `${JSON.stringify({ format: FORMAT, ...topic }, null, 2)}\n`;
  await replaceFile(files, topicPath(directory, topic.name), Buffer.from(text));
}

export async function removeTopicFile(files: FileSystem, directory: string, name: string): Promise<void> {
  await files.remove(topicPath(directory, name));
  await files.syncDirectory(directory);
}

/** @throws EmbeddedError `wrong-format` or `corrupt`. */
export async function readTopicFile(
  files: FileSystem,
  directory: string,
  fileName: string,
): Promise<TopicDescription> {
  const path = join(directory, fileName);
  const bytes = (await files.readFile(path)) ?? Buffer.alloc(0);
  let parsed: unknown;
  try {
    parsed = JSON.parse(bytes.toString());
  } catch (error) {
    throw unreadable(path, 'it is not JSON', { cause: error });
  }
  if (typeof parsed !== 'object' || parsed === null) throw unreadable(path, 'it is not an object');
  const stored = parsed as Partial<TopicDescription> & { readonly format?: unknown };
  if (stored.format !== FORMAT) {
    throw new EmbeddedError(
      'wrong-format',
      `The topic file ${path} has format ${String(stored.format)}; this version reads format ${FORMAT}. ` +
        'Use the version of Fieldstream that wrote it, or another data folder. Nothing was changed.',
    );
  }
  const { name, partitions } = stored;
  if (name === undefined || name + SUFFIX !== fileName) throw unreadable(path, 'it is that of another topic');
  if (partitions === undefined || !Number.isInteger(partitions) || partitions < 1)
    throw unreadable(path, 'its number of partitions is wrong');
  const config = { ...DEFAULT_TOPIC_CONFIG, ...stored.config };
  return { name, partitions, config, isDeleted: stored.isDeleted === true };
}

export function isTopicFile(fileName: string): boolean {
  return fileName.endsWith(SUFFIX);
}

function topicPath(directory: string, name: string): string {
  return join(directory, name + SUFFIX);
}

function unreadable(path: string, what: string, options?: ErrorOptions): EmbeddedError {
  return new EmbeddedError(
    'corrupt',
    `The topic file ${path} is damaged: ${what}. Restore it from a backup, or write it anew by the pattern of its ` +
      "neighbours; the topic's records are untouched.",
    options,
  );
}
