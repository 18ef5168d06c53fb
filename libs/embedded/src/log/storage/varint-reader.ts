import { RecordsError } from './records-error.js';

/** Zigzag varints, up to 64 bits on the wire and 2^53 in value. */
export class VarintReader {
  at = 0;

  constructor(private readonly buffer: Buffer) {}

  int(): number {
    let value = 0;
    let scale = 1;
    for (let i = 0; i < 10; i++) {
      const byte = this.buffer[this.at++];
      if (byte === undefined) throw new RecordsError('a number is cut short');
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
      scale *= 128;
    }
    throw new RecordsError('a number is too long');
  }

  bytes(): Buffer | null {
    const length = this.int();
    if (length < 0) return null;
    const from = this.at;
    this.skip(length);
    return this.buffer.subarray(from, this.at);
  }

  /** @returns their length, -1 for null */
  skipBytes(): number {
    const length = this.int();
    if (length > 0) this.skip(length);
    return Math.max(-1, length);
  }

  skip(count: number): void {
    this.at += count;
    if (this.at > this.buffer.length) throw new RecordsError('a record is cut short');
  }
}
