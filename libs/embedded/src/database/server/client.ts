import type { Socket } from 'node:net';
import type { Logger } from '@fieldstream/domain';
import { StatementError } from '../engine/engine.js';
import {
  authenticationOk,
  backendKeyData,
  copyInResponse,
  errorResponse,
  negotiateProtocolVersion,
  parameterStatus,
  readyForQuery,
  STATUS,
} from '../wire/backend-messages.js';
import { FrameReader, FramingError } from '../wire/frame-reader.js';
import { FRONTEND, readCString } from '../wire/frontend-messages.js';
import { copyFromStdin } from '../wire/sql-text.js';
import { readStartupPacket } from '../wire/startup-packet.js';
import { ClientOutput } from './client-output.js';
import { Conversation, type Unit } from './conversation.js';
import { CopySpool } from './copy-spool.js';
import type { EngineSession } from './engine-session.js';
import type { DatabaseLimits } from './limits.js';
import { LoginRefused, type LoggedIn, type LoginRequest, logIn, logInAtOnce, readLogin } from './login.js';
import type { Taker, Turnstile } from './turnstile.js';

/** What a client needs of its server. */
export interface ClientHost {
  readonly session: EngineSession;
  readonly turnstile: Turnstile;
  readonly limits: DatabaseLimits;
  readonly spillDir: string;
  readonly logger: Logger;
  /** Settings of the server that clients are told of. */
  readonly defaults: ReadonlyMap<string, string>;
  countOf(role: string): number;
  othersUseTemporary(client: Client): boolean;
  cancel(processId: number, secret: number): void;
  /** Whatever must not happen, a crash of the engine first of all. */
  fault(error: unknown): void;
  gone(client: Client): void;
}

type Phase = 'startup' | 'login' | 'ready' | 'copying' | 'ending' | 'gone';

const PIPELINE_BYTES = 1024 * 1024;
const IDLE_CHECK_MS = 100;
const ENDING_MS = 5_000;
const UNIT_ENDS = new Set<number>([FRONTEND.query, FRONTEND.sync, FRONTEND.flush, FRONTEND.functionCall]);
const EXTENDED = new Set<number>([
  FRONTEND.parse,
  FRONTEND.bind,
  FRONTEND.describe,
  FRONTEND.execute,
  FRONTEND.close,
]);
const COPY_MESSAGES = new Set<number>([FRONTEND.copyData, FRONTEND.copyDone, FRONTEND.copyFail]);

/** One connection: cuts what comes into requests, waits for the engine with each, and sends the answer. */
export class Client implements Taker {
  private phase: Phase = 'startup';
  private readonly reader: FrameReader;
  private readonly output: ClientOutput;
  private request: LoginRequest | undefined;
  private conversation: Conversation | undefined;
  /** The request that is being put together, or waits for the engine. */
  private messages: Buffer[] = [];
  private messageBytes = 0;
  private isComplete = false;
  private spool: CopySpool | undefined;
  private heardMs = performance.now();
  private idleTimer: NodeJS.Timeout | undefined;
  private readonly deadline: NodeJS.Timeout;

  constructor(
    private readonly socket: Socket,
    /** Also the process ID that it is told. */
    readonly number: number,
    readonly secret: number,
    private readonly host: ClientHost,
  ) {
    const { limits, spillDir } = host;
    this.reader = new FrameReader(limits.maxMessageBytes);
    this.output = new ClientOutput(
      socket,
      { directory: spillDir, name: `result-${number}` },
      {
        memoryBytes: limits.maxWaitingBytes,
        resultBytes: limits.maxResultBytes,
        stallMs: limits.stallTimeoutMs,
      },
      () => this.drained(),
    );
    this.deadline = setTimeout(() => socket.destroy(), limits.startupTimeoutMs);
    socket.setNoDelay(true);
    socket.on('data', (bytes) => this.receive(bytes));
    socket.on('error', () => socket.destroy());
    socket.on('close', () => this.leave());
  }

  /** As the client has named itself. */
  get role(): string | undefined {
    return this.request?.user;
  }

  get usesTemporary(): boolean {
    return this.conversation?.usesTemporary === true;
  }

  /** Whether ending it now would interrupt something. */
  get isBusy(): boolean {
    return this.isComplete || !this.output.isDrained || this.conversation?.isInTransaction === true;
  }

  /** One turn with the engine. */
  take(): boolean {
    if (this.phase === 'login') this.finishLogin();
    else if (this.isComplete && (this.phase === 'ready' || this.phase === 'copying')) this.runUnit();
    return this.phase !== 'gone' && this.conversation?.keepsEngine === true;
  }

  /** Tells the client why, and ends the connection once that is sent. What it had in the engine is undone. */
  end(sqlState: string, text: string, hint?: string): void {
    if (this.isOver) return;
    this.output.beginTurn();
    this.output.add(errorResponse('FATAL', sqlState, text, hint));
    this.output.flush();
    this.forsake();
    this.phase = 'ending';
    this.socket.resume();
    setTimeout(() => this.socket.destroy(), ENDING_MS).unref();
    if (this.output.isDrained) this.socket.end();
  }

