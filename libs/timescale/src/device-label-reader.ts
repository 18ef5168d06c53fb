import type { DeviceLabels } from '@fieldstream/domain';
import { toDatabaseError } from './database-error.js';
import type { Queryable } from './queryable.js';

/** Labels that changed after a revision. */
export interface ChangedLabels {
  /** Greatest revision that is visible; what comes later has a greater one. */
  readonly revision: number;
  readonly devices: readonly { readonly deviceId: string; readonly labels: DeviceLabels }[];
}

/**
 * The labels of the devices whose labels changed after a revision; after 0, of all devices that ever had any. A deleted
 * device is not told. Costs one look into an index while nothing changes.
 * @throws DatabaseError
 */
export async function readChangedLabels(client: Queryable, afterRevision: number): Promise<ChangedLabels> {
  try {
    const { rows } = await client.query<{ device_id: string; labels: unknown; label_revision: string }>(
      `SELECT device_id, labels, label_revision FROM device
       WHERE label_revision > $1 AND label_revision > 0 ORDER BY label_revision`,
      [afterRevision],
    );
    return {
      revision: Number(rows.at(-1)?.label_revision ?? afterRevision),
      devices: rows.map(({ device_id: deviceId, labels }) => ({ deviceId, labels: toLabels(labels) })),
    };
  } catch (error) {
    throw toDatabaseError(error, 'reading labels of devices');
  }
}

/** Labels that are no texts (written by hand) are told as JSON. */
function toLabels(value: unknown): DeviceLabels {
  if (typeof value !== 'object' || value === null) return {};
  return Object.fromEntries(
    Object.entries(value).map(([label, text]) => [
      label,
      typeof text === 'string' ? text : JSON.stringify(text),
    ]),
  );
}
