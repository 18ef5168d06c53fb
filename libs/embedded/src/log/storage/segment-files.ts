import { batchesOf, soundStretches } from './batch-scan.js';
import { type OpenFile } from './file-system.js';
import { type Expectation } from './record-batch.js';
import { replaceFile } from './replace-file.js';
import { type Segment } from './segment.js';
import { SegmentIndex } from './segment-index.js';
import { storageFault } from './storage-fault.js';
import { type StorageContext } from './storage-context.js';

/** Lets `work` read the segment's log file. @throws EmbeddedError when the operating system does not. */
export async function readingLog<T>(
  context: StorageContext,
  segment: Segment,
  work: (file: OpenFile) => Promise<T>,
): Promise<T> {
  try {
    return await context.cache.use(segment.logPath, 'read', work);
  } catch (error) {
    const fault = storageFault(error, 'read', segment.logPath);
    if (fault !== error) await context.cache.forget(segment.logPath);
    throw fault;
  }
}

/** The segment's index: from memory, else from its file, else rebuilt from the log and written. */
export async function indexOf(context: StorageContext, segment: Segment): Promise<SegmentIndex> {
  context.indexes.touch(segment);
  if (segment.index) return segment.index;
  const index = (await loadIndex(context, segment)) ?? (await rebuildIndex(context, segment));
  segment.index ??= index;
  context.indexes.hold(segment);
  return index;
}

/** Undefined when there is no file, or one that does not fit the log. */
async function loadIndex(context: StorageContext, segment: Segment): Promise<SegmentIndex | undefined> {
  const bytes = await context.files.readFile(segment.indexPath);
  const decoded = bytes && SegmentIndex.decode(bytes, context.limits.indexIntervalBytes);
  return decoded?.coveredBytes === segment.bytes ? decoded.index : undefined;
}

async function rebuildIndex(context: StorageContext, segment: Segment): Promise<SegmentIndex> {
  const index = new SegmentIndex(context.limits.indexIntervalBytes);
  const expected: Expectation = {
    nextOffset: segment.baseOffset,
    contiguous: segment.contiguous,
    belowOffset: segment.lastOffset + 1,
  };
  let newestMs = -1;
  await readingLog(context, segment, async (file) => {
    const range = { from: 0, to: segment.bytes };
    for await (const stretch of soundStretches(file, range, expected, () => {})) {
      for (const { header, position } of batchesOf(stretch)) {
        index.add(header.baseOffset, position, newestMs);
        newestMs = Math.max(newestMs, header.maxTimestampMs);
      }
    }
  });
  await saveIndex(context, segment, index.encode(segment.bytes));
  return index;
}

/** Saves under way, by path: a reader and the upkeep may want to save the same index, and would share its unfinished file. */
const saving = new Map<string, Promise<void>>();

/** Never rejects: an index that is not there is rebuilt. */
export async function saveIndex(context: StorageContext, segment: Segment, bytes: Buffer): Promise<void> {
  const path = segment.indexPath;
  const save = (saving.get(path) ?? Promise.resolve()).then(() => replaceIndex(context, path, bytes));
  saving.set(path, save);
  await save;
  if (saving.get(path) === save) saving.delete(path);
}

async function replaceIndex(context: StorageContext, path: string, bytes: Buffer): Promise<void> {
  try {
    await replaceFile(context.files, path, bytes);
  } catch (error) {
    const { message } = storageFault(error, 'write', path);
    context.logger.warn({ file: path }, message);
  }
}
