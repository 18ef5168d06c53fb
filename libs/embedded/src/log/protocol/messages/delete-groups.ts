import { type Api } from '../api.js';
import { array, int16, int32, string, struct } from '../schema.js';

const request = struct({ groupsNames: array(string()) });

const response = struct({
  throttleTimeMs: int32(),
  results: array(struct({ groupId: string(), errorCode: int16() })),
});

export const deleteGroups = {
  key: 42,
  name: 'DeleteGroups',
  minVersion: 0,
  maxVersion: 2,
  flexibleSince: 2,
  request,
  response,
} satisfies Api;
