import { type Socket } from 'node:net';
import { RequestFault, type Dispatcher, type Peer } from './dispatch.js';
import { type FaultKind, type FaultLog } from './fault-log.js';
import { FrameReader } from './frame-reader.js';
import { type LogLimits } from './limits.js';
import { type RequestHolder, type RequestMemory } from './request-memory.js';
import { type ResponseMemory } from './response-memory.js';

export interface ConnectionOptions {
  readonly limits: LogLimits;
  readonly dispatcher: Dispatcher;
  readonly requests: RequestMemory;
  readonly responses: ResponseMemory;
  readonly faults: FaultLog;
  readonly onClosed: (connection: Connection) => void;
}

interface Slot {
  done: boolean;
  response: readonly Buffer[] | undefined;
}

/** Below this a partial request is never held up: small requests pass while large ones wait for memory. */
const SMALL_REQUEST_BYTES = 64 * 1024;
/** A request that arrives slower than this is a stalled one. */
const LEAST_BYTES_PER_S = 16 * 1024;

/**
 * One client. As in Kafka a request begins when the one before it has been answered, and responses leave in the order of
 * the requests; a Produce alone may begin while Produces are unanswered, so that they share one write to the disk.
 * Nothing is read while responses wait for the client to take them.
 */
export class Connection implements RequestHolder, Peer {
  readonly host: string;
  readonly localHost: string;
  readonly localPort: number;
  readonly #reader: FrameReader;
  readonly #queue: Buffer[] = [];
  readonly #slots: Slot[] = [];
  readonly #closeListeners = new Set<() => void>();
  #queuedBytes = 0;
  #partialBytes = 0;
  #overlapping = true;
  #unsentBytes = 0;
  #answered = 0;
  #waitsForMemory = false;
  #ending = false;
  #finished = false;
  #closed = false;
  #partialSinceMs = 0;
  #partialMark = 0;
  #receivedBytes = 0;
  #activeMs: number;
  readonly #openedMs: number;

