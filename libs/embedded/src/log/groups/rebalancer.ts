import { ERROR } from '../protocol/error-codes.js';
import { type GroupBounds } from './bounds.js';
import { type Clock } from './clock.js';
import { type ErrorCode } from './error-code.js';
import { type Member, type MemberTerms } from './member.js';
import { Membership } from './membership.js';
import { type JoinOutcome, NO_BYTES, refusedSync, type Reply, type SyncOutcome } from './outcomes.js';
import { PendingMembers } from './pending-members.js';

/** The states of Kafka's classic group protocol, by the names that DescribeGroups and ListGroups use. */
export type GroupState = 'Empty' | 'PreparingRebalance' | 'CompletingRebalance' | 'Stable' | 'Dead';

/** What the rounds need from their surroundings. */
export interface RoundSurroundings {
  readonly clock: Clock;
  readonly bounds: GroupBounds;
  /** Writes the group's generation to the journal. Resolves with whether it is durable; never rejects. */
  save(): Promise<boolean>;
  /** Whether all groups together may hold so many bytes more. */
  hasRoomFor(bytes: number): boolean;
}

/**
 * The rounds in which a group agrees on who does what: all members join (PreparingRebalance), the leader hands out the
 * assignments (CompletingRebalance), everybody works (Stable) until somebody comes or goes.
 *
 * It keeps every waiting join and sync answered: a join by the rebalance deadline, a sync by the leader, by the next
 * round or by the sync deadline. A member is watched by exactly one timer, except while it waits for an answer.
 */
export class Rebalancer {
  state: GroupState = 'Empty';
  generation = 0;
  protocolType: string | null = null;
  protocolName: string | null = null;
  /** Since when nobody is in the group; undefined while somebody is. */
  emptySinceMs: number | undefined;
  readonly membership = new Membership();
  readonly pending: PendingMembers;

  private readonly awaitingSync = new Set<string>();
  private cancelDeadline: (() => void) | undefined;
  private inInitialDelay = false;
  private newcomerInDelay = false;
  private storing = false;

  constructor(readonly surroundings: RoundSurroundings) {
    this.pending = new PendingMembers(surroundings.clock);
    this.emptySinceMs = surroundings.clock.now();
  }

  /** Takes in a new member and starts, or joins, a round. */
  admit(member: Member, reply: Reply<JoinOutcome>): void {
    this.membership.add(member);
    member.awaitJoin(reply);
    this.watch(member, this.surroundings.bounds.newMemberJoinTimeoutMs);
    this.newcomerInDelay = true;
    this.emptySinceMs = undefined;
    this.advance();
  }

  /** Takes a known member's join. */
  rejoin(member: Member, terms: MemberTerms, reply: Reply<JoinOutcome>): void {
    member.terms = terms;
    member.awaitJoin(reply);
    if (!member.isNew) member.unwatch();
    this.advance();
  }

  /**
   * A static member has restarted and has a new ID. Requests under the old one end with FENCED_INSTANCE_ID; the successor
   * has its predecessor's place, assignment and leadership.
   */
  replace(earlier: Member, successor: Member): void {
    successor.assignment = earlier.assignment;
    successor.isNew = false;
    earlier.release(ERROR.fencedInstanceId);
    this.membership.replace(earlier, successor);
    if (this.awaitingSync.delete(earlier.memberId)) this.awaitingSync.add(successor.memberId);
    this.touch(successor);
  }

  /** Restarts the session of a member that gave a sign of life. */
  touch(member: Member): void {
    if (!member.awaitsAnswer) this.watch(member, member.terms.sessionTimeoutMs);
  }

  /** Lets members go, and starts a round without them. Their waiting requests are answered UNKNOWN_MEMBER_ID. */
  remove(...members: readonly Member[]): void {
    for (const member of members) this.drop(member, ERROR.unknownMemberId);
    this.advance();
  }

