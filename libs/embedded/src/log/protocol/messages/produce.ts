import { type Api } from '../api.js';
import { array, int16, int32, int64, nullableBytes, nullableString, string, struct } from '../schema.js';

const request = struct({
  transactionalId: nullableString(),
  acks: int16(),
  timeoutMs: int32(),
  topicData: array(
    struct({
      name: string(),
      partitionData: array(struct({ index: int32(), records: nullableBytes() })),
    }),
  ),
});

const response = struct({
  responses: array(
    struct({
      name: string(),
      partitionResponses: array(
        struct({
          index: int32(),
          errorCode: int16(),
          baseOffset: int64(),
          logAppendTimeMs: int64(),
          logStartOffset: int64().since(5, -1),
          recordErrors: array(
            struct({ batchIndex: int32(), batchIndexErrorMessage: nullableString() }),
          ).since(8, []),
          errorMessage: nullableString().since(8, null),
        }),
      ),
    }),
  ),
  throttleTimeMs: int32(),
});

export const produce = {
  key: 0,
  name: 'Produce',
  minVersion: 3,
  maxVersion: 9,
  flexibleSince: 9,
  request,
  response,
} satisfies Api;
