import type { PresenceState } from '@fieldstream/domain';
import type { Queryable } from '../queryable.js';
import { pageOf, type Page } from './page.js';
import { selectRows } from './select-rows.js';

/** A device as people see it. */
export interface Device {
  readonly deviceId: string;
  readonly name: string | null;
  readonly labels: Readonly<Record<string, string>>;
  readonly firstSeen: Date;
  /** Time of the newest reading or presence message. */
  readonly lastSeen: Date | null;
  readonly presence: PresenceState | null;
  readonly presenceAt: Date | null;
}

export interface DeviceFilter {
  /** Part of the ID or the name, in any case. */
  readonly search?: string | undefined;
  /** `unknown`: devices that never said. */
  readonly presence?: PresenceState | 'unknown' | undefined;
  /** Devices after this ID. */
  readonly after?: string | undefined;
  readonly limit: number;
}

export interface DeviceChange {
  readonly name?: string | null | undefined;
  /** Labels to be set; null takes one away. The others stay. */
  readonly labels?: Readonly<Record<string, string | null>> | undefined;
  /** The change is not made if the device would have more labels than this. */
  readonly maxLabels: number;
}

interface DeviceRow {
  device_id: string;
  name: string | null;
  labels: Record<string, string>;
  first_seen: Date;
  last_seen: Date | null;
  presence: PresenceState | null;
  presence_at: Date | null;
}

const COLUMNS = `d.device_id, d.name, d.labels, d.first_seen, d.presence, d.presence_at,
  greatest((SELECT max(l.time) FROM latest l WHERE l.device_id = d.device_id), d.presence_at) AS last_seen`;

/** Devices, and what people say of them. */
export class DeviceReader {
  constructor(private readonly db: Queryable) {}

  /** Devices in the order of their IDs' bytes. @throws DatabaseError */
  async list(filter: DeviceFilter): Promise<Page<Device, string>> {
    const rows = await selectRows<DeviceRow>(
      this.db,
      'listing devices',
      // The page first: the newest reading is looked up for the devices of the page alone.
      `SELECT ${COLUMNS}
       FROM (SELECT * FROM device
             WHERE ($1::text IS NULL OR strpos(lower(device_id), lower($1)) > 0 OR strpos(lower(name), lower($1)) > 0)
               AND ($2::text IS NULL OR coalesce(presence, 'unknown') = $2)
               AND ($3::text IS NULL OR device_id COLLATE "C" > $3)
             ORDER BY device_id COLLATE "C" LIMIT $4) d
       ORDER BY d.device_id COLLATE "C"`,
      [filter.search ?? null, filter.presence ?? null, filter.after ?? null, filter.limit + 1],
    );
    return pageOf(rows.map(toDevice), filter.limit, (device) => device.deviceId);
  }

  /** @throws DatabaseError */
  async find(deviceId: string): Promise<Device | undefined> {
    const sql = `SELECT ${COLUMNS} FROM device d WHERE device_id = $1`;
    const [row] = await selectRows<DeviceRow>(this.db, 'reading a device', sql, [deviceId]);
    return row && toDevice(row);
  }

  /**
   * Changes what is given and leaves the rest; undefined if there is no such device, or if it would have too many labels.
   * @throws DatabaseError
   */
  async change(deviceId: string, change: DeviceChange): Promise<Device | undefined> {
    const labels = Object.entries(change.labels ?? {});
    const [row] = await selectRows<DeviceRow>(
      this.db,
      'changing a device',
      `UPDATE device d SET name = CASE WHEN $2 THEN $3 ELSE d.name END, labels = (d.labels - $4::text[]) || $5::jsonb
       WHERE device_id = $1
         AND (SELECT count(*) FROM jsonb_object_keys((d.labels - $4::text[]) || $5::jsonb)) <= $6
       RETURNING ${COLUMNS}`,
      [
        deviceId,
        change.name !== undefined,
        change.name ?? null,
        labels.filter(([, value]) => value === null).map(([label]) => label),
        JSON.stringify(Object.fromEntries(labels.filter(([, value]) => value !== null))),
        change.maxLabels,
      ],
    );
    return row && toDevice(row);
  }
}

function toDevice(row: DeviceRow): Device {
  return {
    deviceId: row.device_id,
    name: row.name,
    labels: row.labels,
    firstSeen: row.first_seen,
    lastSeen: row.last_seen,
    presence: row.presence,
    presenceAt: row.presence_at,
  };
}
