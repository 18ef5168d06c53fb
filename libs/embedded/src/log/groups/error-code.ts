/** A code of the protocol's error table; 0 is none. */
export type ErrorCode = number;
