import { createLogFile } from './recovery.js';
import { type Segment } from './segment.js';
import { storageFault } from './storage-fault.js';
import { type StorageContext } from './storage-context.js';

/** Writes the end of a partition's last log file. One call at a time. */
export class SegmentWriter {
  /** Behind the durable bytes there may be some of a write that failed. */
  private isTorn = false;

  constructor(
    private readonly context: StorageContext,
    private readonly directory: string,
  ) {}

  /**
   * Adds to the segment's file, behind its durable bytes; resolves when it is on the disk. The segment itself is not
   * told. @throws EmbeddedError; then nothing was added, and the next call tries again.
   */
  async append(segment: Segment, buffers: readonly Buffer[]): Promise<void> {
    try {
      if (this.isTorn) await this.cut(segment);
      this.isTorn = true;
      await this.context.cache.use(segment.logPath, 'write', async (file) => {
        await file.write(buffers, segment.bytes);
        await this.context.syncs.run(() => file.sync());
      });
      this.isTorn = false;
    } catch (error) {
      await this.undo(segment);
      throw storageFault(error, 'write', segment.logPath);
    }
  }

  /** Makes the file of the segment that follows. @throws EmbeddedError */
  async startSegment(baseOffset: number): Promise<void> {
    try {
      await createLogFile(this.context, this.directory, baseOffset);
    } catch (error) {
      throw storageFault(error, 'write to', this.directory);
    }
  }

  /** After a failed flush the system may believe that its pages are clean: what was written must go, not be flushed again. */
  private async undo(segment: Segment): Promise<void> {
    await this.context.cache.forget(segment.logPath);
    try {
      if (this.isTorn) await this.cut(segment);
    } catch {
      // The fault that led here is what gets reported; the next append cuts first.
      return;
    }
  }

  private async cut(segment: Segment): Promise<void> {
    await this.context.cache.use(segment.logPath, 'write', async (file) => {
      await file.truncate(segment.bytes);
      await file.sync();
    });
    this.isTorn = false;
  }
}
