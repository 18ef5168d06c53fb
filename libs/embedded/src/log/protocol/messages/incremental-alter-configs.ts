import { type Api } from '../api.js';
import { array, boolean, int16, int32, int8, nullableString, string, struct } from '../schema.js';

const request = struct({
  resources: array(
    struct({
      resourceType: int8(),
      resourceName: string(),
      configs: array(struct({ name: string(), configOperation: int8(), value: nullableString() })),
    }),
  ),
  validateOnly: boolean(),
});

const response = struct({
  throttleTimeMs: int32(),
  responses: array(
    struct({
      errorCode: int16(),
      errorMessage: nullableString(),
      resourceType: int8(),
      resourceName: string(),
    }),
  ),
});

export const incrementalAlterConfigs = {
  key: 44,
  name: 'IncrementalAlterConfigs',
  minVersion: 0,
  maxVersion: 1,
  flexibleSince: 1,
  request,
  response,
} satisfies Api;
