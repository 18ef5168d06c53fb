/** Bytes of a payload that a claim looks at; what names a family stands before that. */
const PEEK_BYTES = 1_024;

/** Whether the payload is one of a few words, in any case; for claims, so nothing is parsed. */
export function isOneOf(payload: Uint8Array, words: readonly string[]): boolean {
  // As much space around it as a firmware may print.
  if (payload.byteLength > 32) return false;
  return words.includes(textOf(payload).trim().toLowerCase());
}

/** Whether the payload begins as a JSON object. */
export function beginsObject(payload: Uint8Array): boolean {
  return /^\s*\{/.test(textOf(payload.subarray(0, 16)));
}

/** Whether the payload's beginning contains a text. */
export function mentions(payload: Uint8Array, text: string): boolean {
  return textOf(payload.subarray(0, PEEK_BYTES)).includes(text);
}

function textOf(payload: Uint8Array): string {
  return Buffer.from(payload.buffer, payload.byteOffset, payload.byteLength).toString('latin1');
}
