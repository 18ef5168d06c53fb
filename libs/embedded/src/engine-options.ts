import type { Logger } from '@fieldstream/domain';

export interface EngineOptions {
  /** The engine's own folder; made where it is missing. */
  readonly dataDir: string;
  /** Loopback port; 0 for any free one. */
  readonly port: number;
  readonly logger: Logger;
}
