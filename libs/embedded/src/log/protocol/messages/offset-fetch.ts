import { type Api } from '../api.js';
import {
  array,
  boolean,
  int16,
  int32,
  int64,
  nullableArray,
  nullableString,
  string,
  struct,
} from '../schema.js';

const requestedTopic = struct({ name: string(), partitionIndexes: array(int32()) });

/** Up to version 7 one `groupId` with its `topics`, from version 8 on many `groups`. Null topics: all that are stored. */
const request = struct({
  groupId: string().between(0, 7, ''),
  topics: nullableArray(requestedTopic, 2).between(0, 7, []),
  groups: array(struct({ groupId: string(), topics: nullableArray(requestedTopic) })).since(8, []),
  requireStable: boolean().since(7, false),
});

const topic = struct({
  name: string(),
  partitions: array(
    struct({
      partitionIndex: int32(),
      /** -1: none is stored. */
      committedOffset: int64(),
      committedLeaderEpoch: int32().since(5, -1),
      metadata: nullableString(),
      errorCode: int16(),
    }),
  ),
});

const response = struct({
  throttleTimeMs: int32().since(3, 0),
  topics: array(topic).between(0, 7, []),
  errorCode: int16().between(2, 7, 0),
  groups: array(struct({ groupId: string(), topics: array(topic), errorCode: int16() })).since(8, []),
});

export const offsetFetch = {
  key: 9,
  name: 'OffsetFetch',
  minVersion: 1,
  maxVersion: 8,
  flexibleSince: 6,
  request,
  response,
} satisfies Api;
