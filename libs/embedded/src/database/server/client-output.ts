import { closeSync, openSync, read, unlinkSync, writeSync } from 'node:fs';
import type { Socket } from 'node:net';
import { join } from 'node:path';

export interface OutputBounds {
  /** What one client may have waiting in memory; the rest of a result waits in a file. */
  readonly memoryBytes: number;
  /** What one turn may answer. */
  readonly resultBytes: number;
  /** How long a client may take none of what is waiting for it. */
  readonly stallMs: number;
}

const PIECE_BYTES = 256 * 1024;

/**
 * What is on its way to one client. The engine cannot wait for a slow reader, as it blocks its thread: a result is taken
 * as fast as it comes, into memory and then into a file, and is sent at the reader's pace while others have the engine.
 */
export class ClientOutput {
  private pieces: Buffer[] = [];
  private pieceBytes = 0;
  private file: { readonly path: string; readonly handle: number; written: number; sent: number } | undefined;
  private turnBytes = 0;
  private isSending = false;
  private isDestroyed = false;
  private hasLost = false;
  private stallTimer: NodeJS.Timeout | undefined;

  constructor(
    private readonly socket: Socket,
    private readonly spillPath: { readonly directory: string; readonly name: string },
    private readonly bounds: OutputBounds,
    private readonly onDrained: () => void,
  ) {}

  /** Whether everything has left, so that the client may ask for more. */
  get isDrained(): boolean {
    return !this.isSending && this.pieceBytes === 0 && !this.file;
  }

  beginTurn(): void {
    this.turnBytes = 0;
  }

  /** Whether a part of the answer is lost, as the disk is full, so that the connection cannot go on. */
  get isBroken(): boolean {
    return this.hasLost;
  }

  /** Adds to what `flush` sends. @returns whether more may follow in this turn */
  add(bytes: Buffer): boolean {
    if (this.isDestroyed) return true;
    this.turnBytes += bytes.length;
    return this.keep(bytes) && this.turnBytes <= this.bounds.resultBytes;
  }

  private keep(bytes: Buffer): boolean {
    if (!this.file && this.pieceBytes + bytes.length <= this.bounds.memoryBytes) {
      this.pieces.push(bytes);
      this.pieceBytes += bytes.length;
      return true;
    }
    return this.spill(bytes);
  }

  flush(): void {
    if (!this.isSending) this.send();
  }

  destroy(): void {
    this.isDestroyed = true;
    clearTimeout(this.stallTimer);
    this.pieces = [];
    this.pieceBytes = 0;
    if (!this.isSending) this.dropFile();
  }

  private spill(bytes: Buffer): boolean {
    try {
      if (!this.file) {
        const path = join(this.spillPath.directory, this.spillPath.name);
        this.file = { path, handle: openSync(path, 'w+'), written: 0, sent: 0 };
      }
      const { file } = this;
      for (let offset = 0; offset < bytes.length;) {
        const count = writeSync(file.handle, bytes, offset, bytes.length - offset, file.written);
        offset += count;
        file.written += count;
      }
      return true;
    } catch {
      this.hasLost = true;
      return false;
    }
  }

  private send(): void {
    if (this.isDestroyed) {
      this.dropFile();
      return;
    }
    if (this.pieceBytes > 0) {
      this.write(this.takePieces());
      return;
    }
    const { file } = this;
    if (!file) return;
    if (file.sent === file.written) {
      this.dropFile();
      return;
    }
    this.isSending = true;
    const piece = Buffer.allocUnsafe(Math.min(PIECE_BYTES, file.written - file.sent));
    read(file.handle, piece, 0, piece.length, file.sent, (error, count) => {
      this.isSending = false;
      if (error || count === 0) this.socket.destroy();
      if (error || count === 0 || this.isDestroyed) {
        this.dropFile();
        return;
      }
      file.sent += count;
      this.write(piece.subarray(0, count));
    });
  }

  private write(bytes: Buffer): void {
    this.isSending = true;
    this.stallTimer = setTimeout(() => this.socket.destroy(), this.bounds.stallMs);
    this.socket.write(bytes, (error) => {
      clearTimeout(this.stallTimer);
      this.isSending = false;
      if (error) return;
      this.send();
      if (this.isDrained) this.onDrained();
    });
  }

  /** Up to one piece's worth of what is in memory. */
  private takePieces(): Buffer {
    let count = 0;
    let bytes = 0;
    while (count < this.pieces.length && bytes < PIECE_BYTES) bytes += this.pieces[count++]?.length ?? 0;
    const taken = this.pieces.splice(0, count);
    this.pieceBytes -= bytes;
    const [only] = taken;
    return taken.length === 1 && only ? only : Buffer.concat(taken, bytes);
  }

  private dropFile(): void {
    const { file } = this;
    this.file = undefined;
    if (!file) return;
    closeSync(file.handle);
    unlinkSync(file.path);
  }
}
