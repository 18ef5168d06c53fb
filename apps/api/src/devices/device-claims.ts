import { setTimeout } from 'node:timers/promises';
import type { Kafka } from 'kafkajs';
import { isValidDeviceId, type Logger } from '@fieldstream/domain';
import { BroadcastReader, type BroadcastRecord } from '@fieldstream/kafka';
import { decodeDeviceClaim, TOPICS, WireError, type DeviceClaim } from '@fieldstream/wire';
import type { Registrations } from './registrations.js';

export interface DeviceClaimsOptions {
  readonly kafka: Kafka;
  readonly topicPrefix: string;
  readonly sessionTimeoutMs: number;
  readonly registrations: Pick<Registrations, 'registerClaimed'>;
  readonly logger: Logger;
}

const RETRY_MS = 2_000;

/**
 * Registers the names that bridges put into `device.claims`, each for who came first. What was claimed while no API was
 * there is not looked at: the device comes again, and so does its claim. Several APIs do no harm, because a name that is
 * registered is left alone.
 */
export class DeviceClaims {
  readonly #reader: BroadcastReader;
  readonly #closing = new AbortController();
  #starting: Promise<void> = Promise.resolve();

  constructor(private readonly options: DeviceClaimsOptions) {
    const { kafka, topicPrefix, sessionTimeoutMs, logger } = options;
    this.#reader = new BroadcastReader({
      kafka,
      topic: topicPrefix + TOPICS.deviceClaims,
      groupPrefix: `${topicPrefix}fieldstream-api-claims`,
      sessionTimeoutMs,
      from: 'end',
      handle: (records) => this.#take(records),
      logger,
    });
  }

  /** Begins to try; does not wait. */
  start(): void {
    this.#starting = this.#start();
  }

  async close(): Promise<void> {
    this.#closing.abort();
    await this.#reader.close();
    await this.#starting;
  }

  async #start(): Promise<void> {
    const { signal } = this.#closing;
    for (let attempt = 0; !signal.aborted; attempt++) {
      try {
        return await this.#reader.start();
      } catch (error) {
        if (attempt % 30 === 0) {
          this.options.logger.info({ err: error }, 'claims of devices cannot be read yet, trying again');
        }
        await setTimeout(RETRY_MS, undefined, { signal }).catch(() => {});
      }
    }
  }

  async #take(records: readonly BroadcastRecord[]): Promise<void> {
    const claims = records.flatMap((record) => this.#decode(record) ?? []);
    if (claims.length === 0) return;
    try {
      await this.options.registrations.registerClaimed(claims);
    } catch (error) {
      // The devices wait a few seconds at most; they come again.
      this.options.logger.warn(
        { err: error, claims: claims.length },
        'claimed names could not be registered',
      );
    }
  }

  #decode({ partition, offset, value }: BroadcastRecord): DeviceClaim | undefined {
    try {
      const claim = decodeDeviceClaim(value);
      if (isValidDeviceId(claim.deviceId)) return claim;
      throw new WireError('deviceId is no device ID');
    } catch (error) {
      if (!(error instanceof WireError)) throw error;
      this.options.logger.warn(
        { err: error, partition, offset: String(offset) },
        'a record of the topic of claims is no claim',
      );
      return undefined;
    }
  }
}
