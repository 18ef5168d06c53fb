/**
 * Writes Kafka's types, big-endian. The raw cases have bytes of their own, so that an error of the log's encoding
 * cannot cancel itself out.
 */
export class ByteWriter {
  private readonly parts: Buffer[] = [];

  int8(value: number): this {
    return this.fixed(1, (part) => part.writeInt8(value));
  }

  int16(value: number): this {
    return this.fixed(2, (part) => part.writeInt16BE(value));
  }

  int32(value: number): this {
    return this.fixed(4, (part) => part.writeInt32BE(value));
  }

  uint32(value: number): this {
    return this.fixed(4, (part) => part.writeUInt32BE(value));
  }

  int64(value: number): this {
    return this.fixed(8, (part) => part.writeBigInt64BE(BigInt(value)));
  }

  string(value: string | null): this {
    if (value === null) return this.int16(-1);
    const bytes = Buffer.from(value);
    return this.int16(bytes.length).raw(bytes);
  }

  bytes(value: Buffer | null): this {
    return value === null ? this.int32(-1) : this.int32(value.length).raw(value);
  }

  array<T>(items: readonly T[], write: (writer: this, item: T) => unknown): this {
    this.int32(items.length);
    for (const item of items) write(this, item);
    return this;
  }

  unsignedVarint(value: number): this {
    let rest = value;
    const bytes: number[] = [];
    while (rest >= 0x80) {
      bytes.push((rest % 0x80) | 0x80);
      rest = Math.floor(rest / 0x80);
    }
    return this.raw(Buffer.from([...bytes, rest]));
  }

  /** Zigzag: small numbers of either sign are short. */
  varint(value: number): this {
    return this.unsignedVarint(value < 0 ? -2 * value - 1 : 2 * value);
  }

  compactString(value: string): this {
    const bytes = Buffer.from(value);
    return this.unsignedVarint(bytes.length + 1).raw(bytes);
  }

  raw(bytes: Buffer): this {
    this.parts.push(bytes);
    return this;
  }

  toBuffer(): Buffer {
    return Buffer.concat(this.parts);
  }

  private fixed(length: number, write: (part: Buffer) => unknown): this {
    const part = Buffer.alloc(length);
    write(part);
    return this.raw(part);
  }
}
