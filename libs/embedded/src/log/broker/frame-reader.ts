const SIZE_BYTES = 4;
const API_KEY_BYTES = 2;
const PRODUCE_KEY = 0;
/** Up to this size the whole of a request is reserved at once; beyond it memory follows the bytes that really came. */
const RESERVED_BYTES = 1024 * 1024;

/** The bytes cannot be, or are not allowed to be, a request. */
export class FrameError extends Error {
  override readonly name = 'FrameError';

  constructor(
    readonly kind: 'malformed-request' | 'oversized-request',
    message: string,
  ) {
    super(message);
  }
}

/**
 * Cuts a connection's bytes into requests: each is a signed 32-bit size and that many bytes. A size is believed only as
 * far as bytes follow it.
 */
export class FrameReader {
  readonly #size = Buffer.alloc(SIZE_BYTES);
  #sizeFill = 0;
  #body = Buffer.alloc(0);
  #bodySize = 0;
  #bodyFill = 0;
  #fault: FrameError | undefined;

  constructor(private readonly limits: { maxRequestBytes: number; maxOtherRequestBytes: number }) {}

  /** Bytes held of a request that is not complete yet. */
  get partialBytes(): number {
    return this.#sizeFill + this.#bodyFill;
  }

  /** Set by a size out of bounds: whatever follows on the connection is without meaning, and is not looked at. */
  get fault(): FrameError | undefined {
    return this.#fault;
  }

  /** The requests that these bytes complete, without their sizes. One that lies within `chunk` shares its memory. */
  push(chunk: Buffer): Buffer[] {
    const requests: Buffer[] = [];
    if (this.#fault) return requests;
    try {
      this.#cut(chunk, requests);
    } catch (error) {
      if (!(error instanceof FrameError)) throw error;
      this.#fault = error;
      this.#forget();
    }
    return requests;
  }

  #cut(chunk: Buffer, requests: Buffer[]): void {
    let at = 0;
    while (at < chunk.length) {
      if (this.#sizeFill < SIZE_BYTES) {
        at += this.#readSize(chunk, at);
        continue;
      }
      const left = this.#bodySize - this.#bodyFill;
      const available = Math.min(left, chunk.length - at);
      const piece = chunk.subarray(at, at + available);
      at += available;
      if (this.#bodyFill === 0 && available === left) {
        this.#checkSizeOf(piece);
        requests.push(piece);
        this.#sizeFill = 0;
        continue;
      }
      this.#keep(piece);
      this.#checkSizeOf(this.#body.subarray(0, this.#bodyFill));
      if (this.#bodyFill === this.#bodySize) {
        requests.push(this.#body.subarray(0, this.#bodySize));
        this.#forget();
      }
    }
  }

  #readSize(chunk: Buffer, at: number): number {
    const taken = Math.min(SIZE_BYTES - this.#sizeFill, chunk.length - at);
    chunk.copy(this.#size, this.#sizeFill, at, at + taken);
    this.#sizeFill += taken;
    if (this.#sizeFill === SIZE_BYTES) {
      this.#bodySize = this.#size.readInt32BE(0);
      if (this.#bodySize < 1) {
        throw new FrameError('malformed-request', `the request's size is ${this.#bodySize}`);
      }
      this.#checkBound(this.limits.maxRequestBytes);
    }
    return taken;
  }

  #checkSizeOf(start: Buffer): void {
    if (this.#bodySize <= this.limits.maxOtherRequestBytes || start.length < API_KEY_BYTES) return;
    if (start.readInt16BE(0) !== PRODUCE_KEY) this.#checkBound(this.limits.maxOtherRequestBytes);
  }

  #checkBound(maxBytes: number): void {
    if (this.#bodySize <= maxBytes) return;
    throw new FrameError(
      'oversized-request',
      `the request has ${this.#bodySize} bytes, and ${maxBytes} are allowed`,
    );
  }

  #keep(piece: Buffer): void {
    const needed = this.#bodyFill + piece.length;
    if (needed > this.#body.length) {
      const grown = Math.max(RESERVED_BYTES, needed, this.#body.length * 2);
      const body = Buffer.allocUnsafeSlow(Math.min(this.#bodySize, grown));
      this.#body.copy(body, 0, 0, this.#bodyFill);
      this.#body = body;
    }
    piece.copy(this.#body, this.#bodyFill);
    this.#bodyFill = needed;
  }

  #forget(): void {
    this.#sizeFill = 0;
    this.#body = Buffer.alloc(0);
    this.#bodyFill = 0;
  }
}
