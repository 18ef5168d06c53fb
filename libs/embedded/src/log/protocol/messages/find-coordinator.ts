import { type Api } from '../api.js';
import { array, int16, int32, int8, nullableString, string, struct } from '../schema.js';

/** Up to version 3 one `key`, from version 4 on many `coordinatorKeys`. */
const request = struct({
  key: string().between(0, 3, ''),
  keyType: int8().since(1, 0),
  coordinatorKeys: array(string()).since(4, []),
});

const response = struct({
  throttleTimeMs: int32().since(1, 0),
  errorCode: int16().between(0, 3, 0),
  errorMessage: nullableString().between(1, 3, null),
  nodeId: int32().between(0, 3, -1),
  host: string().between(0, 3, ''),
  port: int32().between(0, 3, -1),
  coordinators: array(
    struct({
      key: string(),
      nodeId: int32(),
      host: string(),
      port: int32(),
      errorCode: int16(),
      errorMessage: nullableString(),
    }),
  ).since(4, []),
});

export const findCoordinator = {
  key: 10,
  name: 'FindCoordinator',
  minVersion: 0,
  maxVersion: 4,
  flexibleSince: 3,
  request,
  response,
} satisfies Api;
