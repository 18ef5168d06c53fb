import { inflexible, int16, int32, nullableString, struct } from './schema.js';

/** Version 1, and version 2 in the flexible encoding, where the client ID keeps its old form (KIP-482). */
export const REQUEST_HEADER = struct({
  apiKey: int16(),
  apiVersion: int16(),
  correlationId: int32(),
  clientId: inflexible(nullableString()),
});

/** Version 0, and version 1 in the flexible encoding. */
export const RESPONSE_HEADER = struct({ correlationId: int32() });
