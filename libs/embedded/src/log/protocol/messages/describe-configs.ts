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
  resources: array(
    struct({
      resourceType: int8(),
      resourceName: string(),
      configurationKeys: nullableArray(string()),
    }),
  ),
  includeSynonyms: boolean(),
  includeDocumentation: boolean().since(3, false),
});

const response = struct({
  throttleTimeMs: int32(),
  results: array(
    struct({
      errorCode: int16(),
      errorMessage: nullableString(),
      resourceType: int8(),
      resourceName: string(),
      configs: array(
        struct({
          name: string(),
          value: nullableString(),
          readOnly: boolean(),
          configSource: int8(),
          isSensitive: boolean(),
          synonyms: array(struct({ name: string(), value: nullableString(), source: int8() })),
          configType: int8().since(3, 0),
          documentation: nullableString().since(3, null),
        }),
      ),
    }),
  ),
});

export const describeConfigs = {
  key: 32,
  name: 'DescribeConfigs',
  minVersion: 1,
  maxVersion: 4,
  flexibleSince: 4,
  request,
  response,
} satisfies Api;