  /** Hands out an ID (KIP-394). Rounds wait for its owner for as long as a session. */
  offerId(memberId: string, timeoutMs: number): void {
    this.pending.add(memberId, timeoutMs, () => this.forgetPending(memberId));
    this.newcomerInDelay = true;
  }

  /** Gives up on an ID that was handed out; a round may have waited for it alone. */
  forgetPending(memberId: string): void {
    this.pending.delete(memberId);
    if (this.state === 'PreparingRebalance') this.completeJoinIfAll();
  }

  /** A member asks for its assignment in CompletingRebalance. */
  awaitAssignment(member: Member, reply: Reply<SyncOutcome>): void {
    member.awaitSync(reply);
    member.unwatch();
    this.awaitingSync.delete(member.memberId);
  }

  /** The leader has decided. The generation is stored first; its members begin to work when that is durable. */
  async distribute(assignments: ReadonlyMap<string, Buffer>): Promise<void> {
    if (this.storing) return;
    this.storing = true;
    const generation = this.generation;
    const fits = this.fits(assignments);
    const stored = fits && (await this.surroundings.save());
    if (this.state !== 'CompletingRebalance' || this.generation !== generation) return;
    this.storing = false;
    if (!stored) {
      this.answerSyncs(refusedSync(fits ? ERROR.notCoordinator : ERROR.unknownServerError));
      this.prepare();
      return;
    }
    this.state = 'Stable';
    for (const member of this.membership.all()) {
      member.assignment = assignments.get(member.memberId) ?? NO_BYTES;
      this.answerSync(member, this.assignmentOf(member));
    }
    this.endSyncPhaseIfAll();
  }

  /** The answer to a sync of a Stable group. */
  assignmentOf(member: Member): SyncOutcome {
    const { protocolType, protocolName } = this;
    return { error: ERROR.none, protocolType, protocolName, assignment: member.assignment };
  }

  /** A member has fetched its assignment from a Stable group. */
  markSynced(member: Member): void {
    this.awaitingSync.delete(member.memberId);
    this.touch(member);
    this.endSyncPhaseIfAll();
  }

  /** What a member is told of the generation it is in. */
  currentJoin(member: Member): JoinOutcome {
    const isLeader = this.membership.isLeader(member);
    return {
      error: ERROR.none,
      memberId: member.memberId,
      generationId: this.generation,
      protocolType: this.protocolType,
      protocolName: this.protocolName,
      leaderId: this.membership.leaderId ?? '',
      skipAssignment: false,
      members: isLeader ? this.membership.joined(this.protocolName ?? '') : [],
    };
  }

  /** Ends the group: no timer is left, and whoever waits is answered with `error`. */
  close(error: ErrorCode): void {
    this.state = 'Dead';
    this.setDeadline(undefined);
    this.pending.clear();
    for (const member of this.membership.all()) this.drop(member, error);
  }

  /** Starts the next round from Empty, CompletingRebalance or Stable. */
  prepare(): void {
    const { clock, bounds } = this.surroundings;
    const isInitial = this.state === 'Empty';
    const timeoutMs = this.membership.rebalanceTimeoutMs;
    this.state = 'PreparingRebalance';
    this.storing = false;
    this.awaitingSync.clear();
    this.answerSyncs(refusedSync(ERROR.rebalanceInProgress));
    if (isInitial) {
      const delayMs = Math.min(bounds.initialRebalanceDelayMs, timeoutMs);
      this.inInitialDelay = true;
      this.waitForOthers(delayMs, timeoutMs - delayMs);
    } else {
      this.setDeadline(clock.setTimer(timeoutMs, () => this.completeJoin()));
      this.completeJoinIfAll();
    }
  }

  private advance(): void {
    switch (this.state) {
      case 'Empty':
        if (this.membership.size > 0) this.prepare();
        break;
      case 'CompletingRebalance':
      case 'Stable':
        this.prepare();
        break;
      case 'PreparingRebalance':
        this.completeJoinIfAll();
        break;
      case 'Dead':
        break;
    }
  }

