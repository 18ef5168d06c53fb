import { type Api } from '../api.js';
import {
  array,
  boolean,
  int16,
  int32,
  int8,
  nullableArray,
  nullableString,
  string,
  struct,
} from '../schema.js';

const request = struct({
  topics: array(
    struct({
      name: string(),
      numPartitions: int32(),
      replicationFactor: int16(),
      assignments: array(struct({ partitionIndex: int32(), brokerIds: array(int32()) })),
      configs: array(struct({ name: string(), value: nullableString() })),
    }),
  ),
  timeoutMs: int32(),
  validateOnly: boolean(),
});

const response = struct({
  throttleTimeMs: int32(),
  topics: array(
    struct({
      name: string(),
      errorCode: int16(),
      errorMessage: nullableString(),
      topicConfigErrorCode: int16().tagged(0, 5, 0),
      numPartitions: int32().since(5, -1),
      replicationFactor: int16().since(5, -1),
      configs: nullableArray(
        struct({
          name: string(),
          value: nullableString(),
          readOnly: boolean(),
          configSource: int8(),
          isSensitive: boolean(),
        }),
      ).since(5, null),
    }),
  ),
});

export const createTopics = {
  key: 19,
  name: 'CreateTopics',
  minVersion: 2,
  maxVersion: 6,
  flexibleSince: 5,
  request,
  response,
} satisfies Api;
