import { MAX_STRING_BYTES } from './byte-reader.js';

const FIRST_CHUNK_BYTES = 512;
/** From here on a reference costs less than a copy. */
const BY_REFERENCE_BYTES = 4_096;

/**
 * Writes Kafka's primitive types (big-endian) into a list of buffers. Large byte fields go in by reference, so they must
 * not change until the buffers have been sent. A value its type cannot carry is a `RangeError`: a fault of ours.
 */
export class ByteWriter {
  private readonly chunks: Buffer[] = [];
  private chunk = Buffer.allocUnsafe(FIRST_CHUNK_BYTES);
  private begin = 0;
  private position = 0;
  private chunkedBytes = 0;

  /** Bytes written so far. */
  get length(): number {
    return this.chunkedBytes + this.position - this.begin;
  }

  boolean(value: boolean): void {
    this.int8(value ? 1 : 0);
  }

  int8(value: number): void {
    const at = this.advance(1);
    this.chunk.writeInt8(value, at);
  }

  int16(value: number): void {
    const at = this.advance(2);
    this.chunk.writeInt16BE(value, at);
  }

  int32(value: number): void {
    const at = this.advance(4);
    this.chunk.writeInt32BE(value, at);
  }

  int64(value: number): void {
    if (!Number.isSafeInteger(value)) throw new RangeError(`${value} is not a safe 64-bit integer`);
    const at = this.advance(8);
    this.chunk.writeInt32BE(Math.floor(value / 2 ** 32), at);
    this.chunk.writeUInt32BE(value >>> 0, at + 4);
  }

  unsignedVarint(value: number): void {
    let rest = value;
    for (; rest >= 0x80; rest = Math.floor(rest / 128)) this.uint8((rest % 128) | 0x80);
    this.uint8(rest);
  }

  /** `length` is how many bytes `value` takes in UTF-8. */
  string(value: string, length: number): void {
    if (length > MAX_STRING_BYTES) throw new RangeError(`string of ${length} bytes`);
    const at = this.advance(length);
    this.chunk.write(value, at, length, 'utf8');
  }

  bytes(value: Buffer): void {
    if (value.length < BY_REFERENCE_BYTES) {
      const at = this.advance(value.length);
      value.copy(this.chunk, at);
      return;
    }
    this.closeChunk();
    this.chunks.push(value);
    this.chunkedBytes += value.length;
  }

  /** Appends all that another writer wrote. */
  append(other: ByteWriter): void {
    for (const chunk of other.finish()) this.bytes(chunk);
  }

  /** The buffers written, in order. */
  finish(): Buffer[] {
    this.closeChunk();
    return this.chunks;
  }

  private uint8(value: number): void {
    const at = this.advance(1);
    this.chunk.writeUInt8(value, at);
  }

  private closeChunk(): void {
    if (this.position === this.begin) return;
    this.chunks.push(this.chunk.subarray(this.begin, this.position));
    this.chunkedBytes += this.position - this.begin;
    this.begin = this.position;
  }

  /** Makes room for `length` bytes and answers where they begin, in what is `chunk` from then on. */
  private advance(length: number): number {
    if (this.position + length > this.chunk.length) {
      this.closeChunk();
      this.chunk = Buffer.allocUnsafe(Math.max(this.chunk.length * 2, length));
      this.begin = 0;
      this.position = 0;
    }
    const at = this.position;
    this.position = at + length;
    return at;
  }
}
