import { type Api } from '../api.js';
import { array, boolean, int16, int32, nullableArray, nullableString, string, struct } from '../schema.js';
import { OPERATIONS_NOT_ASKED } from './operations.js';

const request = struct({
  topics: nullableArray(struct({ name: string() }), 1),
  allowAutoTopicCreation: boolean().since(4, true),
  includeClusterAuthorizedOperations: boolean().since(8, false),
  includeTopicAuthorizedOperations: boolean().since(8, false),
});

const response = struct({
  throttleTimeMs: int32().since(3, 0),
  brokers: array(
    struct({
      nodeId: int32(),
      host: string(),
      port: int32(),
      rack: nullableString().since(1, null),
    }),
  ),
  clusterId: nullableString().since(2, null),
  controllerId: int32().since(1, -1),
  topics: array(
    struct({
      errorCode: int16(),
      name: string(),
      isInternal: boolean().since(1, false),
      partitions: array(
        struct({
          errorCode: int16(),
          partitionIndex: int32(),
          leaderId: int32(),
          leaderEpoch: int32().since(7, -1),
          replicaNodes: array(int32()),
          isrNodes: array(int32()),
          offlineReplicas: array(int32()).since(5, []),
        }),
      ),
      topicAuthorizedOperations: int32().since(8, OPERATIONS_NOT_ASKED),
    }),
  ),
  clusterAuthorizedOperations: int32().since(8, OPERATIONS_NOT_ASKED),
});

/** All topics are asked for by null, and in version 0, which has no null, by an empty array. */
export const metadata = {
  key: 3,
  name: 'Metadata',
  minVersion: 0,
  maxVersion: 9,
  flexibleSince: 9,
  request,
  response,
} satisfies Api;
