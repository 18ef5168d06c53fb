import { type Api } from '../api.js';
import { array, int16, int32, nullableString, string, struct } from '../schema.js';

/** Up to version 2 the one `memberId`, from version 3 on many `members`. */
const request = struct({
  groupId: string(),
  memberId: string().between(0, 2, ''),
  members: array(
    struct({
      memberId: string(),
      groupInstanceId: nullableString(),
      reason: nullableString().since(5, null),
    }),
  ).since(3, []),
});

const response = struct({
  throttleTimeMs: int32().since(1, 0),
  errorCode: int16(),
  members: array(struct({ memberId: string(), groupInstanceId: nullableString(), errorCode: int16() })).since(
    3,
    [],
  ),
});

export const leaveGroup = {
  key: 13,
  name: 'LeaveGroup',
  minVersion: 0,
  maxVersion: 5,
  flexibleSince: 4,
  request,
  response,
} satisfies Api;