  constructor(
    private readonly socket: Socket,
    private readonly options: ConnectionOptions,
  ) {
    this.host = plainAddress(socket.remoteAddress);
    this.localHost = plainAddress(socket.localAddress);
    this.localPort = socket.localPort ?? 0;
    this.#reader = new FrameReader(options.limits);
    this.#openedMs = performance.now();
    this.#activeMs = this.#openedMs;
    socket.setNoDelay(true);
    socket.setKeepAlive(true, 60_000);
    socket.on('data', (chunk: Buffer) => this.#receive(chunk));
    socket.on('drain', () => {
      this.#activeMs = performance.now();
      this.#proceed();
    });
    // A client that goes in mid-sentence is an everyday event; `close` follows.
    socket.on('error', () => {});
    socket.on('close', () => this.#leave());
  }

  get idleBytes(): number {
    return this.#partialBytes + this.#queuedBytes;
  }

  get unsentBytes(): number {
    return this.#unsentBytes;
  }

  /** Milliseconds since it was opened, while it has never had an answer; else undefined. */
  get silentMs(): number | undefined {
    return this.#answered === 0 && this.#slots.length === 0 ? performance.now() - this.#openedMs : undefined;
  }

  onClose(listener: () => void): () => void {
    this.#closeListeners.add(listener);
    return () => this.#closeListeners.delete(listener);
  }

  resumeReading(): void {
    this.#waitsForMemory = false;
    this.#markPartial();
    this.#proceed();
  }

  evict(): void {
    this.#fail('memory', 'too many bytes of unfinished requests are held; the largest of them was dropped');
  }

  /** Closes it if its client stalls; called about once a second. */
  check(): void {
    const { idleConnectionMs, partialRequestMs, stalledReaderMs } = this.options.limits;
    const nowMs = performance.now();
    const quietMs = nowMs - this.#activeMs;
    if (this.#unsentBytes > 0 && this.options.responses.scarce && quietMs > stalledReaderMs) {
      this.#fail('stalled-reader', 'the client does not take its responses, and memory for them is scarce');
    } else if (this.#ending) {
      return;
    } else if (this.#partialBytes > 0 && !this.socket.isPaused()) {
      const sinceMs = nowMs - this.#partialSinceMs;
      const bytes = this.#receivedBytes - this.#partialMark;
      if (sinceMs < partialRequestMs) return;
      if (bytes * 1_000 < sinceMs * LEAST_BYTES_PER_S) {
        this.#fail('stalled-request', 'the client began a request and does not go on with it');
      } else this.#markPartial();
    } else if (quietMs > idleConnectionMs && this.#slots.length === 0) {
      this.socket.destroy();
    }
  }

  /** Answers what has begun, drops what has not, and ends the connection. */
  end(): void {
    this.#ending = true;
    this.socket.pause();
    this.#finish();
  }

  destroy(): void {
    this.socket.destroy();
  }

  #receive(chunk: Buffer): void {
    if (this.#ending || this.#closed) return;
    this.#activeMs = performance.now();
    this.#receivedBytes += chunk.length;
    this.options.requests.hold(this, chunk.length);
    const before = this.#partialBytes;
    const frames = this.#reader.push(chunk);
    this.#partialBytes = this.#reader.partialBytes;
    if (frames.length > 0) this.options.requests.completed(this);
    if (before === 0 || frames.length > 0) this.#markPartial();
    // Sizes of completed requests are not held on to.
    let framedBytes = 0;
    for (const frame of frames) framedBytes += frame.length;
    this.#queuedBytes += framedBytes;
    this.options.requests.release(before + chunk.length - this.#partialBytes - framedBytes);
    this.#queue.push(...frames);
    if (this.#partialBytes > SMALL_REQUEST_BYTES) {
      this.#waitsForMemory = !this.options.requests.mayReadOn(this);
    }
    this.#proceed();
  }

  /** Begins what may begin, and reads on or stops reading. */
  #proceed(): void {
    if (this.#closed || this.#ending) return;
    while (this.#mayBegin()) this.#begin();
    const { fault } = this.#reader;
    if (fault) {
      this.socket.pause();
      if (this.#queue.length === 0) this.#failAfterAnswers(fault.kind, fault.message);
      return;
    }
    const full = this.#queue.length >= this.options.limits.maxPipelinedRequests;
    if (full || this.#waitsForMemory || this.socket.writableNeedDrain) this.socket.pause();
    else if (this.socket.isPaused()) {
      this.#markPartial();
      this.socket.resume();
    }
  }

  #mayBegin(): boolean {
    const [next] = this.#queue;
    if (!next || this.#ending || this.socket.writableNeedDrain) return false;
    if (this.#slots.length === 0) return true;
    return (
      this.#overlapping &&
      this.#slots.length < this.options.limits.maxPipelinedRequests &&
      this.options.dispatcher.mayOverlap(next)
    );
  }

  #begin(): void {
    const request = this.#queue.shift();
    if (!request) return;
    const { dispatcher, requests } = this.options;
    const slot: Slot = { done: false, response: undefined };
    const bytes = request.length;
    this.#slots.push(slot);
    this.#queuedBytes -= bytes;
    this.#overlapping = dispatcher.mayOverlap(request);
    if (this.#overlapping) requests.begin(bytes);
    const overlapping = this.#overlapping;
    dispatcher
      .dispatch(request, this)
      .then(
        (response) => {
          slot.done = true;
          slot.response = response;
        },
        (fault: unknown) => {
          const { kind, message } =
            fault instanceof RequestFault ? fault : { kind: 'handler' as const, message: String(fault) };
          this.#failAfterAnswers(kind, message, slot);
        },
      )
      .finally(() => {
        if (overlapping) requests.end(bytes);
        requests.release(bytes);
        this.#flush();
        this.#proceed();
      });
  }

  #flush(): void {
    if (this.#closed || !this.#slots[0]?.done) return;
    this.socket.cork();
    while (this.#slots[0]?.done) {
      const slot = this.#slots.shift();
      this.#answered++;
      if (slot?.response) this.#write(slot.response);
    }
    this.socket.uncork();
    if (this.#ending) this.#finish();
  }

  #write(response: readonly Buffer[]): void {
    let bytes = 0;
    for (const piece of response) bytes += piece.length;
    this.#unsentBytes += bytes;
    this.options.responses.add(bytes);
    const sent = (): void => {
      this.#unsentBytes -= bytes;
      this.options.responses.sent(bytes);
    };
    const last = response.length - 1;
    response.forEach((piece, i) => this.socket.write(piece, i === last ? sent : undefined));
  }

  /** Responses to earlier requests still leave; then the connection ends. */
  #failAfterAnswers(kind: FaultKind | undefined, message: string, failed?: Slot): void {
    this.#note(kind, message);
    this.#ending = true;
    this.socket.pause();
    const from = failed ? this.#slots.indexOf(failed) : this.#slots.length;
    if (from >= 0) this.#slots.length = from;
    this.#finish();
  }

  #fail(kind: FaultKind, message: string): void {
    this.#note(kind, message);
    this.socket.destroy();
  }

  #note(kind: FaultKind | undefined, message: string): void {
    if (kind && !this.#closed)
      this.options.faults.warn(kind, { client: this.host }, `closed a connection: ${message}`);
  }

  #finish(): void {
    if (this.#slots.length > 0 || this.#closed || this.#finished) return;
    this.#finished = true;
    // Without reading on, the kernel answers bytes that still come with a reset, which can overtake the responses.
    this.socket.end();
    this.socket.resume();
    this.socket.removeAllListeners('data');
    setTimeout(() => this.socket.destroy(), this.options.limits.closeGraceMs).unref();
  }

  #markPartial(): void {
    this.#partialSinceMs = performance.now();
    this.#partialMark = this.#receivedBytes;
  }

  #leave(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.options.requests.leave(this, this.idleBytes);
    this.#queue.length = 0;
    this.#queuedBytes = 0;
    this.#partialBytes = 0;
    for (const listener of this.#closeListeners) listener();
    this.#closeListeners.clear();
    this.options.onClosed(this);
  }
}

/** An IPv4 client of a listener for both families is known by its IPv4 address. */
function plainAddress(address: string | undefined): string {
  return (address ?? '').replace(/^::ffff:/, '');
}
