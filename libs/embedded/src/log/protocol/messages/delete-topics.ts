import { type Api } from '../api.js';
import { array, int16, int32, nullableString, string, struct } from '../schema.js';

const request = struct({ topicNames: array(string()), timeoutMs: int32() });

const response = struct({
  throttleTimeMs: int32(),
  responses: array(
    struct({
      name: string(),
      errorCode: int16(),
      errorMessage: nullableString().since(5, null),
    }),
  ),
});

export const deleteTopics = {
  key: 20,
  name: 'DeleteTopics',
  minVersion: 1,
  maxVersion: 5,
  flexibleSince: 4,
  request,
  response,
} satisfies Api;
