import { writeCheckpoint, type Checkpoint } from './checkpoint.js';
import { type Segment } from './segment.js';
import { saveIndex } from './segment-files.js';
import { Semaphore } from './semaphore.js';
import { storageFault } from './storage-fault.js';
import { type StorageContext } from './storage-context.js';

/** What a checkpoint is made of, all of one moment. */
export interface Snapshot {
  readonly checkpoint: Checkpoint;
  readonly active: Segment;
}

/** Writes a partition's checkpoints, one at a time, beside its appends. */
export class CheckpointWriter {
  private readonly turn = new Semaphore(1);
  private background: Promise<void> | undefined;

  constructor(
    private readonly context: StorageContext,
    private readonly directory: string,
    private readonly snapshot: () => Snapshot,
  ) {}

  /** Resolves when what was true at some moment after the call is on the disk. @throws EmbeddedError */
  write(): Promise<void> {
    return this.turn.run(async () => {
      const { checkpoint, active } = this.snapshot();
      const index = active.index?.encode(active.bytes);
      try {
        if (index) await saveIndex(this.context, active, index);
        await writeCheckpoint(this.context.files, this.directory, checkpoint);
      } catch (error) {
        throw storageFault(error, 'write the checkpoint in', this.directory);
      }
    });
  }

  /** Never rejects: without it, opening has more to read. */
  async tryWrite(): Promise<void> {
    try {
      await this.write();
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      this.context.logger.warn({ directory: this.directory }, message);
    }
  }

  /** Begins one in the background, unless that has happened already. */
  request(): void {
    this.background ??= this.tryWrite().finally(() => (this.background = undefined));
  }

  async settled(): Promise<void> {
    await this.background;
  }
}
