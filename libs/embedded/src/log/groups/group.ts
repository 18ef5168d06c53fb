import { randomUUID } from 'node:crypto';
import { ERROR } from '../protocol/error-codes.js';
import { CommittedOffsets } from './committed-offsets.js';
import { type ErrorCode } from './error-code.js';
import { type Identity, type JoinAttempt, type SyncAttempt } from './attempts.js';
import { Member, termsSize } from './member.js';
import { type JoinOutcome, refusedJoin, refusedSync, type Reply, type SyncOutcome } from './outcomes.js';
import { type GroupState, Rebalancer, type RoundSurroundings } from './rebalancer.js';
import { subscribedTopics } from './subscription.js';

/** What a group needs from its surroundings. */
export interface GroupSurroundings extends Omit<RoundSurroundings, 'save'> {
  /** Writes the snapshot to the journal. Resolves with whether it is durable; never rejects. */
  save(snapshot: GroupSnapshot): Promise<boolean>;
}

/** What of a group outlives a restart, offsets apart. */
export interface GroupSnapshot {
  readonly generation: number;
  readonly protocolType: string | null;
  /** Null: members were there when it was written. */
  readonly emptySinceMs: number | null;
}

/** Of the client ID, which a member ID begins with. */
const MAX_CLIENT_ID = 255;

/**
 * One consumer group: what each request of a member means in the state the group is in, as Kafka's group coordinator
 * has it for the classic protocol. Every request is answered with an outcome; none rejects.
 */
export class Group {
  readonly offsets = new CommittedOffsets();
  private readonly rounds: Rebalancer;

  constructor(
    readonly groupId: string,
    private readonly surroundings: GroupSurroundings,
  ) {
    this.rounds = new Rebalancer({
      clock: surroundings.clock,
      bounds: surroundings.bounds,
      hasRoomFor: (bytes) => surroundings.hasRoomFor(bytes),
      save: () => surroundings.save(this.snapshot()),
    });
  }

  /**
   * Takes up what an earlier run has written.
   *
   * RESTART: a group comes back without members, and its generation goes on. Whoever is still alive learns at its next
   * heartbeat (UNKNOWN_MEMBER_ID) that it has to join, with kafkajs within 3 s, and shares a new round after a short
   * delay. Were the members restored with their session timers, then those that died together with this process, the
   * usual case here, would hold their partitions for a session timeout (30 s), and each joiner would wait for them.
   * Offsets are not touched by either: what was processed and not committed is processed again.
   */
  restore({ generation, protocolType, emptySinceMs }: GroupSnapshot): void {
    this.rounds.generation = generation;
    this.rounds.protocolType = protocolType;
    this.rounds.emptySinceMs = emptySinceMs ?? this.surroundings.clock.now();
  }

  get state(): GroupState {
    return this.rounds.state;
  }

  get protocolType(): string | null {
    return this.rounds.protocolType;
  }

  /** Its metadata are the subscriptions of consumers; Kafka Connect, for one, has a protocol of its own. */
  get isConsumerGroup(): boolean {
    return this.protocolType === 'consumer';
  }

  get protocolName(): string | null {
    return this.rounds.protocolName;
  }

  get emptySinceMs(): number | undefined {
    return this.rounds.emptySinceMs;
  }

  get members(): readonly Member[] {
    return this.rounds.membership.all();
  }

  /** Without members and offsets. */
  get isVacant(): boolean {
    return this.state === 'Empty' && this.offsets.size === 0;
  }

  /** Vacant, and nobody is about to join. */
  get isDisposable(): boolean {
    return this.isVacant && this.rounds.pending.size === 0;
  }

  snapshot(): GroupSnapshot {
    const { generation, protocolType, emptySinceMs } = this.rounds;
    return { generation, protocolType, emptySinceMs: emptySinceMs ?? null };
  }

  /** Bytes that the members hold. */
  memberBytes(): number {
    return this.members.reduce((sum, { size }) => sum + size, 0);
  }

