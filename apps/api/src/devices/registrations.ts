import type { Logger } from '@fieldstream/domain';
import type {
  DeviceDeletions,
  DeviceRegistry,
  GatewayResult,
  NewRegistration,
  RegistrationChange,
  RegistrationResult,
} from '@fieldstream/timescale';
import { hashToken, makeToken } from '@fieldstream/wire';
import { MAX_LABELS } from './device-schemas.js';
import { DeviceImport, type ImportResult } from './device-import.js';
import type { ImportFile } from './import-file.js';
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
    device: Pick<NewRegistration, 'deviceId' | 'name' | 'labels' | 'gatewayId' | 'maxLabels'>,
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

  /** Registers those of the claimed names that nobody has, each for the first claim. @throws DatabaseError */
  async registerClaimed(claims: readonly { deviceId: string; tokenHash: string }[]): Promise<void> {
    const { registry, now, logger } = this.options;
    const first = new Map(claims.toReversed().map((claim) => [claim.deviceId, claim]));
    const nowMs = now();
    const results = await registry.registerAll(
      [...first.values()].map(({ deviceId, tokenHash }) => ({
        deviceId,
        tokenHash,
        maxLabels: MAX_LABELS,
        nowMs,
      })),
    );
    for (const [deviceId, result] of results) logger.info({ deviceId, result }, 'device claimed its name');
    await this.publish();
  }

  /**
   * Registers the devices of a file as the results are asked for (`DeviceImport.run`), and publishes them in the end.
   * @throws DatabaseError
   */
  async *import(file: ImportFile, dryRun: boolean): AsyncGenerator<readonly ImportResult[]> {
    const { registry, now, logger } = this.options;
    let registered = 0;
    try {
      for await (const results of new DeviceImport({ registry, now }).run(file, dryRun)) {
        registered += results.filter(({ result }) => result === 'registered').length;
        yield results;
      }
    } finally {
      if (!dryRun) {
        logger.info({ registered }, 'devices imported');
        await this.publish();
      }
    }
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

  /** Says who may report for a device besides itself; null: nobody. @throws DatabaseError */
  async setGateway(deviceId: string, gatewayId: string | null): Promise<GatewayResult> {
    const result = await this.options.registry.setGateway(deviceId, gatewayId);
    if (result !== 'changed') return result;
    this.options.logger.info({ deviceId, gatewayId }, 'gateway of a device changed');
    await this.publish();
    return result;
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
