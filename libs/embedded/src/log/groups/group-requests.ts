import { type RequestOf, type ResponseOf } from '../protocol/api.js';
import { ERROR } from '../protocol/error-codes.js';
import { type deleteGroups } from '../protocol/messages/delete-groups.js';
import { type describeGroups } from '../protocol/messages/describe-groups.js';
import { type listGroups } from '../protocol/messages/list-groups.js';
import { OPERATIONS_NOT_ASKED } from '../protocol/messages/operations.js';
import { type ErrorCode } from './error-code.js';
import { type GroupStore } from './group-store.js';
import { type Group } from './group.js';
import { NO_BYTES } from './outcomes.js';

type Described = ResponseOf<typeof describeGroups>['groups'][number];

/** The requests of tools about groups as a whole. */
export class GroupRequests {
  constructor(private readonly store: GroupStore) {}

  /** No filter means all; states are compared without regard to case. */
  list(request: RequestOf<typeof listGroups>): ResponseOf<typeof listGroups> {
    const states = request.statesFilter.map((state) => state.toLowerCase());
    const groups = [...this.store.all()]
      .filter(({ state }) => states.length === 0 || states.includes(state.toLowerCase()))
      .map(({ groupId, protocolType, state }) => ({
        groupId,
        protocolType: protocolType ?? '',
        groupState: state,
      }));
    return { throttleTimeMs: 0, errorCode: ERROR.none, groups };
  }

  /** A group that is not known is Dead, which is no error. */
  describe(request: RequestOf<typeof describeGroups>): ResponseOf<typeof describeGroups> {
    const groups = request.groups.map((groupId) => {
      const group = this.store.get(groupId);
      return group === undefined ? describeNone(groupId) : describeGroup(group);
    });
    return { throttleTimeMs: 0, groups };
  }

  /** Deletes groups without members, with their offsets. */
  async delete(request: RequestOf<typeof deleteGroups>): Promise<ResponseOf<typeof deleteGroups>> {
    const results: { groupId: string; errorCode: ErrorCode }[] = [];
    for (const groupId of new Set(request.groupsNames)) {
      results.push({ groupId, errorCode: await this.deleteGroup(groupId) });
    }
    return { throttleTimeMs: 0, results };
  }

  private async deleteGroup(groupId: string): Promise<ErrorCode> {
    const group = this.store.get(groupId);
    if (group === undefined) return ERROR.groupIdNotFound;
    if (group.state !== 'Empty') return ERROR.nonEmptyGroup;
    return (await this.store.delete(group)) ? ERROR.none : ERROR.coordinatorNotAvailable;
  }
}

function describeGroup(group: Group): Described {
  const isStable = group.state === 'Stable';
  const protocolName = isStable ? group.protocolName : null;
  return {
    errorCode: ERROR.none,
    groupId: group.groupId,
    groupState: group.state,
    protocolType: group.protocolType ?? '',
    protocolData: protocolName ?? '',
    members: group.members.map((member) => ({
      memberId: member.memberId,
      groupInstanceId: member.groupInstanceId,
      clientId: member.terms.clientId,
      clientHost: member.terms.clientHost,
      memberMetadata: protocolName === null ? NO_BYTES : member.metadataFor(protocolName),
      memberAssignment: member.assignment,
    })),
    authorizedOperations: OPERATIONS_NOT_ASKED,
  };
}

function describeNone(groupId: string): Described {
  return {
    errorCode: ERROR.none,
    groupId,
    groupState: 'Dead',
    protocolType: '',
    protocolData: '',
    members: [],
    authorizedOperations: OPERATIONS_NOT_ASKED,
  };
}
