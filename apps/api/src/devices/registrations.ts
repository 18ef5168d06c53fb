import type { Logger } from '@fieldstream/domain';
import type {
  DeviceDeletions,
  DeviceRegistry,
  NewRegistration,
  RegistrationChange,
  RegistrationResult,
} from '@fieldstream/timescale';
import { hashToken, makeToken } from '@fieldstream/wire';
import type { RepeatedWork } from './repeated-work.js';

export interface RegistrationsOptions {
  readonly registry: DeviceRegistry;
  readonly deletions: Pick<DeviceDeletions, 'isPending'>;
  /** Publishes what changed. */
  readonly publication: RepeatedWork;
  /** Deletes what is to be deleted. */
  readonly deletion: RepeatedWork;
  readonly logger: Logger;
  /** Epoch milliseconds. */
  readonly now: () => number;
}

/** How long an answer waits for Kafka, so that the bridges know what it says; it is published sooner or later. */
const PUBLICATION_WAIT_MS = 2_000;
/** How long an answer waits for the end of a deletion. */
const DELETION_WAIT_MS = 5_000;

/** Changes of the registry as people make them: each is stored, published and logged. */
export class Registrations {
  constructor(private readonly options: RegistrationsOptions) {}

  /** @returns The token where the device was registered. @throws DatabaseError */
  async register(
    device: Pick<NewRegistration, 'deviceId' | 'name' | 'labels' | 'maxLabels'>,
  ): Promise<{ result: RegistrationResult; password: string }> {
    const { registry, now, logger } = this.options;
    const password = makeToken();
    const tokenHash = await hashToken(password);
    const result = await registry.register({ ...device, tokenHash, nowMs: now() });
    if (result === 'registered') {
      logger.info({ deviceId: device.deviceId }, 'device registered');
      await this.publish();
    }
    return { result, password };
  }

  /** The new token; undefined where no such device is registered. @throws DatabaseError */
  async rotate(deviceId: string): Promise<string | undefined> {
    const token = makeToken();
    const tokenHash = await hashToken(token);
    return (await this.change(deviceId, { kind: 'rotate', tokenHash })) ? token : undefined;
  }

  /** False where no such device is registered. @throws DatabaseError */
  async change(deviceId: string, change: RegistrationChange): Promise<boolean> {
    if (!(await this.options.registry.change(deviceId, change))) return false;
    this.options.logger.info({ deviceId, change: change.kind }, 'registration changed');
    await this.publish();
    return true;
  }

  /** Deletes a device with its history; undefined where there is none. @throws DatabaseError */
  async deleteAll(deviceId: string): Promise<'done' | 'going-on' | undefined> {
    const { registry, deletions, deletion, logger } = this.options;
    if (!(await registry.requestDeletion(deviceId))) return undefined;
    logger.info({ deviceId }, 'device is to be deleted with its history');
    await this.publish();
    await deletion.runSoon(DELETION_WAIT_MS);
    return (await deletions.isPending(deviceId)) ? 'going-on' : 'done';
  }

  private publish(): Promise<void> {
    return this.options.publication.runSoon(PUBLICATION_WAIT_MS);
  }
}
