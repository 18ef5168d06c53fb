import { ERROR } from '../protocol/error-codes.js';
import { type Clock } from './clock.js';
import { type ErrorCode } from './error-code.js';
import {
  type JoinOutcome,
  NO_BYTES,
  refusedJoin,
  refusedSync,
  type Reply,
  type SyncOutcome,
} from './outcomes.js';

/** One assignment strategy that a member offers, with what it tells the leader for it. */
export interface MemberProtocol {
  readonly name: string;
  readonly metadata: Buffer;
}

/** What a member says of itself with each join. */
export interface MemberTerms {
  readonly clientId: string;
  readonly clientHost: string;
  readonly sessionTimeoutMs: number;
  readonly rebalanceTimeoutMs: number;
  readonly protocols: readonly MemberProtocol[];
}

/**
 * A member of a group; static when it has a group instance ID (KIP-345). It has at most one join and one sync that wait
 * for an answer, and at most one timer.
 */
export class Member {
  assignment: Buffer = NO_BYTES;
  /** Set until its first join is answered: it does not know its ID yet and cannot send heartbeats. */
  isNew = true;
  private joinReply: Reply<JoinOutcome> | undefined;
  private syncReply: Reply<SyncOutcome> | undefined;
  private cancelTimer: (() => void) | undefined;

  constructor(
    readonly memberId: string,
    readonly groupInstanceId: string | null,
    public terms: MemberTerms,
  ) {}

  get awaitsJoin(): boolean {
    return this.joinReply !== undefined;
  }

  get awaitsAnswer(): boolean {
    return this.awaitsJoin || this.syncReply !== undefined;
  }

  /** An earlier join that still waits is told to come again: its connection is probably gone. */
  awaitJoin(reply: Reply<JoinOutcome>): void {
    this.answerJoin(refusedJoin(ERROR.rebalanceInProgress, this.memberId));
    this.joinReply = reply;
  }

  /** Whether it waited. */
  answerJoin(outcome: JoinOutcome): boolean {
    const reply = this.joinReply;
    this.joinReply = undefined;
    reply?.(outcome);
    return reply !== undefined;
  }

  awaitSync(reply: Reply<SyncOutcome>): void {
    this.answerSync(refusedSync(ERROR.rebalanceInProgress));
    this.syncReply = reply;
  }

  /** Whether it waited. */
  answerSync(outcome: SyncOutcome): boolean {
    const reply = this.syncReply;
    this.syncReply = undefined;
    reply?.(outcome);
    return reply !== undefined;
  }

  /** Nothing waits and nothing is timed any more. */
  release(error: ErrorCode): void {
    this.unwatch();
    this.answerJoin(refusedJoin(error, this.memberId));
    this.answerSync(refusedSync(error));
  }

  /** Starts the timer anew. */
  watch(clock: Clock, timeoutMs: number, onExpiry: () => void): void {
    this.unwatch();
    this.cancelTimer = clock.setTimer(timeoutMs, onExpiry);
  }

  unwatch(): void {
    this.cancelTimer?.();
    this.cancelTimer = undefined;
  }

  /** Its metadata for a protocol; empty when it does not offer it. */
  metadataFor(protocolName: string | undefined): Buffer {
    return this.terms.protocols.find(({ name }) => name === protocolName)?.metadata ?? NO_BYTES;
  }

  /** Whether it offered the very same protocols before, in the same order. */
  offersExactly(protocols: readonly MemberProtocol[]): boolean {
    const mine = this.terms.protocols;
    return (
      mine.length === protocols.length &&
      mine.every(({ name, metadata }, index) => {
        const other = protocols[index];
        return other !== undefined && other.name === name && other.metadata.equals(metadata);
      })
    );
  }

  /** Bytes that it holds, for the bounds. */
  get size(): number {
    return this.assignment.length + termsSize(this.terms);
  }
}

/** Bytes that a member with these terms holds before it has an assignment. */
export function termsSize(terms: MemberTerms): number {
  const fixed = terms.clientId.length + terms.clientHost.length;
  return terms.protocols.reduce((sum, { name, metadata }) => sum + name.length + metadata.length, fixed);
}
