/** Bytes of a client that follow no rule of the protocol; the connection cannot go on. */
export class FramingError extends Error {
  override readonly name = 'FramingError';
}

/** PostgreSQL's own bound for a startup packet. */
const MAX_STARTUP_BYTES = 10_000;
const MIN_MESSAGE_BYTES = 4;
const HEADER_BYTES = 5;

/**
 * Cuts a client's bytes into messages. Holds at most one unfinished message of up to `maxMessageBytes`, and whatever was
 * pushed but not taken: the caller stops pushing while it does not take.
 */
export class FrameReader {
  private chunks: Buffer[] = [];
  private bytes = 0;

  constructor(private readonly maxMessageBytes: number) {}

  /** Pushed and not yet taken. */
  get bufferedBytes(): number {
    return this.bytes;
  }

  push(chunk: Buffer): void {
    if (chunk.length === 0) return;
    this.chunks.push(chunk);
    this.bytes += chunk.length;
  }

  /** The next packet without a type, as connections begin with: its length and its body. @throws FramingError */
  takeStartupPacket(): Buffer | undefined {
    if (this.bytes < MIN_MESSAGE_BYTES) return undefined;
    const length = this.head(MIN_MESSAGE_BYTES).readInt32BE(0);
    if (length < 2 * MIN_MESSAGE_BYTES || length > MAX_STARTUP_BYTES) {
      throw new FramingError(`invalid length of startup packet: ${length}`);
    }
    return this.take(length);
  }

  /** The next whole message, header included. @throws FramingError */
  takeMessage(): Buffer | undefined {
    if (this.bytes < HEADER_BYTES) return undefined;
    const length = this.head(HEADER_BYTES).readInt32BE(1);
    if (length < MIN_MESSAGE_BYTES) throw new FramingError(`invalid message length: ${length}`);
    if (length > this.maxMessageBytes) {
      throw new FramingError(
        `a message of ${length} bytes is larger than the ${this.maxMessageBytes} allowed`,
      );
    }
    return this.take(1 + length);
  }

  /** The first bytes, in one piece. */
  private head(bytes: number): Buffer {
    const first = this.chunks[0];
    if (first !== undefined && first.length >= bytes) return first;
    const pieces: Buffer[] = [];
    let have = 0;
    for (const chunk of this.chunks) {
      const piece = chunk.subarray(0, bytes - have);
      pieces.push(piece);
      have += piece.length;
      if (have === bytes) break;
    }
    return Buffer.concat(pieces);
  }

  private take(bytes: number): Buffer | undefined {
    if (this.bytes < bytes) return undefined;
    this.bytes -= bytes;
    const first = this.chunks[0];
    if (first !== undefined && first.length >= bytes) {
      if (first.length === bytes) this.chunks.shift();
      else this.chunks[0] = first.subarray(bytes);
      return first.subarray(0, bytes);
    }
    const message = Buffer.allocUnsafe(bytes);
    let have = 0;
    let used = 0;
    for (const chunk of this.chunks) {
      const piece = chunk.subarray(0, bytes - have);
      have += piece.copy(message, have);
      if (piece.length < chunk.length) {
        this.chunks[used] = chunk.subarray(piece.length);
        break;
      }
      used++;
      if (have === bytes) break;
    }
    this.chunks.splice(0, used);
    return message;
  }
}
