/** Why a connection is cut before its bytes reach the MQTT parser. */
export type PacketFault = 'packet-too-large' | 'malformed-length' | 'not-a-connect';

export interface PacketLimits {
  /** Of any packet after the first, fixed header included. */
  readonly maxPacketBytes: number;
  /** Of the first packet, the CONNECT. */
  readonly maxConnectBytes: number;
}

const CONNECT = 1;

/**
 * Follows the fixed headers of a byte stream of MQTT packets (MQTT 3.1.1, section 2.2) and nothing else, so that a
 * packet that is too long is noticed when it is announced, not when it has been buffered. Keeps a few numbers a
 * connection and copies nothing.
 */
export class PacketSizeGuard {
  #bytesToSkip = 0;
  #packets = 0;
  /** Bytes of the present fixed header so far; 0 between two packets. */
  #headerBytes = 0;
  #length = 0;
  #multiplier = 1;

  constructor(private readonly limits: PacketLimits) {}

  /** Looks at the next bytes of the stream. After a fault the stream cannot be followed any further. */
  inspect(chunk: Uint8Array): PacketFault | undefined {
    let at = 0;
    for (;;) {
      if (this.#bytesToSkip > 0) {
        const skipped = Math.min(this.#bytesToSkip, chunk.length - at);
        this.#bytesToSkip -= skipped;
        at += skipped;
      }
      const byte = chunk[at++];
      if (byte === undefined) return undefined;
      const fault = this.#headerBytes === 0 ? this.#startHeader(byte) : this.#continueHeader(byte);
      if (fault) return fault;
    }
  }

  #startHeader(byte: number): PacketFault | undefined {
    if (this.#packets === 0 && byte >> 4 !== CONNECT) return 'not-a-connect';
    this.#headerBytes = 1;
    this.#length = 0;
    this.#multiplier = 1;
    return undefined;
  }

  #continueHeader(byte: number): PacketFault | undefined {
    this.#headerBytes++;
    this.#length += (byte & 0x7f) * this.#multiplier;
    this.#multiplier *= 128;
    const limit = this.#packets === 0 ? this.limits.maxConnectBytes : this.limits.maxPacketBytes;
    if (this.#headerBytes + this.#length > limit) return 'packet-too-large';
    if ((byte & 0x80) !== 0) return this.#headerBytes === 5 ? 'malformed-length' : undefined;
    this.#packets++;
    this.#headerBytes = 0;
    this.#bytesToSkip = this.#length;
    return undefined;
  }
}
