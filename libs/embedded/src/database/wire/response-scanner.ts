import { BACKEND } from './backend-messages.js';

const HEADER_BYTES = 5;

/** Told of each message of a captured type. @returns whether the client gets to see it, or what it sees in its place */
export type MessageVisitor = (type: number, message: Buffer) => boolean | Buffer;

const CAPTURED = new Set<number>([
  BACKEND.commandComplete,
  BACKEND.copyInResponse,
  BACKEND.closeComplete,
  BACKEND.error,
  BACKEND.notification,
  BACKEND.parameterStatus,
  BACKEND.parseComplete,
  BACKEND.readyForQuery,
]);

/**
 * Walks over the engine's answer as it comes, in whatever pieces. Rows are passed on untouched and uncopied; the small
 * messages that steer a connection are shown to the visitor first.
 */
export class ResponseScanner {
  /** Of the message that a piece ended in. */
  private passing = 0;
  private dropping = 0;
  private capturing: Buffer | undefined;
  private isDiscarding = false;

  constructor(
    private readonly visit: MessageVisitor,
    private readonly pass: (bytes: Buffer) => void,
  ) {}

  /** From now on rows are dropped: after the one that has been passed on in part, so that the answer stays well formed. */
  discardRows(): void {
    this.isDiscarding = true;
  }

  /** @param bytes kept by the scanner and whoever it passes them to */
  feed(bytes: Buffer): void {
    const rest = this.capturing ? Buffer.concat([this.capturing, bytes]) : bytes;
    this.capturing = undefined;
    let passed = 0;
    let offset = 0;
    if (this.passing > 0) {
      offset = Math.min(this.passing, rest.length);
      this.passing -= offset;
    } else if (this.dropping > 0) {
      passed = Math.min(this.dropping, rest.length);
      offset = passed;
      this.dropping -= offset;
    }
    while (offset < rest.length) {
      const type = rest.readUInt8(offset);
      const end = offset + HEADER_BYTES <= rest.length ? offset + 1 + rest.readInt32BE(offset + 1) : Infinity;
      if (end > rest.length && (end === Infinity || CAPTURED.has(type))) {
        this.emit(rest, passed, offset);
        this.capturing = rest.subarray(offset);
        return;
      }
      if (!CAPTURED.has(type) && this.isDiscarding) {
        this.emit(rest, passed, offset);
        this.dropping = Math.max(end - rest.length, 0);
        offset = Math.min(end, rest.length);
        passed = offset;
        continue;
      }
      if (!CAPTURED.has(type)) {
        this.passing = Math.max(end - rest.length, 0);
        offset = Math.min(end, rest.length);
        continue;
      }
      const seen = this.visit(type, rest.subarray(offset, end));
      if (seen !== true) {
        this.emit(rest, passed, offset);
        if (seen !== false) this.pass(seen);
        passed = end;
      }
      offset = end;
    }
    this.emit(rest, passed, offset);
  }

  private emit(bytes: Buffer, from: number, to: number): void {
    if (to > from) this.pass(from === 0 && to === bytes.length ? bytes : bytes.subarray(from, to));
  }
}
