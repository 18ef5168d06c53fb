import { type Logger } from '@fieldstream/domain';
import { type RequestOf, type ResponseOf } from '../protocol/api.js';
import { ERROR } from '../protocol/error-codes.js';
import { type deleteGroups } from '../protocol/messages/delete-groups.js';
import { type describeGroups } from '../protocol/messages/describe-groups.js';
import { type heartbeat } from '../protocol/messages/heartbeat.js';
import { type joinGroup } from '../protocol/messages/join-group.js';
import { type leaveGroup } from '../protocol/messages/leave-group.js';
import { type listGroups } from '../protocol/messages/list-groups.js';
import { type offsetCommit } from '../protocol/messages/offset-commit.js';
import { type offsetDelete } from '../protocol/messages/offset-delete.js';
import { type offsetFetch } from '../protocol/messages/offset-fetch.js';
import { type syncGroup } from '../protocol/messages/sync-group.js';
import { DEFAULT_GROUP_BOUNDS, type GroupBounds } from './bounds.js';
import { type Clock, systemClock } from './clock.js';
import { type ErrorCode } from './error-code.js';
import { GroupRequests } from './group-requests.js';
import { GroupStore } from './group-store.js';
import { type GroupJournal } from './journal.js';
import { type MemberTerms, termsSize } from './member.js';
import { type JoinOutcome, refusedJoin, refusedSync } from './outcomes.js';
import { OffsetRequests, type TopicExists } from './offset-requests.js';

export interface GroupCoordinatorOptions {
  readonly journal: GroupJournal;
  /** Offsets are committed for partitions that exist. */
  readonly topicExists: TopicExists;
  readonly logger: Logger;
  readonly clock?: Clock;
  readonly bounds?: Partial<GroupBounds>;
}

/** Where a request comes from, and in which version of its API. */
export interface RequestContext {
  readonly clientId: string;
  readonly clientHost: string;
  readonly version: number;
}

/**
 * The coordinator of all consumer groups of a single-node log, for the classic group protocol: membership, generations,
 * committed offsets. Every method answers with the protocol's own response, errors included, and does not reject. What an
 * answer confirms is durable. Throttle times are 0.
 */
export class GroupCoordinator {
  private readonly offsets: OffsetRequests;
  private readonly groups: GroupRequests;
  private isClosed = false;

  private constructor(
    private readonly store: GroupStore,
    private readonly bounds: GroupBounds,
    options: GroupCoordinatorOptions & { clock: Clock },
  ) {
    this.offsets = new OffsetRequests(store, bounds, options.clock, options.topicExists);
    this.groups = new GroupRequests(store);
  }

  /**
   * Reads the journal and begins. Groups come back without members, with their generation and their offsets.
   * @throws EmbeddedError `wrong-format` when a newer version has written the journal
   */
  static async restore(options: GroupCoordinatorOptions): Promise<GroupCoordinator> {
    const { clock = systemClock, journal, logger } = options;
    const bounds = { ...DEFAULT_GROUP_BOUNDS, ...options.bounds };
    const store = await GroupStore.restore({ journal, clock, bounds, logger });
    return new GroupCoordinator(store, bounds, { ...options, clock });
  }

  /** Answers when the round is decided: at the latest after the longest rebalance timeout of the members. */
  async joinGroup(
    request: RequestOf<typeof joinGroup>,
    { version, clientId, clientHost }: RequestContext,
  ): Promise<ResponseOf<typeof joinGroup>> {
    const { memberId, sessionTimeoutMs, protocolType, groupInstanceId } = request;
    const terms = {
      clientId,
      clientHost,
      sessionTimeoutMs,
      // Version 0 has one timeout for both.
      rebalanceTimeoutMs: Math.max(
        version === 0 ? sessionTimeoutMs : request.rebalanceTimeoutMs,
        this.bounds.minRebalanceTimeoutMs,
      ),
      protocols: request.protocols.map(({ name, metadata }) => ({ name, metadata: Buffer.from(metadata) })),
    };
    const fault = this.idFault(request.groupId, groupInstanceId) || this.termsFault(terms);
    if (fault !== ERROR.none) return joinResponse(refusedJoin(fault, memberId));
    const isOffer = protocolType !== '' && request.protocols.length > 0;
    const group =
      memberId === '' && isOffer ? this.store.getOrCreate(request.groupId) : this.store.get(request.groupId);
    if (group === undefined) return joinResponse(refusedJoin(noGroup(memberId, isOffer), memberId));
    const outcome = await group.join({
      memberId,
      groupInstanceId,
      terms,
      protocolType,
      requireKnownMemberId: version >= 4,
      supportsSkippingAssignment: version >= 9,
    });
    return joinResponse(outcome);
  }

  /** Answers when the leader has assigned and that is durable, or when the round has failed. */
  async syncGroup(request: RequestOf<typeof syncGroup>): Promise<ResponseOf<typeof syncGroup>> {
    const fault = this.idFault(request.groupId, request.groupInstanceId);
    const group = this.store.get(request.groupId);
    const { memberId, groupInstanceId, generationId, protocolType, protocolName } = request;
    const outcome =
      fault !== ERROR.none || group === undefined
        ? refusedSync(fault || ERROR.unknownMemberId)
        : await group.sync({
            memberId,
            groupInstanceId,
            generationId,
            protocolType,
            protocolName,
            assignments: new Map(
              request.assignments.map((one) => [one.memberId, Buffer.from(one.assignment)] as const),
            ),
          });
    return {
      throttleTimeMs: 0,
      errorCode: outcome.error,
      protocolType: outcome.protocolType,
      protocolName: outcome.protocolName,
      assignment: outcome.assignment,
    };
  }

