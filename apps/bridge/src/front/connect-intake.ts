/** Why a connection is cut before its first packet is complete. */
export type ConnectFault = 'packet-too-large' | 'malformed-length' | 'not-a-connect';

export type ConnectProgress =
  | { readonly kind: 'more' }
  | { readonly kind: 'fault'; readonly fault: ConnectFault }
  /** `rest`: what came after it in the same bytes; may be empty. */
  | { readonly kind: 'complete'; readonly connect: Buffer; readonly rest: Buffer };

const CONNECT = 1;
const MORE: ConnectProgress = { kind: 'more' };

/**
 * Collects the first packet of a connection, which has to be a CONNECT (MQTT-3.1.0-1), and nothing of what follows. Who is
 * nobody yet costs its bytes, at most `maxConnectBytes` and one chunk: no parser, no timer, and no list of tiny buffers.
 */
export class ConnectIntake {
  #bytes: Buffer = Buffer.alloc(0);

  constructor(private readonly maxConnectBytes: number) {}

  /** Takes the next bytes. After `fault` and `complete` there is nothing left to take. */
  take(chunk: Buffer): ConnectProgress {
    // Each round copies what there is: bounded by maxConnectBytes, and the bytes of a slow sender stay one buffer.
    this.#bytes = this.#bytes.length === 0 ? chunk : Buffer.concat([this.#bytes, chunk]);
    const length = this.#announcedLength();
    if (typeof length === 'string') return { kind: 'fault', fault: length };
    if (length === undefined || length > this.#bytes.length) return MORE;
    const connect = this.#bytes.subarray(0, length);
    return { kind: 'complete', connect, rest: this.#bytes.subarray(length) };
  }

  /** Length of the packet, fixed header included (MQTT 3.1.1, section 2.2); undefined while it is not all there. */
  #announcedLength(): number | ConnectFault | undefined {
    const [first] = this.#bytes;
    if (first === undefined) return undefined;
    if (first >> 4 !== CONNECT) return 'not-a-connect';
    let length = 0;
    for (let at = 1, multiplier = 1; at <= 4; at++, multiplier *= 128) {
      const byte = this.#bytes[at];
      if (byte === undefined) return undefined;
      length += (byte & 0x7f) * multiplier;
      if (1 + at + length > this.maxConnectBytes) return 'packet-too-large';
      if ((byte & 0x80) === 0) return 1 + at + length;
    }
    return 'malformed-length';
  }
}
