import { type Api } from '../api.js';
import { array, int16, int32, int64, string, struct } from '../schema.js';

const request = struct({
  clientSoftwareName: string().since(3, ''),
  clientSoftwareVersion: string().since(3, ''),
});

const response = struct({
  errorCode: int16(),
  apiKeys: array(struct({ apiKey: int16(), minVersion: int16(), maxVersion: int16() })),
  throttleTimeMs: int32().since(1, 0),
  supportedFeatures: array(struct({ name: string(), minVersion: int16(), maxVersion: int16() })).tagged(
    0,
    3,
    [],
  ),
  finalizedFeaturesEpoch: int64().tagged(1, 3, -1),
  finalizedFeatures: array(
    struct({ name: string(), maxVersionLevel: int16(), minVersionLevel: int16() }),
  ).tagged(2, 3, []),
});

/** A request in an unknown version is answered in version 0 with UNSUPPORTED_VERSION and the versions (KIP-511). */
export const apiVersions = {
  key: 18,
  name: 'ApiVersions',
  minVersion: 0,
  maxVersion: 4,
  flexibleSince: 3,
  request,
  response,
} satisfies Api;
