import { isUtf8 } from 'node:buffer';
import { ProtocolError } from './protocol-error.js';

/**
 * The most array elements that one message may hold in all. An element can be three bytes on the wire and two hundred
 * in memory, so the size limit of a request alone does not bound what decoding it takes.
 */
const MAX_ELEMENTS = 250_000;
/** Kafka's bound, in both encodings. */
export const MAX_STRING_BYTES = 32_767;

/** Reads Kafka's primitive types (big-endian) one after the other. Any fault is a `ProtocolError`; nothing is copied. */
export class ByteReader {
  private elements = 0;

  constructor(
    private readonly buffer: Buffer,
    private position = 0,
    private end = buffer.length,
  ) {}

  get offset(): number {
    return this.position;
  }

  boolean(): boolean {
    return this.int8() !== 0;
  }

  int8(): number {
    return this.buffer.readInt8(this.advance(1));
  }

  int16(): number {
    return this.buffer.readInt16BE(this.advance(2));
  }

  int32(): number {
    return this.buffer.readInt32BE(this.advance(4));
  }

  /** A 64-bit integer as a number; one beyond ±(2^53 - 1) is a `ProtocolError`. */
  int64(): number {
    const at = this.advance(8);
    const value = this.buffer.readInt32BE(at) * 2 ** 32 + this.buffer.readUInt32BE(at + 4);
    if (!Number.isSafeInteger(value)) throw new ProtocolError(`64-bit integer out of range at byte ${at}`);
    return value;
  }

  /** An unsigned variable-length integer of at most 32 bits (KIP-482). */
  unsignedVarint(): number {
    let value = 0;
    for (let shift = 0; shift < 35; shift += 7) {
      const byte = this.buffer.readUInt8(this.advance(1));
      value += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) {
        if (value > 0xffff_ffff) break;
        return value;
      }
    }
    throw new ProtocolError(`variable-length integer out of range before byte ${this.position}`);
  }

  /** The next `length` bytes as a view into the message. */
  bytes(length: number): Buffer {
    const at = this.advance(length);
    return this.buffer.subarray(at, at + length);
  }

  string(length: number): string {
    if (length > MAX_STRING_BYTES)
      throw new ProtocolError(`string of ${length} bytes at byte ${this.position}`);
    const bytes = this.bytes(length);
    if (!isUtf8(bytes)) throw new ProtocolError(`string that is not UTF-8 before byte ${this.position}`);
    return bytes.toString('utf8');
  }

  /** Checks a count before anything is allocated for it: every element takes at least one byte. */
  claimElements(count: number): void {
    this.elements += count;
    if (count > this.end - this.position || this.elements > MAX_ELEMENTS) {
      throw new ProtocolError(`array of ${count} elements at byte ${this.position}`);
    }
  }

  /** Runs `read` on the next `length` bytes alone, all of which it must use. */
  within<T>(length: number, read: () => T): T {
    const outerEnd = this.end;
    this.end = this.advance(length) + length;
    this.position -= length;
    const value = read();
    this.expectEnd();
    this.end = outerEnd;
    return value;
  }

  expectEnd(): void {
    const left = this.end - this.position;
    if (left !== 0) throw new ProtocolError(`${left} bytes too many at byte ${this.position}`);
  }

  /** Moves on by `length` bytes and answers where they begin. */
  private advance(length: number): number {
    const at = this.position;
    if (length < 0 || length > this.end - at) {
      throw new ProtocolError(`${length} bytes wanted at byte ${at}, ${this.end - at} there`);
    }
    this.position = at + length;
    return at;
  }
}
