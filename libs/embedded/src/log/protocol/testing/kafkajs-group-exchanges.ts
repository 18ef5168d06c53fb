import { deleteGroups } from '../messages/delete-groups.js';
import { describeGroups } from '../messages/describe-groups.js';
import { findCoordinator } from '../messages/find-coordinator.js';
import { heartbeat } from '../messages/heartbeat.js';
import { joinGroup } from '../messages/join-group.js';
import { leaveGroup } from '../messages/leave-group.js';
import { listGroups } from '../messages/list-groups.js';
import { offsetCommit } from '../messages/offset-commit.js';
import { offsetFetch } from '../messages/offset-fetch.js';
import { syncGroup } from '../messages/sync-group.js';
import { exchange, type KafkajsExchange } from './kafkajs-exchange.js';

const METADATA = Buffer.from('metadata');
const ASSIGNMENT = Buffer.from('assignment');

export const KAFKAJS_GROUP_EXCHANGES: readonly KafkajsExchange[] = [
  exchange({
    api: findCoordinator,
    folder: 'findCoordinator',
    args: { groupId: 'g' },
    request: () => ({ key: 'g', keyType: 0, coordinatorKeys: [] }),
    response: {
      throttleTimeMs: 0,
      errorCode: 0,
      errorMessage: null,
      nodeId: 1,
      host: '127.0.0.1',
      port: 9_092,
      coordinators: [],
    },
    decoded: () => ({ errorCode: 0, coordinator: { nodeId: 1, host: '127.0.0.1', port: 9_092 } }),
  }),
  exchange({
    api: joinGroup,
    folder: 'joinGroup',
    args: {
      groupId: 'g',
      sessionTimeout: 30_000,
      rebalanceTimeout: 60_000,
      memberId: 'm',
      groupInstanceId: 'i',
      protocolType: 'consumer',
      groupProtocols: [{ name: 'RoundRobinAssigner', metadata: METADATA }],
    },
    request: (version) => ({
      groupId: 'g',
      sessionTimeoutMs: 30_000,
      rebalanceTimeoutMs: version < 1 ? -1 : 60_000,
      memberId: 'm',
      groupInstanceId: version < 5 ? null : 'i',
      protocolType: 'consumer',
      protocols: [{ name: 'RoundRobinAssigner', metadata: METADATA }],
      reason: null,
    }),
    response: {
      throttleTimeMs: 0,
      errorCode: 0,
      generationId: 4,
      protocolType: 'consumer',
      protocolName: 'RoundRobinAssigner',
      leader: 'l',
      skipAssignment: false,
      memberId: 'm',
      members: [{ memberId: 'm', groupInstanceId: 'i', metadata: METADATA }],
    },
    decoded: (version) => ({
      errorCode: 0,
      generationId: 4,
      groupProtocol: 'RoundRobinAssigner',
      leaderId: 'l',
      memberId: 'm',
      members: [
        { memberId: 'm', ...(version < 5 ? {} : { groupInstanceId: 'i' }), memberMetadata: METADATA },
      ],
    }),
  }),
  exchange({
    api: syncGroup,
    folder: 'syncGroup',
    args: {
      groupId: 'g',
      generationId: 4,
      memberId: 'm',
      groupInstanceId: 'i',
      groupAssignment: [{ memberId: 'm', memberAssignment: ASSIGNMENT }],
    },
    request: (version) => ({
      groupId: 'g',
      generationId: 4,
      memberId: 'm',
      groupInstanceId: version < 3 ? null : 'i',
      assignments: [{ memberId: 'm', assignment: ASSIGNMENT }],
    }),
    response: {
      throttleTimeMs: 0,
      errorCode: 0,
      protocolType: null,
      protocolName: null,
      assignment: ASSIGNMENT,
    },
    decoded: () => ({ errorCode: 0, memberAssignment: ASSIGNMENT }),
  }),
  exchange({
    api: heartbeat,
    folder: 'heartbeat',
    args: { groupId: 'g', groupGenerationId: 4, memberId: 'm', groupInstanceId: 'i' },
    request: (version) => ({
      groupId: 'g',
      generationId: 4,
      memberId: 'm',
      groupInstanceId: version < 3 ? null : 'i',
    }),
    response: { throttleTimeMs: 0, errorCode: 0 },
    decoded: () => ({ errorCode: 0 }),
  }),
  exchange({
    api: leaveGroup,
    folder: 'leaveGroup',
    args: { groupId: 'g', memberId: 'm', groupInstanceId: 'i' },
    request: (version) =>
      version < 3
        ? { groupId: 'g', memberId: 'm', members: [] }
        : { groupId: 'g', memberId: '', members: [{ memberId: 'm', groupInstanceId: 'i', reason: null }] },
    response: {
      throttleTimeMs: 0,
      errorCode: 0,
      members: [{ memberId: 'm', groupInstanceId: 'i', errorCode: 0 }],
    },
    decoded: (version) => ({
      errorCode: 0,
      ...(version < 3 ? {} : { members: [{ memberId: 'm', groupInstanceId: 'i', errorCode: 0 }] }),
    }),
  }),
  exchange({
    api: offsetCommit,
    folder: 'offsetCommit',
    args: {
      groupId: 'g',
      groupGenerationId: 4,
      memberId: 'm',
      retentionTime: 86_400_000,
      topics: [
        {
          topic: 't',
          partitions: [
            { partition: 3, offset: '42', metadata: 'note' },
            { partition: 5, offset: '0' },
          ],
        },
      ],
    },
    request: (version) => ({
      groupId: 'g',
      generationIdOrMemberEpoch: 4,
      memberId: 'm',
      groupInstanceId: null,
      retentionTimeMs: version < 5 ? 86_400_000 : -1,
      topics: [
        {
          name: 't',
          partitions: [
            { partitionIndex: 3, committedOffset: 42, committedLeaderEpoch: -1, committedMetadata: 'note' },
            { partitionIndex: 5, committedOffset: 0, committedLeaderEpoch: -1, committedMetadata: null },
          ],
        },
      ],
    }),
    response: {
      throttleTimeMs: 0,
      topics: [{ name: 't', partitions: [{ partitionIndex: 3, errorCode: 0 }] }],
    },
    decoded: () => ({ responses: [{ topic: 't', partitions: [{ partition: 3, errorCode: 0 }] }] }),
  }),
  exchange({
    api: offsetFetch,
    folder: 'offsetFetch',
    args: { groupId: 'g', topics: [{ topic: 't', partitions: [{ partition: 3 }, { partition: 5 }] }] },
    request: () => ({
      groupId: 'g',
      topics: [{ name: 't', partitionIndexes: [3, 5] }],
      groups: [],
      requireStable: false,
    }),
    response: {
      throttleTimeMs: 0,
      topics: [
        {
          name: 't',
          partitions: [
            { partitionIndex: 3, committedOffset: 42, committedLeaderEpoch: 0, metadata: null, errorCode: 0 },
          ],
        },
      ],
      errorCode: 0,
      groups: [],
    },
    decoded: (version) => ({
      responses: [{ topic: 't', partitions: [{ partition: 3, offset: '42', metadata: null, errorCode: 0 }] }],
      ...(version < 2 ? {} : { errorCode: 0 }),
    }),
  }),
  exchange({
    api: listGroups,
    folder: 'listGroups',
    args: undefined,
    request: () => ({ statesFilter: [] }),
    response: {
      throttleTimeMs: 0,
      errorCode: 0,
      groups: [{ groupId: 'g', protocolType: 'consumer', groupState: 'Stable' }],
    },
    decoded: () => ({ errorCode: 0, groups: [{ groupId: 'g', protocolType: 'consumer' }] }),
  }),
  exchange({
    api: describeGroups,
    folder: 'describeGroups',
    args: { groupIds: ['g', 'h'] },
    request: () => ({ groups: ['g', 'h'], includeAuthorizedOperations: false }),
    response: {
      throttleTimeMs: 0,
      groups: [
        {
          errorCode: 0,
          groupId: 'g',
          groupState: 'Stable',
          protocolType: 'consumer',
          protocolData: 'RoundRobinAssigner',
          members: [
            {
              memberId: 'm',
              groupInstanceId: null,
              clientId: 'c',
              clientHost: '/127.0.0.1',
              memberMetadata: METADATA,
              memberAssignment: ASSIGNMENT,
            },
          ],
          authorizedOperations: 0,
        },
      ],
    },
    decoded: () => ({
      groups: [
        {
          errorCode: 0,
          groupId: 'g',
          state: 'Stable',
          protocolType: 'consumer',
          protocol: 'RoundRobinAssigner',
          members: [
            {
              memberId: 'm',
              clientId: 'c',
              clientHost: '/127.0.0.1',
              memberMetadata: METADATA,
              memberAssignment: ASSIGNMENT,
            },
          ],
        },
      ],
    }),
  }),
  exchange({
    api: deleteGroups,
    folder: 'deleteGroups',
    args: ['g', 'h'],
    request: () => ({ groupsNames: ['g', 'h'] }),
    response: {
      throttleTimeMs: 0,
      results: [
        { groupId: 'g', errorCode: 0 },
        { groupId: 'h', errorCode: 68 },
      ],
    },
    decoded: () => ({
      results: [
        { groupId: 'g', errorCode: 0 },
        { groupId: 'h', errorCode: 68 },
      ],
    }),
  }),
];