  /** Waits until the round is decided, unless the answer is known at once. */
  join(attempt: JoinAttempt): Promise<JoinOutcome> {
    return new Promise((reply) => {
      const refuse = (error: ErrorCode, memberId = attempt.memberId): void =>
        reply(refusedJoin(error, memberId));
      if (this.state === 'Dead') return refuse(ERROR.coordinatorNotAvailable);
      if (!this.hasRoomFor(attempt)) return refuse(ERROR.groupMaxSizeReached);
      if (!this.supports(attempt)) return refuse(ERROR.inconsistentGroupProtocol);
      if (attempt.memberId === '') return this.joinAsNew(attempt, reply);
      // Such an ID is never handed out to a static member.
      if (attempt.groupInstanceId === null && this.rounds.pending.delete(attempt.memberId)) {
        return this.admit(attempt, attempt.memberId, reply);
      }
      const { membership } = this.rounds;
      const error = membership.validate(attempt.memberId, attempt.groupInstanceId);
      const member = membership.get(attempt.memberId);
      if (error !== ERROR.none || member === undefined) return refuse(error);
      return this.joinAgain(member, attempt, reply);
    });
  }

  /** Waits for the leader's assignment, in CompletingRebalance. */
  sync(attempt: SyncAttempt): Promise<SyncOutcome> {
    return new Promise((reply) => {
      const { membership } = this.rounds;
      const member = membership.get(attempt.memberId);
      const error = this.validateGeneration(attempt, attempt.generationId);
      if (error !== ERROR.none || member === undefined) return reply(refusedSync(error));
      const { protocolType, protocolName } = attempt;
      const isOther = (theirs: string | null, ours: string | null): boolean =>
        theirs !== null && theirs !== ours;
      if (isOther(protocolType, this.protocolType) || isOther(protocolName, this.protocolName)) {
        return reply(refusedSync(ERROR.inconsistentGroupProtocol));
      }
      switch (this.state) {
        case 'PreparingRebalance':
          return reply(refusedSync(ERROR.rebalanceInProgress));
        case 'CompletingRebalance':
          this.rounds.awaitAssignment(member, reply);
          if (membership.isLeader(member)) void this.rounds.distribute(attempt.assignments);
          return;
        case 'Stable':
          this.rounds.markSynced(member);
          return reply(this.rounds.assignmentOf(member));
        case 'Empty':
        case 'Dead':
          return reply(refusedSync(ERROR.unknownMemberId));
      }
    });
  }

  heartbeat(identity: Identity, generationId: number): ErrorCode {
    const error = this.validateGeneration(identity, generationId);
    if (error !== ERROR.none) return error;
    this.touch(identity.memberId);
    return this.state === 'PreparingRebalance' ? ERROR.rebalanceInProgress : ERROR.none;
  }

  /** One code for each identity. All who leave together cause one round. */
  leave(identities: readonly Identity[]): ErrorCode[] {
    const leaving: Member[] = [];
    const codes = identities.map((identity) => {
      const { membership, pending } = this.rounds;
      if (pending.has(identity.memberId)) {
        this.rounds.forgetPending(identity.memberId);
        return ERROR.none;
      }
      const byInstance = identity.memberId === '' && identity.groupInstanceId !== null;
      const member = byInstance
        ? membership.staticMember(identity.groupInstanceId ?? '')
        : membership.get(identity.memberId);
      const error = byInstance
        ? ERROR.none
        : membership.validate(identity.memberId, identity.groupInstanceId);
      if (error !== ERROR.none) return error;
      if (member === undefined || leaving.includes(member)) return ERROR.unknownMemberId;
      leaving.push(member);
      return ERROR.none;
    });
    if (leaving.length > 0) this.rounds.remove(...leaving);
    return codes;
  }

  /** Whether an offset may be committed; a commit is a sign of life. */
  validateCommit(identity: Identity, generationId: number): ErrorCode {
    if (this.state === 'Dead') return ERROR.coordinatorNotAvailable;
    // Tools and consumers that assign partitions to themselves commit without a generation, to groups without members.
    if (generationId < 0 && this.state === 'Empty') return ERROR.none;
    if (generationId < 0 && identity.memberId === '' && identity.groupInstanceId === null) {
      return ERROR.unknownMemberId;
    }
    const error = this.validateGeneration(identity, generationId);
    if (error !== ERROR.none) return error;
    if (this.state === 'CompletingRebalance') return ERROR.rebalanceInProgress;
    this.touch(identity.memberId);
    return ERROR.none;
  }

  /** The topics that its members read; none where the protocol is not that of consumers. */
  subscribedTopics(): ReadonlySet<string> {
    if (!this.isConsumerGroup) return new Set();
    const metadata = this.members.map((member) =>
      member.metadataFor(this.protocolName ?? member.terms.protocols[0]?.name),
    );
    return new Set(metadata.flatMap(subscribedTopics));
  }