  /** Members that start together share one round: the delay begins again as long as newcomers come, up to a limit. */
  private waitForOthers(delayMs: number, remainingMs: number): void {
    const { clock, bounds } = this.surroundings;
    this.newcomerInDelay = false;
    const ended = (): void => {
      const nextMs = Math.min(bounds.initialRebalanceDelayMs, remainingMs);
      if (this.newcomerInDelay && nextMs > 0) this.waitForOthers(nextMs, remainingMs - nextMs);
      else this.completeJoin();
    };
    this.setDeadline(clock.setTimer(delayMs, ended));
  }

  private completeJoinIfAll(): void {
    if (this.inInitialDelay || this.pending.size > 0 || !this.membership.haveAllJoined) return;
    this.completeJoin();
  }

  private completeJoin(): void {
    const { clock } = this.surroundings;
    this.setDeadline(undefined);
    this.inInitialDelay = false;
    for (const member of this.membership.all()) {
      // A static member may be restarting: it keeps its place until its session ends.
      if (!member.awaitsJoin && member.groupInstanceId === null) this.drop(member, ERROR.none);
    }
    if (this.membership.size > 0 && !this.membership.electJoinedLeader()) {
      const timeoutMs = this.membership.rebalanceTimeoutMs;
      this.setDeadline(clock.setTimer(timeoutMs, () => this.completeJoin()));
      return;
    }
    this.generation += 1;
    if (this.membership.size === 0) {
      this.becomeEmpty();
      return;
    }
    this.protocolName = this.membership.electProtocol() ?? null;
    this.state = 'CompletingRebalance';
    const timeoutMs = this.membership.rebalanceTimeoutMs;
    for (const member of this.membership.all()) {
      this.awaitingSync.add(member.memberId);
      member.isNew = false;
      if (member.answerJoin(this.currentJoin(member))) this.touch(member);
    }
    this.setDeadline(clock.setTimer(timeoutMs, () => this.expireSync()));
  }

  private becomeEmpty(): void {
    this.state = 'Empty';
    this.protocolName = null;
    this.emptySinceMs = this.surroundings.clock.now();
    // Nobody waits for this write: without it a restart finds an earlier generation, of which nobody is left either.
    void this.surroundings.save();
  }

  /** Members that took part in the join but never fetched their assignment hold partitions that nobody reads. */
  private expireSync(): void {
    this.setDeadline(undefined);
    const late = [...this.awaitingSync].flatMap((memberId) => this.membership.get(memberId) ?? []);
    this.remove(...late);
  }

  private endSyncPhaseIfAll(): void {
    if (this.awaitingSync.size === 0) this.setDeadline(undefined);
  }

  private fits(assignments: ReadonlyMap<string, Buffer>): boolean {
    const sizes = [...assignments.values()].map(({ length }) => length);
    const total = sizes.reduce((sum, size) => sum + size, 0);
    const { bounds } = this.surroundings;
    return sizes.every((size) => size <= bounds.maxMemberBytes) && this.surroundings.hasRoomFor(total);
  }

  private answerSyncs(outcome: SyncOutcome): void {
    for (const member of this.membership.all()) this.answerSync(member, outcome);
  }

  private answerSync(member: Member, outcome: SyncOutcome): void {
    if (member.answerSync(outcome)) this.touch(member);
  }

  private watch(member: Member, timeoutMs: number): void {
    member.watch(this.surroundings.clock, timeoutMs, () => this.remove(member));
  }

  private drop(member: Member, error: ErrorCode): void {
    member.release(error);
    this.membership.remove(member);
    this.awaitingSync.delete(member.memberId);
  }

  private setDeadline(cancel: (() => void) | undefined): void {
    this.cancelDeadline?.();
    this.cancelDeadline = cancel;
  }
}
