import { type Api } from '../api.js';
import { array, int16, int32, int64, string, struct } from '../schema.js';

const request = struct({
  topics: array(
    struct({
      name: string(),
      /** Everything before `offset` goes; -1 is the high watermark. */
      partitions: array(struct({ partitionIndex: int32(), offset: int64() })),
    }),
  ),
  timeoutMs: int32(),
});

const response = struct({
  throttleTimeMs: int32(),
  topics: array(
    struct({
      name: string(),
      partitions: array(struct({ partitionIndex: int32(), lowWatermark: int64(), errorCode: int16() })),
    }),
  ),
});

export const deleteRecords = {
  key: 21,
  name: 'DeleteRecords',
  minVersion: 0,
  maxVersion: 2,
  flexibleSince: 2,
  request,
  response,
} satisfies Api;
