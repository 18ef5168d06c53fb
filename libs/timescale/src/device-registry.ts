import type pg from 'pg';
import { inTransaction } from './pool.js';
import { registerDevices, type NewRegistration, type RegistrationResult } from './register-devices.js';

export type { NewRegistration, RegistrationResult } from './register-devices.js';

/** What came of giving a device a gateway. */
export type GatewayResult = 'changed' | 'not-registered' | 'unknown-gateway';

/** What is to be done with a registered device. */
export type RegistrationChange =
  | { readonly kind: 'rotate'; readonly tokenHash: string }
  | { readonly kind: 'disable' | 'enable' | 'remove' };

const NEXT = `revision = nextval('device_registration_revision')`;
const IS_REGISTERED = 'device_id = $1 AND token_hash IS NOT NULL';
const CHANGES = {
  rotate: `UPDATE device_registration SET token_hash = $2, token_made_at = now(), ${NEXT} WHERE ${IS_REGISTERED}`,
  disable: `UPDATE device_registration SET disabled_at = coalesce(disabled_at, now()), ${NEXT} WHERE ${IS_REGISTERED}`,
  enable: `UPDATE device_registration SET disabled_at = NULL, ${NEXT} WHERE ${IS_REGISTERED}`,
  remove: `UPDATE device_registration SET token_hash = NULL, disabled_at = NULL, gateway_id = NULL, ${NEXT} WHERE ${IS_REGISTERED}`,
} as const;
// Locked, so that it is still registered when its device is.
const GATEWAY = 'SELECT 1 FROM device_registration WHERE device_id = $1 AND token_hash IS NOT NULL FOR SHARE';
// Whoever is registered under its name later must not speak for them.
const LEAVE_GATEWAY = `UPDATE device_registration SET gateway_id = NULL, ${NEXT} WHERE gateway_id = $1`;

/**
 * The registered devices, in `device_registration`. Every change is published by `RegistrationOutbox`, sooner or later,
 * whatever happens to the process that made it. Every method throws DatabaseError.
 */
export class DeviceRegistry {
  constructor(private readonly pool: pg.Pool) {}

  /** Registers a new device, or one that appeared by itself; a name and labels are added to those it has. */
  async register(registration: NewRegistration): Promise<RegistrationResult> {
    const results = await this.registerAll([registration]);
    return results.get(registration.deviceId) ?? 'already-registered';
  }

  /**
   * Registers devices together, each or not at all. None of them may be another's gateway, and no ID may come twice.
   * @returns What came of each, by device ID.
   */
  async registerAll(
    registrations: readonly NewRegistration[],
    { dryRun = false } = {},
  ): Promise<ReadonlyMap<string, RegistrationResult>> {
    try {
      return await inTransaction(this.pool, 'registering devices', async (client) => {
        const results = await registerDevices(client, registrations);
        if (dryRun) throw new Undo(results);
        return results;
      });
    } catch (error) {
      if (error instanceof Undo) return error.results;
      throw error;
    }
  }

  /** False where no such device is registered. */
  change(deviceId: string, change: RegistrationChange): Promise<boolean> {
    return inTransaction(this.pool, 'changing a registration', async (client) => {
      const values = change.kind === 'rotate' ? [deviceId, change.tokenHash] : [deviceId];
      const { rowCount } = await client.query(CHANGES[change.kind], values);
      if (change.kind === 'remove') await client.query(LEAVE_GATEWAY, [deviceId]);
      return (rowCount ?? 0) > 0;
    });
  }

  /** Says who may speak for a device; null: nobody but itself. */
  setGateway(deviceId: string, gatewayId: string | null): Promise<GatewayResult> {
    return inTransaction(this.pool, 'giving a device a gateway', async (client) => {
      const isKnown =
        gatewayId === null || (gatewayId !== deviceId && (await isRegistered(client, gatewayId)));
      if (!isKnown) return 'unknown-gateway';
      const { rowCount } = await client.query(
        `UPDATE device_registration SET gateway_id = $2, ${NEXT} WHERE ${IS_REGISTERED}`,
        [deviceId, gatewayId],
      );
      return rowCount === 0 ? 'not-registered' : 'changed';
    });
  }

  /**
   * Takes the registration away, and has the history deleted too (`DeviceDeletions`). False where there is neither a
   * device nor a registration.
   */
  requestDeletion(deviceId: string): Promise<boolean> {
    return inTransaction(this.pool, 'asking for the deletion of a device', async (client) => {
      const { rowCount: removed } = await client.query(CHANGES.remove, [deviceId]);
      await client.query(LEAVE_GATEWAY, [deviceId]);
      const { rowCount: found } = await client.query('SELECT 1 FROM device WHERE device_id = $1', [deviceId]);
      if (removed === 0 && found === 0) return false;
      await client.query('INSERT INTO device_deletion (device_id) VALUES ($1) ON CONFLICT DO NOTHING', [
        deviceId,
      ]);
      return true;
    });
  }
}

async function isRegistered(client: pg.PoolClient, deviceId: string): Promise<boolean> {
  return ((await client.query(GATEWAY, [deviceId])).rowCount ?? 0) > 0;
}

/** Ends the transaction, so that nothing of it stays. */
class Undo extends Error {
  constructor(readonly results: ReadonlyMap<string, RegistrationResult>) {
    super('undone');
  }
}
