import { type Api } from '../api.js';
import { array, bytes, int16, int32, nullableString, string, struct } from '../schema.js';

const request = struct({
  groupId: string(),
  generationId: int32(),
  memberId: string(),
  groupInstanceId: nullableString().since(3, null),
  protocolType: nullableString().since(5, null),
  protocolName: nullableString().since(5, null),
  assignments: array(struct({ memberId: string(), assignment: bytes() })),
});

const response = struct({
  throttleTimeMs: int32().since(1, 0),
  errorCode: int16(),
  protocolType: nullableString().since(5, null),
  protocolName: nullableString().since(5, null),
  assignment: bytes(),
});

export const syncGroup = {
  key: 14,
  name: 'SyncGroup',
  minVersion: 0,
  maxVersion: 5,
  flexibleSince: 4,
  request,
  response,
} satisfies Api;
