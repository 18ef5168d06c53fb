import type pg from 'pg';
import type { Logger } from '@fieldstream/domain';
import type { KeyedProducer } from '@fieldstream/kafka';
import {
  DeviceDeletions,
  DeviceRegistry,
  RegistrationOutbox,
  type DueRegistration,
} from '@fieldstream/timescale';
import { alertKey, encodeAlert, encodeRegistration, TOPICS, type RegistryRecord } from '@fieldstream/wire';
import { Registrations } from './registrations.js';
import { RepeatedWork } from './repeated-work.js';

export interface RegistryWorkOptions {
  readonly pool: pg.Pool;
  readonly producer: Pick<KeyedProducer, 'send'>;
  /** Whether the topic of the registry is there and holds nothing. @throws KafkaError */
  readonly isTopicEmpty: () => Promise<boolean>;
  readonly logger: Logger;
  /** Epoch milliseconds. */
  readonly now: () => number;
}

/** Longer than the producer tries. */
const LEASE_MS = 30_000;
const PUBLISH_EVERY_MS = 1_000;
const DELETE_EVERY_MS = 10_000;
/** How often it is looked whether Kafka has lost the registry. */
const LOOK_EVERY_MS = 30_000;

/**
 * What the API does for the registry besides answering: it publishes every change to `device.registry`, everything at its
 * start and when the topic turns out to be empty, and deletes the histories of devices.
 */
export class RegistryWork {
  readonly registrations: Registrations;
  readonly #publication: RepeatedWork;
  readonly #deletion: RepeatedWork;
  #lookedAtMs = -Infinity;
  #isFirst = true;

  constructor(private readonly options: RegistryWorkOptions) {
    const { pool, producer, logger, now } = options;
    const outbox = new RegistrationOutbox(pool, LEASE_MS);
    const deletions = new DeviceDeletions(pool, async (alerts) => {
      await Promise.all(
        alerts.map((alert) =>
          producer.send({ topic: TOPICS.alerts, key: alertKey(alert), value: encodeAlert(alert) }),
        ),
      );
    });
    this.#publication = new RepeatedWork({
      doing: 'publishing the registry of devices',
      everyMs: PUBLISH_EVERY_MS,
      run: (isStopped) => this.#publish(outbox, isStopped),
      logger,
    });
    this.#deletion = new RepeatedWork({
      doing: 'deleting a device',
      everyMs: DELETE_EVERY_MS,
      run: async (isStopped) => {
        for (;;) {
          const deleted = await deletions.deleteNext(isStopped);
          if (!deleted) return;
          logger.info(deleted, 'device deleted with its history');
        }
      },
      logger,
    });
    this.registrations = new Registrations({
      registry: new DeviceRegistry(pool),
      deletions,
      publication: this.#publication,
      deletion: this.#deletion,
      logger,
      now,
    });
  }

  start(): void {
    this.#publication.start();
    this.#deletion.start();
  }

  /** MUST come before the producer and the pool are closed. */
  async close(): Promise<void> {
    await Promise.all([this.#publication.close(), this.#deletion.close()]);
  }

  async #publish(outbox: RegistrationOutbox, isStopped: () => boolean): Promise<void> {
    const { producer } = this.options;
    await this.#lookForLoss(outbox);
    for (;;) {
      const published = await outbox.publishDue(async (due) => {
        await Promise.all(
          due.map((registration) =>
            producer.send({
              topic: TOPICS.deviceRegistry,
              key: registration.deviceId,
              value: encodeRegistration(toRecord(registration)),
            }),
          ),
        );
      });
      if (published === 0 || isStopped()) return;
    }
  }

  async #lookForLoss(outbox: RegistrationOutbox): Promise<void> {
    const { isTopicEmpty, now } = this.options;
    if (now() - this.#lookedAtMs < LOOK_EVERY_MS) return;
    if (this.#isFirst || (await isTopicEmpty())) await outbox.publishAllAgain();
    this.#isFirst = false;
    this.#lookedAtMs = now();
  }
}

function toRecord({ deviceId, tokenHash, disabled, gatewayId }: DueRegistration): RegistryRecord {
  if (tokenHash === null) return { v: 1, deviceId, state: 'removed' };
  const gateway = gatewayId === null ? {} : { gatewayId };
  return { v: 1, deviceId, state: disabled ? 'disabled' : 'enabled', tokenHash, ...gateway };
}
