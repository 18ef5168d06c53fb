import { type Api } from '../api.js';
import { array, boolean, bytes, int16, int32, nullableString, string, struct } from '../schema.js';

const request = struct({
  groupId: string(),
  sessionTimeoutMs: int32(),
  /** -1 in version 0, where the session timeout stands for it. */
  rebalanceTimeoutMs: int32().since(1, -1),
  memberId: string(),
  groupInstanceId: nullableString().since(5, null),
  protocolType: string(),
  protocols: array(struct({ name: string(), metadata: bytes() })),
  reason: nullableString().since(8, null),
});

const response = struct({
  throttleTimeMs: int32().since(2, 0),
  errorCode: int16(),
  generationId: int32(),
  protocolType: nullableString().since(7, null),
  protocolName: nullableString(7),
  leader: string(),
  skipAssignment: boolean().since(9, false),
  memberId: string(),
  members: array(
    struct({
      memberId: string(),
      groupInstanceId: nullableString().since(5, null),
      metadata: bytes(),
    }),
  ),
});

export const joinGroup = {
  key: 11,
  name: 'JoinGroup',
  minVersion: 0,
  maxVersion: 9,
  flexibleSince: 6,
  request,
  response,
} satisfies Api;
