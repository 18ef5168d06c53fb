import { type Api } from '../api.js';
import { array, boolean, int16, int32, int8, nullableString, string, struct } from '../schema.js';

/** Of `endpointType`: 1 are brokers, 2 controllers. */
const BROKERS = 1;

const request = struct({
  includeClusterAuthorizedOperations: boolean(),
  endpointType: int8().since(1, BROKERS),
});

const response = struct({
  throttleTimeMs: int32(),
  errorCode: int16(),
  errorMessage: nullableString(),
  endpointType: int8().since(1, BROKERS),
  clusterId: string(),
  controllerId: int32(),
  brokers: array(struct({ brokerId: int32(), host: string(), port: int32(), rack: nullableString() })),
  clusterAuthorizedOperations: int32(),
});

export const describeCluster = {
  key: 60,
  name: 'DescribeCluster',
  minVersion: 0,
  maxVersion: 1,
  flexibleSince: 0,
  request,
  response,
} satisfies Api;
