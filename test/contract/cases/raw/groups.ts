import { expect } from '@jest/globals';
import {
  findCoordinator,
  heartbeat,
  joinGroup,
  leaveGroup,
  offsetCommit,
  syncGroup,
  type JoinOptions,
  type Membership,
} from '../../raw/group-requests.js';
import { RawConnection } from '../../raw/raw-connection.js';
import { ERROR } from '../../raw/protocol-numbers.js';
import type { CaseScope } from '../../support/case-scope.js';
import type { ContractCase } from '../../support/contract-case.js';

/** The coordinator's protocol, step by step, as no client's library takes it. */
export const GROUP_PROTOCOL_CASES: readonly ContractCase[] = [
  {
    name: 'names itself as the coordinator of any group',
    run: async (scope) => {
      const connection = await RawConnection.open(scope);
      // The group may be one that Kafka has to make its offsets topic for.
      const found = await connection.ask(findCoordinator(scope.name('group')));
      expect(found).toMatchObject({ errorCode: 0, address: scope.target.brokers });
    },
  },
  {
    name: 'gives a member an ID first, and lets it join with that one',
    run: async (scope) => {
      const connection = await RawConnection.open(scope);
      const groupId = scope.groupId();
      const refused = await connection.ask(joinGroup({ groupId }));
      expect(refused.errorCode).toBe(ERROR.memberIdRequired);
      expect(refused.memberId).toMatch(/^raw-client-./);
      const joined = await connection.ask(joinGroup({ groupId, memberId: refused.memberId }));
      expect(joined).toEqual({
        errorCode: 0,
        generationId: 1,
        protocol: 'range',
        leader: refused.memberId,
        memberId: refused.memberId,
        members: [refused.memberId],
      });
      await connection.ask(leaveGroup({ groupId, generationId: 1, memberId: joined.memberId }));
    },
  },
  {
    name: 'gives every member what the leader assigned, and each generation a number of its own',
    run: async (scope) => {
      const groupId = scope.groupId();
      const leader = await join(scope, { groupId });
      const connection = await RawConnection.open(scope);
      const pending = await connection.ask(joinGroup({ groupId }));
      const joining = connection.ask(joinGroup({ groupId, memberId: pending.memberId }));
      await leader.untilRebalance();
      const again = await leader.connection.ask(joinGroup({ groupId, memberId: leader.membership.memberId }));
      const follower = await joining;
      expect([again.generationId, follower.generationId]).toEqual([2, 2]);
      expect([...again.members].sort()).toEqual([leader.membership.memberId, follower.memberId].sort());
      expect(follower.members).toEqual([]);
      const [first, second] = [
        { groupId, generationId: 2, memberId: again.memberId },
        { groupId, generationId: 2, memberId: follower.memberId },
      ];
      const following = connection.ask(syncGroup(second));
      const led = await leader.connection.ask(
        syncGroup(first, { [first.memberId]: 'for the leader', [second.memberId]: 'for the follower' }),
      );
      expect(led).toEqual({ errorCode: 0, assignment: 'for the leader' });
      expect(await following).toEqual({ errorCode: 0, assignment: 'for the follower' });
      expect(await connection.ask(heartbeat(second))).toBe(0);
      await connection.ask(leaveGroup(second));
      await leader.connection.ask(leaveGroup(first));
    },
  },
  {
    name: 'refuses the heartbeats, syncs and commits of strangers and of other generations',
    run: async (scope) => {
      const groupId = scope.groupId();
      const topic = await scope.topic();
      const { connection, membership } = await join(scope, { groupId });
      const stranger: Membership = { ...membership, memberId: 'nobody' };
      const late: Membership = { ...membership, generationId: membership.generationId + 1 };
      expect(await connection.ask(heartbeat(membership))).toBe(0);
      expect(await connection.ask(heartbeat(stranger))).toBe(ERROR.unknownMemberId);
      expect(await connection.ask(heartbeat(late))).toBe(ERROR.illegalGeneration);
      expect((await connection.ask(syncGroup(stranger))).errorCode).toBe(ERROR.unknownMemberId);
      expect((await connection.ask(syncGroup(late))).errorCode).toBe(ERROR.illegalGeneration);
      expect(await connection.ask(offsetCommit(stranger, topic, 0))).toBe(ERROR.unknownMemberId);
      expect(await connection.ask(offsetCommit(late, topic, 0))).toBe(ERROR.illegalGeneration);
      expect(await connection.ask(offsetCommit(membership, topic, 0))).toBe(0);
      expect(await connection.ask(leaveGroup(stranger))).toBe(ERROR.unknownMemberId);
      expect(await connection.ask(leaveGroup(membership))).toBe(0);
      expect(await connection.ask(heartbeat(membership))).toBe(ERROR.unknownMemberId);
    },
  },
  {
    name: 'takes commits of a group without members, and not while it has some',
    run: async (scope) => {
      const groupId = scope.groupId();
      const topic = await scope.topic();
      const connection = await RawConnection.open(scope);
      const nobody: Membership = { groupId, generationId: -1, memberId: '' };
      expect(await connection.ask(offsetCommit(nobody, topic, 5))).toBe(0);
      const [found] = await scope.admin.fetchOffsets({ groupId, topics: [topic] });
      expect(found?.partitions.map(({ offset }) => offset)).toEqual(['5']);
      const member = await join(scope, { groupId });
      expect(await connection.ask(offsetCommit(nobody, topic, 6))).toBe(ERROR.unknownMemberId);
      await member.connection.ask(leaveGroup(member.membership));
    },
  },
  {
    name: 'refuses commits for a topic that is not there',
    run: async (scope) => {
      const groupId = scope.groupId();
      const topic = await scope.topic();
      const connection = await RawConnection.open(scope);
      const nobody: Membership = { groupId, generationId: -1, memberId: '' };
      expect(await connection.ask(offsetCommit(nobody, scope.name('topic'), 5))).toBe(
        ERROR.unknownTopicOrPartition,
      );
      expect(await connection.ask(offsetCommit(nobody, topic, 5, 9))).toBe(ERROR.unknownTopicOrPartition);
    },
  },
  ...(
    [
      ['a group without a name', { groupId: '' }, ERROR.invalidGroupId],
      ['a session timeout of 1 ms', { sessionTimeoutMs: 1 }, ERROR.invalidSessionTimeout],
      ['a session timeout of a day', { sessionTimeoutMs: 86_400_000 }, ERROR.invalidSessionTimeout],
      ['a member ID that it never gave', { memberId: 'made up' }, ERROR.unknownMemberId],
      ['no protocol at all', { protocols: [] }, ERROR.inconsistentGroupProtocol],
    ] satisfies (readonly [string, Partial<JoinOptions>, number])[]
  ).map(([what, options, expected]) => ({
    name: `refuses to let in ${what}`,
    run: async (scope: CaseScope) => {
      const connection = await RawConnection.open(scope);
      const joined = await connection.ask(joinGroup({ groupId: scope.groupId(), ...options }));
      expect(joined.errorCode).toBe(expected);
    },
  })),
  {
    name: 'refuses a member that has no protocol in common with the others',
    run: async (scope) => {
      const groupId = scope.groupId();
      const { connection, membership } = await join(scope, { groupId, protocols: ['range'] });
      const other = await RawConnection.open(scope);
      for (const wrong of [{ protocols: ['sticky'] }, { protocolType: 'connect' }]) {
        const { errorCode } = await other.ask(joinGroup({ groupId, ...wrong }));
        expect(errorCode).toBe(ERROR.inconsistentGroupProtocol);
      }
      expect(await connection.ask(heartbeat(membership))).toBe(0);
      await connection.ask(leaveGroup(membership));
    },
  },
  {
    name: 'takes a static member back without a new generation, and fences its predecessor',
    run: async (scope) => {
      const groupId = scope.groupId();
      const first = await join(scope, { groupId, instanceId: 'one' });
      const connection = await RawConnection.open(scope);
      const again = await connection.ask(joinGroup({ groupId, instanceId: 'one' }));
      expect(again).toMatchObject({ errorCode: 0, generationId: 1 });
      expect(again.memberId).not.toBe(first.membership.memberId);
      const membership = { groupId, generationId: again.generationId, memberId: again.memberId };
      expect(await connection.ask(syncGroup(membership))).toEqual({ errorCode: 0, assignment: 'everything' });
      // The versions used here do not tell who the caller says it is, so to the broker it is a stranger.
      expect(await first.connection.ask(heartbeat(first.membership))).toBe(ERROR.unknownMemberId);
      await connection.ask(leaveGroup(membership));
    },
  },
];

/** A group's first member, in its first generation, with the assignment "everything". */
async function join(scope: CaseScope, options: JoinOptions) {
  const connection = await RawConnection.open(scope);
  const { groupId } = options;
  const first = await connection.ask(joinGroup(options));
  const joined =
    first.errorCode === ERROR.memberIdRequired
      ? await connection.ask(joinGroup({ ...options, memberId: first.memberId }))
      : first;
  expect(joined.errorCode).toBe(0);
  const membership: Membership = { groupId, generationId: joined.generationId, memberId: joined.memberId };
  const synced = await connection.ask(syncGroup(membership, { [membership.memberId]: 'everything' }));
  expect(synced).toEqual({ errorCode: 0, assignment: 'everything' });
  return {
    connection,
    membership,
    /** Resolves when a heartbeat tells that the group wants its members to join again. */
    untilRebalance: async (): Promise<void> => {
      for (;;) {
        const errorCode = await connection.ask(heartbeat(membership));
        if (errorCode === ERROR.rebalanceInProgress) return;
        expect(errorCode).toBe(0);
      }
    },
  };
}