  destroy(): void {
    this.socket.destroy();
  }

  /** The engine is gone, and everything of the client with it. */
  crashed(): void {
    this.conversation = undefined;
    this.end(
      '57P02',
      'the database engine crashed and starts again',
      'Connect again, and repeat what was not committed.',
    );
  }

  /** A cancel request: only what still waits can be cancelled, as a statement that runs lets nothing else run. */
  cancelWaiting(): void {
    const { turnstile } = this.host;
    if (this.phase !== 'ready' || !this.isComplete || turnstile.isHeldBy(this)) return;
    // After a Flush the client would have to be brought to its Sync first.
    if (this.messages.at(-1)?.[0] === FRONTEND.flush || !turnstile.withdraw(this)) return;
    this.forgetUnit();
    this.output.beginTurn();
    this.output.add(errorResponse('ERROR', '57014', 'canceling statement due to user request'));
    this.output.add(readyForQuery(STATUS.idle));
    this.output.flush();
  }

  private get isOver(): boolean {
    return this.phase === 'ending' || this.phase === 'gone';
  }

  private receive(bytes: Buffer): void {
    if (this.isOver) return;
    this.heardMs = performance.now();
    this.reader.push(bytes);
    this.proceed();
    if (this.reader.bufferedBytes > PIPELINE_BYTES && this.isWaiting) this.socket.pause();
  }

  private get isWaiting(): boolean {
    return this.isComplete || this.phase === 'login' || !this.output.isDrained;
  }

  private drained(): void {
    if (this.phase === 'ending') this.socket.end();
    else if (this.isComplete) this.host.turnstile.request(this);
    else this.proceed();
  }

  /** Takes messages until a request is complete, or there are no more. */
  private proceed(): void {
    try {
      while (!this.isWaiting) {
        if (this.isOver) return;
        if (this.phase === 'startup') {
          const packet = this.reader.takeStartupPacket();
          if (!packet) break;
          this.start(packet);
          continue;
        }
        const message = this.reader.takeMessage();
        if (!message) break;
        this.accept(message);
      }
    } catch (error) {
      if (error instanceof LoginRefused) this.end(error.sqlState, error.message);
      else if (error instanceof FramingError || error instanceof RangeError) this.end('08P01', error.message);
      else throw error;
    }
    if (this.socket.isPaused() && !this.isWaiting) this.socket.resume();
  }

  private start(bytes: Buffer): void {
    const packet = readStartupPacket(bytes);
    if (packet.kind === 'encryption') {
      this.socket.write('N');
      return;
    }
    if (packet.kind === 'cancel') {
      this.host.cancel(packet.processId, packet.secret);
      this.phase = 'ending';
      this.socket.end();
      return;
    }
    const unknown = [...packet.parameters.keys()].filter((name) => name.startsWith('_pq_.'));
    if (packet.minor > 0 || unknown.length > 0) this.output.add(negotiateProtocolVersion(unknown));
    this.request = readLogin(packet.parameters);
    clearTimeout(this.deadline);
    const loggedIn = logInAtOnce(this.request, this.host.session);
    this.phase = 'login';
    if (loggedIn) this.welcome(loggedIn);
    else this.host.turnstile.request(this);
  }

  private finishLogin(): void {
    const { request, host } = this;
    if (!request) return;
    try {
      this.welcome(logIn(request, host.session, (role) => host.countOf(role)));
    } catch (error) {
      if (!(error instanceof LoginRefused)) throw error;
      this.end(error.sqlState, error.message);
    }
  }

  private welcome({ login, profile }: LoggedIn): void {
    const { session, defaults, limits } = this.host;
    const conversation = new Conversation(session, login, profile.settings, profile, defaults, {
      number: this.number,
      maxStatementBytes: limits.maxStatementBytes,
    });
    this.conversation = conversation;
    const fixed = ['server_version', 'server_encoding', 'integer_datetimes', 'in_hot_standby'];
    const told = [
      ...fixed.map((name): [string, string] => [name, defaults.get(name) ?? '']),
      ['is_superuser', login.restricted ? 'off' : 'on'] as const,
      ['session_authorization', login.name] as const,
      ...conversation.reportedSettings(),
    ];
    this.phase = 'ready';
    this.output.beginTurn();
    this.output.add(authenticationOk());
    for (const [name, value] of told) this.output.add(parameterStatus(name, value));
    this.output.add(backendKeyData(this.number, this.secret));
    this.output.add(readyForQuery(STATUS.idle));
    this.output.flush();
  }

  private accept(message: Buffer): void {
    const type = message[0] ?? 0;
    if (type === FRONTEND.terminate) {
      this.phase = 'ending';
      this.socket.end();
      return;
    }
    if (this.phase === 'copying') {
      this.acceptCopy(type, message);
      return;
    }
    // What is left of a COPY that has failed.
    if (COPY_MESSAGES.has(type)) return;
    if (!UNIT_ENDS.has(type) && !EXTENDED.has(type)) {
      throw new FramingError(`invalid frontend message type ${type}`);
    }
    if (type === FRONTEND.query && this.messages.length === 0 && this.startCopy(message)) return;
    this.messages.push(message);
    this.messageBytes += message.length;
    if (!UNIT_ENDS.has(type) && this.messageBytes < PIPELINE_BYTES) return;
    this.complete();
  }

