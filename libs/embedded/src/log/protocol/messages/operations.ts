/** In place of a bit set of authorised operations: the request did not ask for it. */
export const OPERATIONS_NOT_ASKED = -2_147_483_648;