  /** No timer is left, and everybody who waits is answered. */
  close(error: ErrorCode): void {
    this.rounds.close(error);
  }

  private joinAsNew(attempt: JoinAttempt, reply: Reply<JoinOutcome>): void {
    const { groupInstanceId, terms } = attempt;
    const prefix = (groupInstanceId ?? terms.clientId).slice(0, MAX_CLIENT_ID).toWellFormed();
    const memberId = `${prefix}-${randomUUID()}`;
    if (groupInstanceId !== null) {
      const earlier = this.rounds.membership.staticMember(groupInstanceId);
      if (earlier !== undefined) return this.replaceStatic(earlier, memberId, attempt, reply);
    } else if (attempt.requireKnownMemberId) {
      this.rounds.offerId(memberId, terms.sessionTimeoutMs);
      return reply(refusedJoin(ERROR.memberIdRequired, memberId));
    }
    this.admit(attempt, memberId, reply);
  }

  private admit(attempt: JoinAttempt, memberId: string, reply: Reply<JoinOutcome>): void {
    if (this.members.length === 0) this.rounds.protocolType = attempt.protocolType;
    this.rounds.admit(new Member(memberId, attempt.groupInstanceId, attempt.terms), reply);
  }

  private joinAgain(member: Member, attempt: JoinAttempt, reply: Reply<JoinOutcome>): void {
    const isUnchanged = member.offersExactly(attempt.terms.protocols);
    const isLeader = this.rounds.membership.isLeader(member);
    // Nothing new in CompletingRebalance: the answer to the first join was lost. In Stable a leader that joins has seen
    // something that the others have not, such as new partitions.
    const isCurrent =
      isUnchanged && (this.state === 'CompletingRebalance' || (this.state === 'Stable' && !isLeader));
    if (!isCurrent) return this.rounds.rejoin(member, attempt.terms, reply);
    member.terms = attempt.terms;
    this.rounds.touch(member);
    reply(this.rounds.currentJoin(member));
  }

  private replaceStatic(
    earlier: Member,
    memberId: string,
    attempt: JoinAttempt,
    reply: Reply<JoinOutcome>,
  ): void {
    const { membership } = this.rounds;
    const leaderBefore = membership.leaderId ?? '';
    const successor = new Member(memberId, attempt.groupInstanceId, attempt.terms);
    this.rounds.replace(earlier, successor);
    const keepsRound = this.state === 'Stable' && membership.electProtocol() === this.protocolName;
    if (!keepsRound) return this.rounds.rejoin(successor, attempt.terms, reply);
    const outcome = this.rounds.currentJoin(successor);
    if (attempt.supportsSkippingAssignment) {
      return reply({ ...outcome, skipAssignment: membership.isLeader(successor) });
    }
    // A client of an older version would assign anew if it saw its own ID as the leader's: it is told the earlier one.
    reply({ ...outcome, leaderId: leaderBefore, members: [] });
  }

  private supports({ protocolType, terms }: JoinAttempt): boolean {
    if (this.members.length === 0) return protocolType !== '' && terms.protocols.length > 0;
    return protocolType === this.protocolType && this.rounds.membership.supportsOneOf(terms.protocols);
  }

  private hasRoomFor({ memberId, groupInstanceId, terms }: JoinAttempt): boolean {
    const { bounds } = this.surroundings;
    const { membership, pending } = this.rounds;
    if (!this.surroundings.hasRoomFor(termsSize(terms))) return false;
    const isKnown =
      pending.has(memberId) ||
      membership.get(memberId) !== undefined ||
      (groupInstanceId !== null && membership.staticMember(groupInstanceId) !== undefined);
    return isKnown || membership.size + pending.size < bounds.maxGroupSize;
  }

  private validateGeneration({ memberId, groupInstanceId }: Identity, generationId: number): ErrorCode {
    if (this.state === 'Dead') return ERROR.coordinatorNotAvailable;
    const error = this.rounds.membership.validate(memberId, groupInstanceId);
    if (error !== ERROR.none) return error;
    return generationId === this.rounds.generation ? ERROR.none : ERROR.illegalGeneration;
  }

  private touch(memberId: string): void {
    const member = this.rounds.membership.get(memberId);
    if (member !== undefined) this.rounds.touch(member);
  }
}
