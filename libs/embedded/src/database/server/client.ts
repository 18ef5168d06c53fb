import type { Socket } from 'node:net';
import { join } from 'node:path';
import { StatementError } from '../engine/engine.js';
import {
  backendKeyData,
  copyInResponse,
  errorResponse,
  negotiateProtocolVersion,
  readyForQuery,
  STATUS,
} from '../wire/backend-messages.js';
import { FrameReader, FramingError } from '../wire/frame-reader.js';
import { readStartupPacket } from '../wire/startup-packet.js';
import type { ClientHost } from './client-host.js';
import { ClientOutput } from './client-output.js';
import { Conversation } from './conversation.js';
import { IdleWatch } from './idle-watch.js';
import {
  LoginRefused,
  type LoggedIn,
  type LoginRequest,
  greeting,
  logIn,
  logInAtOnce,
  readLogin,
} from './login.js';
import { RequestAssembler } from './request-assembler.js';
import type { Taker } from './turnstile.js';

type Phase = 'startup' | 'login' | 'ready' | 'ending' | 'gone';

/** What is read ahead of a request that waits. */
const READ_AHEAD_BYTES = 1024 * 1024;
const ENDING_MS = 5_000;

/** One connection: cuts what comes into requests, waits for the engine with each, and sends the answer. */
export class Client implements Taker {
  private phase: Phase = 'startup';
  private readonly reader: FrameReader;
  private readonly output: ClientOutput;
  private request: LoginRequest | undefined;
  private conversation: Conversation | undefined;
  private readonly assembler: RequestAssembler;
  private readonly idle = new IdleWatch({
    isKeeping: () =>
      this.conversation?.keepsEngine === true &&
      this.host.turnstile.isHeldBy(this) &&
      !this.assembler.isComplete,
    limitMs: () => this.idleLimitMs(),
    onIdle: (idleMs) => this.endIdle(idleMs),
  });
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
    this.assembler = new RequestAssembler(this.reader, {
      spoolPath: join(spillDir, `copy-${number}`),
      maxWaitingBytes: limits.maxWaitingBytes,
      maxCopyBytes: limits.maxResultBytes,
      onCopy: (format) => {
        this.output.add(copyInResponse(format === 'binary'));
        this.output.flush();
      },
    });
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
    return this.assembler.isComplete || !this.output.isDrained || this.conversation?.isInTransaction === true;
  }

  /** One turn with the engine. */
  take(): boolean {
    if (this.phase === 'login') this.finishLogin();
    else if (this.phase === 'ready' && this.assembler.isComplete) this.runUnit();
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
    const { assembler } = this;
    if (this.phase !== 'ready' || !assembler.isComplete || turnstile.isHeldBy(this)) return;
    // After a Flush the client would have to be brought to its Sync first.
    if (!assembler.endsReady || !turnstile.withdraw(this)) return;
    assembler.clear();
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
    this.idle.heard();
    this.reader.push(bytes);
    this.proceed();
    if (this.reader.bufferedBytes > READ_AHEAD_BYTES && this.isWaiting) this.socket.pause();
  }

  private get isWaiting(): boolean {
    return this.assembler.isComplete || this.phase === 'login' || !this.output.isDrained;
  }

  private drained(): void {
    if (this.phase === 'ending') this.socket.end();
    else if (this.assembler.isComplete) this.host.turnstile.request(this);
    else this.proceed();
  }

  /** Takes messages until a request is complete, or there are no more. */
  private proceed(): void {
    try {
      while (!this.isWaiting) {
        if (this.isOver) return;
        if (!(this.phase === 'startup' ? this.begin() : this.step())) break;
      }
    } catch (error) {
      if (error instanceof LoginRefused) this.end(error.sqlState, error.message);
      else if (error instanceof FramingError || error instanceof RangeError) this.end('08P01', error.message);
      else throw error;
    }
    if (this.socket.isPaused() && !this.isWaiting) this.socket.resume();
  }

  /** @returns whether there may be more to take */
  private step(): boolean {
    const step = this.assembler.step();
    if (step === 'terminate') this.finish();
    else if (this.assembler.isComplete && this.output.isDrained) this.host.turnstile.request(this);
    return step === 'took';
  }

  private finish(): void {
    this.phase = 'ending';
    this.socket.end();
  }

  /** @returns whether there may be more to take */
  private begin(): boolean {
    const bytes = this.reader.takeStartupPacket();
    if (!bytes) return false;
    const packet = readStartupPacket(bytes);
    if (packet.kind === 'encryption') {
      this.socket.write('N');
      return true;
    }
    if (packet.kind === 'cancel') {
      this.host.cancel(packet.processId, packet.secret);
      this.finish();
      return false;
    }
    const unknown = [...packet.parameters.keys()].filter((name) => name.startsWith('_pq_.'));
    if (packet.minor > 0 || unknown.length > 0) this.output.add(negotiateProtocolVersion(unknown));
    this.request = readLogin(packet.parameters);
    clearTimeout(this.deadline);
    const loggedIn = logInAtOnce(this.request, this.host.session);
    this.phase = 'login';
    if (loggedIn) this.welcome(loggedIn);
    else this.host.turnstile.request(this);
    return true;
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
    this.phase = 'ready';
    this.output.beginTurn();
    for (const message of greeting(login, conversation.reportedSettings(), defaults))
      this.output.add(message);
    this.output.add(backendKeyData(this.number, this.secret));
    this.output.add(readyForQuery(STATUS.idle));
    this.output.flush();
  }

  private runUnit(): void {
    const { conversation, assembler } = this;
    if (!conversation) return;
    this.output.beginTurn();
    try {
      conversation.run(assembler.unit, (bytes) => this.output.add(bytes));
      this.assembler.clear();
      if (this.output.isBroken) this.socket.destroy();
      else this.output.flush();
      if (conversation.keepsEngine) this.idle.start();
    } catch (error) {
      this.assembler.clear();
      if (error instanceof StatementError) this.end(error.sqlState, error.message);
      else if (error instanceof RangeError) this.end('08P01', error.message);
      else throw error;
    }
    // Whatever came while the engine worked is taken when the answer has left.
    if (this.output.isDrained) setImmediate(() => this.proceed());
  }

  private idleLimitMs(): number | undefined {
    try {
      return this.conversation?.idleLimitMs(this.host.limits.idleTimeoutMs);
    } catch (error) {
      this.host.fault(error);
      return undefined;
    }
  }

  private endIdle(idleMs: number): void {
    if (!this.output.isDrained) {
      // It is still busy with the last answer; whether it takes that is watched elsewhere.
      this.idle.start();
      return;
    }
    this.host.logger.warn(
      { role: this.role, idleMs: Math.round(idleMs) },
      'a client kept the database and sent nothing: rolled back and disconnected',
    );
    if (this.conversation?.isInTransaction === true) {
      this.end('25P03', 'terminating connection due to idle-in-transaction timeout');
    } else {
      this.end(
        '25P03',
        'terminating connection that kept a session-level advisory lock or a cursor WITH HOLD and sent nothing',
        'The embedded database serves nobody else meanwhile: use transaction-level locks.',
      );
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
    this.idle.stop();
    this.assembler.clear();
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