  /** Asks for the data before the engine sees the statement, as the engine could not wait for it. */
  private startCopy(message: Buffer): boolean {
    const format = copyFromStdin(readCString(message, 5).text);
    if (!format) return false;
    const { limits, spillDir } = this.host;
    this.spool = new CopySpool(
      `${spillDir}/copy-${this.number}`,
      limits.maxWaitingBytes,
      limits.maxResultBytes,
    );
    this.messages.push(message);
    this.phase = 'copying';
    this.output.add(copyInResponse(format === 'binary'));
    this.output.flush();
    return true;
  }

  private acceptCopy(type: number, message: Buffer): void {
    if (COPY_MESSAGES.has(type)) this.spool?.add(message);
    else if (type !== FRONTEND.flush && type !== FRONTEND.sync) {
      throw new FramingError(`unexpected message type ${type} during COPY from stdin`);
    }
    if (type === FRONTEND.copyDone || type === FRONTEND.copyFail) this.complete();
  }

  private complete(): void {
    this.isComplete = true;
    if (this.output.isDrained) this.host.turnstile.request(this);
  }

  private runUnit(): void {
    const { conversation, spool } = this;
    if (!conversation) return;
    const unit: Unit = { messages: this.messages, ...(spool ? { copyData: () => spool.take() } : {}) };
    this.output.beginTurn();
    try {
      const isTaken = conversation.run(unit, (bytes) => this.output.add(bytes));
      this.forgetUnit();
      if (isTaken) {
        this.output.flush();
        this.watchIdle();
      } else {
        const { maxResultBytes } = this.host.limits;
        this.end(
          '54000',
          `the result is larger than the ${maxResultBytes} bytes allowed, or no space is left for it`,
          'Ask for less at once, with LIMIT or a cursor.',
        );
      }
    } catch (error) {
      this.forgetUnit();
      if (error instanceof StatementError) this.end(error.sqlState, error.message);
      else if (error instanceof RangeError) this.end('08P01', error.message);
      else throw error;
    }
    // Whatever came while the engine worked is taken when the answer has left.
    if (this.output.isDrained) setImmediate(() => this.proceed());
  }

  private forgetUnit(): void {
    this.messages = [];
    this.messageBytes = 0;
    this.isComplete = false;
    this.spool?.close();
    this.spool = undefined;
    if (this.phase === 'copying') this.phase = 'ready';
  }

  private watchIdle(): void {
    this.heardMs = performance.now();
    if (!this.conversation?.keepsEngine || this.idleTimer) return;
    this.idleTimer = setTimeout(() => this.checkIdle(), IDLE_CHECK_MS);
  }

  private checkIdle(): void {
    this.idleTimer = undefined;
    const { conversation, host } = this;
    if (!conversation?.keepsEngine || !host.turnstile.isHeldBy(this)) return;
    const idleMs = performance.now() - this.heardMs;
    if (idleMs < IDLE_CHECK_MS) {
      this.idleTimer = setTimeout(() => this.checkIdle(), IDLE_CHECK_MS);
      return;
    }
    const limitMs = this.idleLimitMs(conversation);
    if (limitMs === undefined) return;
    if (idleMs < limitMs) {
      this.idleTimer = setTimeout(() => this.checkIdle(), Math.max(limitMs - idleMs, 1));
      return;
    }
    host.logger.warn(
      { role: this.role, idleMs: Math.round(idleMs) },
      'a client kept the database and sent nothing: rolled back and disconnected',
    );
    if (conversation.isInTransaction) {
      this.end('25P03', 'terminating connection due to idle-in-transaction timeout');
    } else {
      this.end(
        '25P03',
        'terminating connection that kept a session-level advisory lock or a cursor WITH HOLD and sent nothing',
        'The embedded database serves nobody else meanwhile: use transaction-level locks.',
      );
    }
  }

  private idleLimitMs(conversation: Conversation): number | undefined {
    try {
      return conversation.idleLimitMs(this.host.limits.idleTimeoutMs);
    } catch (error) {
      this.host.fault(error);
      return undefined;
    }
  }

  private leave(): void {
    this.forsake();
    this.phase = 'gone';
    this.output.destroy();
    this.host.gone(this);
  }

  /** Undoes what the client has in the engine, at once if it has the engine, else when it is free. */
  private forsake(): void {
    const { conversation, host } = this;
    const { turnstile } = host;
    this.conversation = undefined;
    clearTimeout(this.deadline);
    clearTimeout(this.idleTimer);
    this.forgetUnit();
    turnstile.withdraw(this);
    if (!conversation?.hasTraces) return;
    const undo: Taker = {
      take: () => {
        conversation.leave(!host.othersUseTemporary(this));
        return false;
      },
    };
    if (conversation.keepsEngine) turnstile.handOver(this, undo);
    else turnstile.request(undo);
  }
}
