/** Kinds of what is configured, as the protocol numbers them. */
export const RESOURCE = { topic: 2, broker: 4 } as const;
