import { type Api } from '../api.js';
import { array, boolean, int16, int32, nullableArray, nullableString, string, struct } from '../schema.js';

const request = struct({
  topics: array(
    struct({
      name: string(),
      /** The number of partitions afterwards. */
      count: int32(),
      assignments: nullableArray(struct({ brokerIds: array(int32()) })),
    }),
  ),
  timeoutMs: int32(),
  validateOnly: boolean(),
});

const response = struct({
  throttleTimeMs: int32(),
  results: array(struct({ name: string(), errorCode: int16(), errorMessage: nullableString() })),
});

export const createPartitions = {
  key: 37,
  name: 'CreatePartitions',
  minVersion: 0,
  maxVersion: 3,
  flexibleSince: 2,
  request,
  response,
} satisfies Api;
