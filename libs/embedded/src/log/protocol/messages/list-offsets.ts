import { type Api } from '../api.js';
import { array, int16, int32, int64, int8, string, struct } from '../schema.js';

const request = struct({
  replicaId: int32(),
  isolationLevel: int8().since(2, 0),
  topics: array(
    struct({
      name: string(),
      partitions: array(
        struct({
          partitionIndex: int32(),
          currentLeaderEpoch: int32().since(4, -1),
          timestamp: int64(),
        }),
      ),
    }),
  ),
});

const response = struct({
  throttleTimeMs: int32().since(2, 0),
  topics: array(
    struct({
      name: string(),
      partitions: array(
        struct({
          partitionIndex: int32(),
          errorCode: int16(),
          timestamp: int64(),
          offset: int64(),
          leaderEpoch: int32().since(4, -1),
        }),
      ),
    }),
  ),
});

/** The timestamps with a meaning of their own; `max`, the record with the greatest timestamp, since version 7 (KIP-734). */
export const LIST_OFFSETS_TIMESTAMP = { latest: -1, earliest: -2, max: -3 } as const;

export const listOffsets = {
  key: 2,
  name: 'ListOffsets',
  minVersion: 1,
  maxVersion: 7,
  flexibleSince: 6,
  request,
  response,
} satisfies Api;
