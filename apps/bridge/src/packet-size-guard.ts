/** Why a connection is cut before its bytes reach the MQTT parser. */
export type PacketFault = 'packet-too-large' | 'malformed-length';

const PUBLISH = 3;

/**
 * Follows the fixed headers of a byte stream of MQTT packets (MQTT 3.1.1, section 2.2) and nothing else, so that a
 * packet that is too long is noticed when it is announced, not when it has been buffered. Keeps a few numbers a
 * connection and copies nothing.
 */
export class PacketSizeGuard {
  /** PUBLISH packets that have begun. */
  publishes = 0;
  /** Packets that have ended. */
  ended = 0;
  #bytesToSkip = 0;
  /** Bytes of the present fixed header so far; 0 between two packets. */
  #headerBytes = 0;
  #length = 0;
  #multiplier = 1;

  /** @param maxPacketBytes Of any packet, fixed header included. */
  constructor(private readonly maxPacketBytes: number) {}

  /** Looks at the next bytes of the stream. After a fault the stream cannot be followed any further. */
  inspect(chunk: Uint8Array): PacketFault | undefined {
    let at = 0;
    for (;;) {
      if (this.#bytesToSkip > 0) {
        const skipped = Math.min(this.#bytesToSkip, chunk.length - at);
        this.#bytesToSkip -= skipped;
        at += skipped;
        if (this.#bytesToSkip === 0 && skipped > 0) this.ended++;
      }
      const byte = chunk[at++];
      if (byte === undefined) return undefined;
      const fault = this.#headerBytes === 0 ? this.#startHeader(byte) : this.#continueHeader(byte);
      if (fault) return fault;
    }
  }

  #startHeader(byte: number): undefined {
    if (byte >> 4 === PUBLISH) this.publishes++;
    this.#headerBytes = 1;
    this.#length = 0;
    this.#multiplier = 1;
  }

  #continueHeader(byte: number): PacketFault | undefined {
    this.#headerBytes++;
    this.#length += (byte & 0x7f) * this.#multiplier;
    this.#multiplier *= 128;
    if (this.#headerBytes + this.#length > this.maxPacketBytes) return 'packet-too-large';
    if ((byte & 0x80) !== 0) return this.#headerBytes === 5 ? 'malformed-length' : undefined;
    this.#headerBytes = 0;
    this.#bytesToSkip = this.#length;
    if (this.#length === 0) this.ended++;
    return undefined;
  }
}
