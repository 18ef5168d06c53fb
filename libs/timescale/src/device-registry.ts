import type pg from 'pg';
import { inTransaction } from './pool.js';
import { insertDevices } from './series-statements.js';

/** A device that is to be registered. */
export interface NewRegistration {
  readonly deviceId: string;
  readonly name?: string | undefined;
  readonly labels?: Readonly<Record<string, string>> | undefined;
  /** The device is not registered if it would have more labels than this. */
  readonly maxLabels: number;
  /** PHC string. */
  readonly tokenHash: string;
  /** Epoch milliseconds. */
  readonly nowMs: number;
}

/** What came of a registration. */
export type RegistrationResult = 'registered' | 'already-registered' | 'being-deleted' | 'too-many-labels';

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
  remove: `UPDATE device_registration SET token_hash = NULL, disabled_at = NULL, ${NEXT} WHERE ${IS_REGISTERED}`,
} as const;

/**
 * The registered devices, in `device_registration`. Every change is published by `RegistrationOutbox`, sooner or later,
 * whatever happens to the process that made it. Every method throws DatabaseError.
 */
export class DeviceRegistry {
  constructor(private readonly pool: pg.Pool) {}

  /** Registers a new device, or one that appeared by itself; a name and labels are added to those it has. */
  async register(registration: NewRegistration): Promise<RegistrationResult> {
    try {
      await this.#register(registration);
      return 'registered';
    } catch (error) {
      if (error instanceof Refusal) return error.result;
      throw error;
    }
  }

  /** False where no such device is registered. */
  change(deviceId: string, change: RegistrationChange): Promise<boolean> {
    return inTransaction(this.pool, 'changing a registration', async (client) => {
      const values = change.kind === 'rotate' ? [deviceId, change.tokenHash] : [deviceId];
      return ((await client.query(CHANGES[change.kind], values)).rowCount ?? 0) > 0;
    });
  }

  /**
   * Takes the registration away, and has the history deleted too (`DeviceDeletions`). False where there is neither a
   * device nor a registration.
   */
  requestDeletion(deviceId: string): Promise<boolean> {
    return inTransaction(this.pool, 'asking for the deletion of a device', async (client) => {
      const { rowCount: removed } = await client.query(CHANGES.remove, [deviceId]);
      const { rowCount: found } = await client.query('SELECT 1 FROM device WHERE device_id = $1', [deviceId]);
      if (removed === 0 && found === 0) return false;
      await client.query('INSERT INTO device_deletion (device_id) VALUES ($1) ON CONFLICT DO NOTHING', [
        deviceId,
      ]);
      return true;
    });
  }

  #register(registration: NewRegistration): Promise<void> {
    const { deviceId, name, labels = {}, maxLabels, tokenHash, nowMs } = registration;
    return inTransaction(this.pool, 'registering a device', async (client) => {
      await insertDevices(client, [{ deviceId, metric: '', unit: null, firstSeenMs: nowMs }]);
      const { rowCount: fits } = await client.query(
        `UPDATE device d SET name = coalesce($2, d.name), labels = d.labels || $3::jsonb
         WHERE device_id = $1 AND (SELECT count(*) FROM jsonb_object_keys(d.labels || $3::jsonb)) <= $4`,
        [deviceId, name ?? null, JSON.stringify(labels), maxLabels],
      );
      if (fits === 0) throw new Refusal('too-many-labels');
      const { rows } = await client.query('SELECT 1 FROM device_deletion WHERE device_id = $1', [deviceId]);
      if (rows.length > 0) throw new Refusal('being-deleted');
      const { rowCount } = await client.query(
        `INSERT INTO device_registration AS r (device_id, token_hash) VALUES ($1, $2)
         ON CONFLICT (device_id) DO UPDATE
           SET token_hash = EXCLUDED.token_hash, registered_at = now(), token_made_at = now(), disabled_at = NULL, ${NEXT}
           WHERE r.token_hash IS NULL`,
        [deviceId, tokenHash],
      );
      if (rowCount === 0) throw new Refusal('already-registered');
    });
  }
}

/** Ends the transaction, so that nothing of it stays. */
class Refusal extends Error {
  constructor(readonly result: Exclude<RegistrationResult, 'registered'>) {
    super(result);
  }
}
