import { closeSync, openSync, readSync, unlinkSync, writeSync } from 'node:fs';
import { copyFailMessage } from '../wire/frontend-messages.js';

const PIECE_BYTES = 256 * 1024;

/**
 * What a client sends for COPY FROM STDIN, until it is complete: the engine reads it in one go, and cannot wait. Beyond
 * `memoryBytes` it is in a file. When it is more than `maxBytes`, or the disk is full, the rest is dropped and COPY fails.
 */
export class CopySpool {
  private pieces: Buffer[] = [];
  private bytes = 0;
  private handle: number | undefined;
  private written = 0;
  private taken = 0;
  private fault: string | undefined;

  constructor(
    private readonly path: string,
    private readonly memoryBytes: number,
    private readonly maxBytes: number,
  ) {}

  add(message: Buffer): void {
    if (this.fault !== undefined) return;
    this.bytes += message.length;
    if (this.bytes > this.maxBytes) {
      this.fail(`the data of one COPY is larger than the ${this.maxBytes} bytes allowed`);
    } else if (this.handle === undefined && this.bytes <= this.memoryBytes) this.pieces.push(message);
    else this.write(message);
  }

  /** The next piece of the messages in their order; undefined at the end. */
  take(): Buffer | undefined {
    const piece = this.pieces.shift();
    if (piece) return piece;
    if (this.fault !== undefined) {
      const failed = copyFailMessage(this.fault);
      this.fault = undefined;
      return failed;
    }
    if (this.handle === undefined || this.taken === this.written) return undefined;
    const bytes = Buffer.allocUnsafe(Math.min(PIECE_BYTES, this.written - this.taken));
    const count = readSync(this.handle, bytes, 0, bytes.length, this.taken);
    this.taken += count;
    return count > 0 ? bytes.subarray(0, count) : undefined;
  }

  close(): void {
    this.pieces = [];
    if (this.handle === undefined) return;
    closeSync(this.handle);
    unlinkSync(this.path);
    this.handle = undefined;
  }

  private write(message: Buffer): void {
    try {
      this.handle ??= openSync(this.path, 'w+');
      for (let offset = 0; offset < message.length;) {
        const count = writeSync(this.handle, message, offset, message.length - offset, this.written);
        offset += count;
        this.written += count;
      }
    } catch (error) {
      this.fail(`the data of COPY cannot be kept: ${error instanceof Error ? error.message : String(error)}`);
    }
  }

  /** Whatever is complete so far may be cut in the middle, so none of it is used. */
  private fail(reason: string): void {
    this.close();
    this.written = 0;
    this.taken = 0;
    this.fault = reason;
  }
}
