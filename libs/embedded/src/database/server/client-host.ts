import type { Logger } from '@fieldstream/domain';
import type { Client } from './client.js';
import type { EngineSession } from './engine-session.js';
import type { DatabaseLimits } from './limits.js';
import type { Turnstile } from './turnstile.js';

/** What a client needs of its server. */
export interface ClientHost {
  readonly session: EngineSession;
  readonly turnstile: Turnstile;
  readonly limits: DatabaseLimits;
  readonly spillDir: string;
  readonly logger: Logger;
  /** Settings of the server that clients are told of. */
  readonly defaults: ReadonlyMap<string, string>;
  countOf(role: string): number;
  othersUseTemporary(client: Client): boolean;
  cancel(processId: number, secret: number): void;
  /** Whatever must not happen, a crash of the engine first of all. */
  fault(error: unknown): void;
  gone(client: Client): void;
}
