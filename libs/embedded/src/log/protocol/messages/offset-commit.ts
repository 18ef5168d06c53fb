import { type Api } from '../api.js';
import { array, int16, int32, int64, nullableString, string, struct } from '../schema.js';

const request = struct({
  groupId: string(),
  generationIdOrMemberEpoch: int32(),
  memberId: string(),
  groupInstanceId: nullableString().since(7, null),
  /** How long the offset is kept; -1: as the broker has it. */
  retentionTimeMs: int64().between(2, 4, -1),
  topics: array(
    struct({
      name: string(),
      partitions: array(
        struct({
          partitionIndex: int32(),
          committedOffset: int64(),
          committedLeaderEpoch: int32().since(6, -1),
          committedMetadata: nullableString(),
        }),
      ),
    }),
  ),
});

const response = struct({
  throttleTimeMs: int32().since(3, 0),
  topics: array(
    struct({
      name: string(),
      partitions: array(struct({ partitionIndex: int32(), errorCode: int16() })),
    }),
  ),
});

export const offsetCommit = {
  key: 8,
  name: 'OffsetCommit',
  minVersion: 2,
  maxVersion: 8,
  flexibleSince: 8,
  request,
  response,
} satisfies Api;
