import { type Api } from '../api.js';
import { array, boolean, bytes, int16, int32, nullableString, string, struct } from '../schema.js';
import { OPERATIONS_NOT_ASKED } from './operations.js';

const request = struct({
  groups: array(string()),
  includeAuthorizedOperations: boolean().since(3, false),
});

const response = struct({
  throttleTimeMs: int32().since(1, 0),
  groups: array(
    struct({
      errorCode: int16(),
      groupId: string(),
      groupState: string(),
      protocolType: string(),
      protocolData: string(),
      members: array(
        struct({
          memberId: string(),
          groupInstanceId: nullableString().since(4, null),
          clientId: string(),
          clientHost: string(),
          memberMetadata: bytes(),
          memberAssignment: bytes(),
        }),
      ),
      authorizedOperations: int32().since(3, OPERATIONS_NOT_ASKED),
    }),
  ),
});

export const describeGroups = {
  key: 15,
  name: 'DescribeGroups',
  minVersion: 0,
  maxVersion: 5,
  flexibleSince: 5,
  request,
  response,
} satisfies Api;
