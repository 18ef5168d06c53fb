import type { EmbeddedErrorCode } from '../embedded-error.js';

/** What an engine's thread tells the one that started it. */
export type FromEngine =
  | { readonly kind: 'ready'; readonly ready: unknown }
  | { readonly kind: 'failed'; readonly code: EmbeddedErrorCode | undefined; readonly message: string }
  | { readonly kind: 'log'; readonly level: LogLevel; readonly fields: object; readonly message: string }
  | { readonly kind: 'closed' };

/** What it is told. */
export interface ToEngine {
  readonly kind: 'close';
}

export const LOG_LEVELS = ['debug', 'info', 'warn', 'error'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];
