import { type Api } from '../api.js';
import { array, int16, int32, string, struct } from '../schema.js';

const request = struct({
  groupId: string(),
  topics: array(struct({ name: string(), partitions: array(struct({ partitionIndex: int32() })) })),
});

const response = struct({
  errorCode: int16(),
  throttleTimeMs: int32(),
  topics: array(
    struct({
      name: string(),
      partitions: array(struct({ partitionIndex: int32(), errorCode: int16() })),
    }),
  ),
});

export const offsetDelete = {
  key: 47,
  name: 'OffsetDelete',
  minVersion: 0,
  maxVersion: 0,
  flexibleSince: Infinity,
  request,
  response,
} satisfies Api;
