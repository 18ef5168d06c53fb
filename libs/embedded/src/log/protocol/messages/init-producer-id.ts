import { type Api } from '../api.js';
import { int16, int32, int64, nullableString, struct } from '../schema.js';

const request = struct({
  transactionalId: nullableString(),
  transactionTimeoutMs: int32(),
  producerId: int64().since(3, -1),
  producerEpoch: int16().since(3, -1),
});

const response = struct({
  throttleTimeMs: int32(),
  errorCode: int16(),
  producerId: int64(),
  producerEpoch: int16(),
});

export const initProducerId = {
  key: 22,
  name: 'InitProducerId',
  minVersion: 0,
  maxVersion: 4,
  flexibleSince: 2,
  request,
  response,
} satisfies Api;
