import type { Duplex } from 'node:stream';
import { PacketSizeGuard } from '../packet-size-guard.js';
import { ConnectIntake } from './connect-intake.js';
import type { CutCause } from './cut-causes.js';
import type { TrafficBudget } from './traffic-budget.js';

export interface StreamGateOptions {
  readonly maxConnectBytes: number;
  readonly maxPacketBytes: number;
  /** The CONNECT is complete: somebody has to read the stream now. */
  readonly onConnect: () => void;
  /** The connection has to be cut. */
  readonly onFault: (cause: CutCause) => void;
}

type Phase = 'connect' | 'waiting' | 'open';

/** Chunks below this size are put together while one packet is under way. */
const SMALL_BYTES = 512;
const PARTIAL_BYTES = 4_096;

/**
 * Stands between the bytes of a connection and the MQTT parser. EVERY CHUNK PASSES HERE BEFORE IT IS BUFFERED, on all
 * listeners alike: it takes the place of `push` and `_read` of the stream.
 *
 * Until the CONNECT is complete it keeps the bytes itself, and the broker does not know of the connection. From then until
 * the client is let in, it reads one chunk at most. After that it looks at the length of every packet, and reads
 * nothing more for as long as the client's budget says: what a client sends meanwhile stays in its own buffers.
 */
export class StreamGate {
  #phase: Phase = 'connect';
  #connect: ConnectIntake | undefined;
  readonly #guard: PacketSizeGuard;
  #budget: TrafficBudget | undefined;
  /** What came behind the CONNECT. */
  #kept: Buffer[] = [];
  /** Small pieces of one packet: each alone would cost ten times its bytes. */
  #partial: Buffer | undefined;
  #partialBytes = 0;
  #isHeld = false;
  #timer: NodeJS.Timeout | undefined;
  readonly #push: (chunk: Buffer | null) => boolean;
  readonly #read: (size: number) => void;

  constructor(
    private readonly stream: Duplex,
    private readonly options: StreamGateOptions,
  ) {
    this.#connect = new ConnectIntake(options.maxConnectBytes);
    this.#guard = new PacketSizeGuard(options.maxPacketBytes);
    this.#push = stream.push.bind(stream) as (chunk: Buffer | null) => boolean;
    this.#read = stream._read.bind(stream);
    stream.push = (chunk: Buffer | null) => this.#take(chunk);
    stream._read = (size) => {
      // Whoever ends the hold reads.
      if (!this.#isHeld) this.#read(size);
    };
    stream.once('close', () => clearTimeout(this.#timer));
  }

  /** Whether the CONNECT is complete. */
  get hasConnect(): boolean {
    return this.#phase !== 'connect';
  }

  get isOpen(): boolean {
    return this.#phase === 'open';
  }

  /** Asks for the first bytes. */
  start(): void {
    this.stream.read(0);
  }

  /** The client was let in: its packets may pass, within the budget. */
  open(budget: TrafficBudget): void {
    if (this.#phase !== 'waiting' || this.stream.destroyed) return;
    this.#phase = 'open';
    this.#budget = budget;
    this.#isHeld = false;
    const kept = this.#kept;
    this.#kept = [];
    if (kept.length === 0 || this.#take(Buffer.concat(kept))) this.#resume();
  }

  /** @returns whether more may be read, as `push` does. */
  #take(chunk: Buffer | null): boolean {
    if (chunk === null) return this.#end();
    if (this.#phase === 'open') return this.#pass(chunk);
    if (this.#phase === 'connect') return this.#begin(chunk);
    this.#kept.push(chunk);
    this.#isHeld = true;
    return false;
  }

  #begin(chunk: Buffer): boolean {
    const progress = this.#connect?.take(chunk) ?? { kind: 'more' };
    if (progress.kind === 'more') return true;
    if (progress.kind === 'fault') return this.#fail(progress.fault);
    this.#connect = undefined;
    this.#phase = 'waiting';
    if (progress.rest.length > 0) {
      this.#kept.push(progress.rest);
      this.#isHeld = true;
    }
    this.options.onConnect();
    // With nothing behind it reading goes on, so that a client that leaves is noticed.
    return this.#push(progress.connect) && !this.#isHeld;
  }

  #pass(chunk: Buffer): boolean {
    const guard = this.#guard;
    const { publishes, ended } = guard;
    const fault = guard.inspect(chunk);
    if (fault) return this.#fail(fault);
    const holdMs = this.#budget?.spend(guard.publishes - publishes, chunk.length) ?? 0;
    if (holdMs === Infinity) return this.#fail('too-fast');
    const isInsideOnePacket = guard.ended === ended;
    const whole = this.#assemble(chunk, isInsideOnePacket);
    const isMoreWanted = whole === undefined || this.#push(whole);
    if (holdMs === 0) return isMoreWanted;
    this.#hold(holdMs);
    return false;
  }

  /** What is passed on for a chunk; undefined while a packet of small pieces is being put together. */
  #assemble(chunk: Buffer, isInsideOnePacket: boolean): Buffer | undefined {
    const isSmall = isInsideOnePacket && chunk.length < SMALL_BYTES;
    if (this.#partial === undefined) {
      if (!isSmall) return chunk;
      this.#partial = Buffer.allocUnsafeSlow(PARTIAL_BYTES);
      this.#partialBytes = 0;
    }
    if (isSmall && this.#partialBytes + chunk.length <= PARTIAL_BYTES) {
      this.#partialBytes += chunk.copy(this.#partial, this.#partialBytes);
      return undefined;
    }
    const whole = Buffer.concat([this.#partial.subarray(0, this.#partialBytes), chunk]);
    this.#partial = undefined;
    return whole;
  }

  #end(): boolean {
    if (this.#phase !== 'connect') return this.#push(null);
    // Nobody reads the stream yet, so nobody would notice its end.
    this.stream.destroy();
    return false;
  }

  #fail(cause: CutCause): false {
    this.#isHeld = true;
    this.options.onFault(cause);
    return false;
  }

  #hold(holdMs: number): void {
    this.#isHeld = true;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.#isHeld = false;
      this.#resume();
    }, holdMs);
  }

  /** Chunks that were not passed on have left the stream in the belief that it still reads: it does not ask by itself. */
  #resume(): void {
    this.#read(this.stream.readableHighWaterMark);
  }
}
