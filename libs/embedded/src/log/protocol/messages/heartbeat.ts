import { type Api } from '../api.js';
import { int16, int32, nullableString, string, struct } from '../schema.js';

const request = struct({
  groupId: string(),
  generationId: int32(),
  memberId: string(),
  groupInstanceId: nullableString().since(3, null),
});

const response = struct({ throttleTimeMs: int32().since(1, 0), errorCode: int16() });

export const heartbeat = {
  key: 12,
  name: 'Heartbeat',
  minVersion: 0,
  maxVersion: 4,
  flexibleSince: 4,
  request,
  response,
} satisfies Api;