  async heartbeat(request: RequestOf<typeof heartbeat>): Promise<ResponseOf<typeof heartbeat>> {
    const { groupId, groupInstanceId } = request;
    const fault = this.idFault(groupId, groupInstanceId);
    const group = this.store.get(groupId);
    const errorCode = fault || (group?.heartbeat(request, request.generationId) ?? ERROR.unknownMemberId);
    return { throttleTimeMs: 0, errorCode };
  }

  /** Up to version 2 one member leaves, later several. */
  async leaveGroup(
    request: RequestOf<typeof leaveGroup>,
    { version }: Pick<RequestContext, 'version'>,
  ): Promise<ResponseOf<typeof leaveGroup>> {
    const fault = this.idFault(request.groupId, null);
    if (fault !== ERROR.none) return { throttleTimeMs: 0, errorCode: fault, members: [] };
    const leaving = version < 3 ? [{ memberId: request.memberId, groupInstanceId: null }] : request.members;
    const codes = this.store.get(request.groupId)?.leave(leaving);
    const members = leaving.map(({ memberId, groupInstanceId }, index) => ({
      memberId,
      groupInstanceId,
      errorCode: codes?.[index] ?? ERROR.unknownMemberId,
    }));
    const errorCode = version < 3 ? (members[0]?.errorCode ?? ERROR.none) : ERROR.none;
    return { throttleTimeMs: 0, errorCode, members: version < 3 ? [] : members };
  }

  /** Answers when the offsets are durable. */
  offsetCommit(
    request: RequestOf<typeof offsetCommit>,
    { version }: Pick<RequestContext, 'version'>,
  ): Promise<ResponseOf<typeof offsetCommit>> {
    return this.offsets.commit(request, version);
  }

  async offsetFetch(
    request: RequestOf<typeof offsetFetch>,
    { version }: Pick<RequestContext, 'version'>,
  ): Promise<ResponseOf<typeof offsetFetch>> {
    return this.offsets.fetch(request, version);
  }

  offsetDelete(request: RequestOf<typeof offsetDelete>): Promise<ResponseOf<typeof offsetDelete>> {
    return this.offsets.delete(request);
  }

  async listGroups(request: RequestOf<typeof listGroups>): Promise<ResponseOf<typeof listGroups>> {
    return this.groups.list(request);
  }

  async describeGroups(
    request: RequestOf<typeof describeGroups>,
  ): Promise<ResponseOf<typeof describeGroups>> {
    return this.groups.describe(request);
  }

  deleteGroups(request: RequestOf<typeof deleteGroups>): Promise<ResponseOf<typeof deleteGroups>> {
    return this.groups.delete(request);
  }

  /** To be called when a topic is gone: its offsets must not meet a later topic of the same name. */
  async topicDeleted(topic: string): Promise<void> {
    for (const group of this.store.all()) {
      if (group.offsets.partitionsOf(topic).length > 0) {
        await this.store.dropOffsets(group, () => group.offsets.partitionsOf(topic));
      }
    }
  }

  /** Expires offsets and drops groups of which nothing is left. Runs by itself every `sweepEveryMs`. */
  sweep(): Promise<void> {
    return this.store.sweep();
  }

  /** Whoever waits is answered NOT_COORDINATOR, as is every later request of a member. No timer is left. */
  async close(): Promise<void> {
    this.isClosed = true;
    await this.store.close();
  }

  private idFault(groupId: string, groupInstanceId: string | null): ErrorCode {
    if (this.isClosed) return ERROR.notCoordinator;
    const { maxIdLength } = this.bounds;
    if (groupId === '' || groupId.length > maxIdLength) return ERROR.invalidGroupId;
    return groupInstanceId !== null && groupInstanceId.length > maxIdLength
      ? ERROR.invalidRequest
      : ERROR.none;
  }

  private termsFault(terms: MemberTerms): ErrorCode {
    const { minSessionTimeoutMs, maxSessionTimeoutMs, maxMemberBytes } = this.bounds;
    const { sessionTimeoutMs } = terms;
    if (sessionTimeoutMs < minSessionTimeoutMs || sessionTimeoutMs > maxSessionTimeoutMs) {
      return ERROR.invalidSessionTimeout;
    }
    return termsSize(terms) > maxMemberBytes ? ERROR.groupMaxSizeReached : ERROR.none;
  }
}

/** Why there is no group to join: nobody is known in it, the offer is empty, or there are too many groups. */
function noGroup(memberId: string, isOffer: boolean): ErrorCode {
  if (memberId !== '') return ERROR.unknownMemberId;
  return isOffer ? ERROR.groupMaxSizeReached : ERROR.inconsistentGroupProtocol;
}

function joinResponse(outcome: JoinOutcome): ResponseOf<typeof joinGroup> {
  return {
    throttleTimeMs: 0,
    errorCode: outcome.error,
    generationId: outcome.generationId,
    protocolType: outcome.protocolType,
    protocolName: outcome.protocolName,
    leader: outcome.leaderId,
    skipAssignment: outcome.skipAssignment,
    memberId: outcome.memberId,
    members: outcome.members,
  };
}
