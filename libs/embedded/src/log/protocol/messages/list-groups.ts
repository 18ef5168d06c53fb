import { type Api } from '../api.js';
import { array, int16, int32, string, struct } from '../schema.js';

/** An empty filter lets every state through. */
const request = struct({ statesFilter: array(string()).since(4, []) });

const response = struct({
  throttleTimeMs: int32().since(1, 0),
  errorCode: int16(),
  groups: array(struct({ groupId: string(), protocolType: string(), groupState: string().since(4, '') })),
});

export const listGroups = {
  key: 16,
  name: 'ListGroups',
  minVersion: 0,
  maxVersion: 4,
  flexibleSince: 3,
  request,
  response,
} satisfies Api;
