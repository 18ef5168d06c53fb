import { type Api } from '../api.js';
import {
  array,
  int16,
  int32,
  int64,
  int8,
  nullableArray,
  nullableBytes,
  nullableString,
  string,
  struct,
} from '../schema.js';

const request = struct({
  replicaId: int32(),
  maxWaitMs: int32(),
  minBytes: int32(),
  maxBytes: int32(),
  isolationLevel: int8(),
  sessionId: int32().since(7, 0),
  sessionEpoch: int32().since(7, -1),
  topics: array(
    struct({
      topic: string(),
      partitions: array(
        struct({
          partition: int32(),
          currentLeaderEpoch: int32().since(9, -1),
          fetchOffset: int64(),
          lastFetchedEpoch: int32().since(12, -1),
          logStartOffset: int64().since(5, -1),
          partitionMaxBytes: int32(),
        }),
      ),
    }),
  ),
  forgottenTopicsData: array(struct({ topic: string(), partitions: array(int32()) })).since(7, []),
  rackId: string().since(11, ''),
  clusterId: nullableString().tagged(0, 12, null),
});

const response = struct({
  throttleTimeMs: int32(),
  errorCode: int16().since(7, 0),
  sessionId: int32().since(7, 0),
  responses: array(
    struct({
      topic: string(),
      partitions: array(
        struct({
          partitionIndex: int32(),
          errorCode: int16(),
          highWatermark: int64(),
          lastStableOffset: int64(),
          logStartOffset: int64().since(5, -1),
          abortedTransactions: nullableArray(struct({ producerId: int64(), firstOffset: int64() })),
          preferredReadReplica: int32().since(11, -1),
          records: nullableBytes(),
        }),
      ),
    }),
  ),
});

/** Version 12 can carry diverging epochs and a snapshot's ID, for followers alone: they are left out. */
export const fetchApi = {
  key: 1,
  name: 'Fetch',
  minVersion: 4,
  maxVersion: 12,
  flexibleSince: 12,
  request,
  response,
} satisfies Api;
