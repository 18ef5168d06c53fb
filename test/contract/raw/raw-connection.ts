import { connect, type Socket } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import type { CaseScope } from '../support/case-scope.js';
import { ByteReader } from './byte-reader.js';
import { ByteWriter } from './byte-writer.js';

/** A request's bytes, and how its answer is read. */
export interface RawRequest<T> {
  readonly apiKey: number;
  readonly version: number;
  /** The body, without the header. */
  readonly body: Buffer;
  /** From this version on the request's header has tagged fields. */
  readonly hasTaggedHeader?: boolean;
  readonly read: (reader: ByteReader) => T;
}

/** An answer that is awaited longer than this is not coming. */
const ANSWER_TIMEOUT_MS = 20_000;

/** One TCP connection, on which a case may write whatever it likes. It is closed when the case ends. */
export class RawConnection {
  private received: Buffer = Buffer.alloc(0);
  private isClosed = false;
  private wake: () => void = () => {};
  private nextCorrelationId = 1;

  private constructor(private readonly socket: Socket) {
    socket.setNoDelay(true);
    socket.on('data', (chunk: Buffer) => {
      this.received = Buffer.concat([this.received, chunk]);
      this.wake();
    });
    socket.on('error', () => {});
    socket.on('close', () => {
      this.isClosed = true;
      this.wake();
    });
  }

  static async open(scope: CaseScope): Promise<RawConnection> {
    const [host = '', port] = scope.target.brokers.split(':');
    const socket = connect({ host, port: Number(port) });
    await new Promise<void>((resolve, reject) => {
      socket.once('connect', resolve);
      socket.once('error', reject);
    });
    scope.defer(() => {
      socket.destroy();
      return Promise.resolve();
    });
    return new RawConnection(socket);
  }

  /** Writes bytes as they are. */
  write(bytes: Buffer): void {
    this.socket.write(bytes);
  }

  /** Says that nothing more is coming; answers can still be read. */
  end(): void {
    this.socket.end();
  }

  /** Sends a request without waiting. Returns its correlation ID. */
  send(request: RawRequest<unknown>): number {
    const { frame, correlationId } = this.frame(request);
    this.write(frame);
    return correlationId;
  }

  /** A request with its header and length, and the correlation ID that its answer will have. */
  frame(request: RawRequest<unknown>): { frame: Buffer; correlationId: number } {
    const correlationId = this.nextCorrelationId;
    this.nextCorrelationId += 1;
    const header = new ByteWriter()
      .int16(request.apiKey)
      .int16(request.version)
      .int32(correlationId)
      .string('raw-client');
    if (request.hasTaggedHeader) header.unsignedVarint(0);
    return { correlationId, frame: new ByteWriter().bytes(header.raw(request.body).toBuffer()).toBuffer() };
  }

  /** The next answer, whichever request it is to. @throws Error when the connection closes or nothing comes */
  async receive(): Promise<{ correlationId: number; reader: ByteReader }> {
    await this.until(
      () => this.received.length >= 4 && this.received.length >= 4 + this.received.readInt32BE(0),
    );
    const end = 4 + this.received.readInt32BE(0);
    const reader = new ByteReader(this.received.subarray(4, end));
    this.received = this.received.subarray(end);
    return { correlationId: reader.int32(), reader };
  }

  /** Sends a request and reads its answer, to the last byte. @throws Error when another answer comes */
  async ask<T>(request: RawRequest<T>): Promise<T> {
    const sent = this.send(request);
    const { correlationId, reader } = await this.receive();
    if (correlationId !== sent) throw new Error(`the answer to ${correlationId}, not to ${sent}`);
    const answer = request.read(reader);
    if (reader.remaining > 0) throw new Error(`${reader.remaining} bytes behind the answer`);
    return answer;
  }

  /** Resolves when the broker has closed the connection. @throws Error when it answers or does nothing */
  async closed(): Promise<void> {
    await this.until(() => this.isClosed || this.received.length > 0, true);
    if (this.received.length > 0) throw new Error(`${this.received.length} bytes came instead of the end`);
  }

  private async until(check: () => boolean, closedIsFine = false): Promise<void> {
    const deadline = new AbortController();
    const timeUp = wait(ANSWER_TIMEOUT_MS, undefined, { signal: deadline.signal, ref: false }).then(
      () => 'time is up',
      () => 'aborted',
    );
    try {
      while (!check()) {
        if (this.isClosed && !closedIsFine) throw new Error('the broker closed the connection');
        const woken = new Promise<string>((resolve) => {
          this.wake = () => resolve('woken');
        });
        if ((await Promise.race([woken, timeUp])) === 'time is up')
          throw new Error('the broker does not answer');
      }
    } finally {
      deadline.abort();
    }
  }
}
