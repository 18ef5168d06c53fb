import { isUtf8 } from 'node:buffer';
import type { RejectReason } from './decoder.js';

/** Why a payload, or a part of it, is refused. Passed up as a value: no decoder throws on input. */
export interface Refusal {
  readonly reason: RejectReason;
  readonly detail: string;
}

/** A payload as text, without a byte order mark. */
export function payloadText(payload: Uint8Array): string | Refusal {
  if (payload.byteLength === 0) return { reason: 'empty-payload', detail: 'the payload is empty' };
  if (!isUtf8(payload)) return { reason: 'invalid-utf8', detail: 'the payload is not UTF-8 text' };
  const text = Buffer.from(payload.buffer, payload.byteOffset, payload.byteLength).toString('utf8');
  return text.charCodeAt(0) === 0xfeff ? text.slice(1) : text;
}

/** Parses JSON of any kind; V8's parser is iterative, so no depth overflows the stack. */
export function parseJson(text: string): { readonly value: unknown } | Refusal {
  try {
    return { value: JSON.parse(text) as unknown };
  } catch (error) {
    return { reason: 'invalid-json', detail: shorten(error instanceof Error ? error.message : 'not JSON') };
  }
}

/** Cuts a text that goes into a dead letter's detail, and makes it printable. */
export function shorten(text: string, maxLength = 120): string {
  const cut = text.length > maxLength ? `${text.slice(0, maxLength)}…` : text;
  return cut.toWellFormed().replaceAll(/[\u0000-\u001f\u007f]/g, '\ufffd');
}

/** A parsed JSON value in a few words, for a refusal's detail. */
export function describe(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'an array';
  if (typeof value === 'object') return 'an object';
  return `${typeof value} ${shorten(JSON.stringify(value) ?? '', 40)}`;
}
