import { hostname } from 'node:os';
import type { DecoderSet } from '@fieldstream/decoders';
import type { Logger } from '@fieldstream/domain';
import type { Health } from '@fieldstream/observability';
import type { Entrance } from '../entrance.js';
import type { PublishIntake } from '../publish-intake.js';
import type { PublishRequests } from '../publish-requests.js';
import { Source } from './source.js';
import type { SourceDefinition } from './source-definition.js';
import { SourceMemory } from './source-memory.js';

export interface SourcesOptions {
  readonly definitions: readonly SourceDefinition[];
  readonly intake: PublishIntake;
  readonly decoders: DecoderSet;
  /** Whether what a broker tells of a device is taken: not of one that is disabled. */
  readonly mayReport: (deviceId: string) => boolean;
  readonly requests: PublishRequests;
  readonly health: Health;
  /** Where it is kept what was taken from them. Undefined: in memory. */
  readonly folder: string | undefined;
  readonly maxPacketBytes: number;
  /** Tells apart the bridges of one machine that have no folder. */
  readonly port: number;
  readonly logger: Logger;
}

const MAX_TOPICS = 100_000;

/**
 * The foreign brokers that the bridge subscribes to. One that is away is tried again for ever; it shows in the health
 * report by its name, and never makes the bridge unready: the bridge's own devices have nothing to do with it.
 */
export class Sources implements Entrance {
  readonly name = 'sources';
  readonly fault = undefined;
  readonly #sources: Source[] = [];
  #memory: SourceMemory | undefined;

  constructor(private readonly options: SourcesOptions) {}

  /** Those that are opened. */
  get all(): readonly Source[] {
    return this.#sources;
  }

  /** @throws BridgeError `state-unusable` */
  async open(): Promise<void> {
    const {
      definitions,
      folder,
      logger,
      health,
      requests,
      intake,
      decoders,
      mayReport,
      maxPacketBytes,
      port,
    } = this.options;
    if (definitions.length === 0) return;
    const memory = await SourceMemory.open({ folder, maxTopics: MAX_TOPICS, logger });
    this.#memory = memory;
    for (const definition of definitions) {
      const { name } = definition;
      const clientId =
        definition.clientId ?? memory.clientIdOf(name) ?? `fieldstream-${name}-${hostname()}-${port}`;
      const source = new Source({
        definition,
        clientId,
        intake,
        decoders,
        mayReport,
        memory,
        maxPacketBytes,
        logger,
        random: Math.random,
      });
      this.#sources.push(source);
      requests.attach(name, (request) => source.publish(request));
      health.addReported(`source ${name}`, () => {
        if (source.fault !== undefined) throw new Error(source.fault);
      });
      source.open();
    }
  }

  stopAccepting(): void {
    for (const source of this.#sources) source.stopAccepting();
  }

  async close(): Promise<void> {
    await Promise.all(this.#sources.map((source) => source.close()));
    await this.#memory?.close();
  }
}
