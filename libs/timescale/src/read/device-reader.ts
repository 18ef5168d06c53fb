import { SEVERITIES, type PresenceState } from '@fieldstream/domain';
import type { Queryable } from '../queryable.js';
import { pageOf, type Page } from './page.js';
import { selectRows } from './select-rows.js';

/** A device as people see it. */
export interface Device {
  readonly deviceId: string;
  /** Given by people, else as the device tells. */
  readonly name: string | null;
  readonly labels: Readonly<Record<string, string>>;
  readonly firstSeen: Date;
  /** Time of the newest reading or presence message. */
  readonly lastSeen: Date | null;
  /** As judged; null where nothing is known. */
  readonly presence: PresenceState | null;
  /** Since when. */
  readonly presenceAt: Date | null;
  /** It has credentials. */
  readonly registered: boolean;
  /** Registered, and not let in. */
  readonly disabled: boolean;
  /** Name of the decoder; null where nothing is told of the device. */
  readonly family: string | null;
  readonly manufacturer: string | null;
  readonly model: string | null;
  readonly firmware: string | null;
  /** The gateway through which it speaks, as it or its gateway tells. */
  readonly via: string | null;
  /** The registered device that may speak for it. */
  readonly gatewayId: string | null;
  /** Alerts that fire now. */
  readonly openAlerts: number;
  /** The worst severity among them; null where none fires. */
  readonly worstSeverity: string | null;
}

/**
 * Orders of the list. `id`: by the bytes of the ID; `name`: by the name, or the ID where it has none; `trouble`: those with
 * the worst alerts first, then those that are offline; `last-seen`: those seen last first; `silent`: those not seen for
 * longest first. The last two look up the newest reading of every device that fits.
 */
export const DEVICE_ORDERS = ['id', 'name', 'trouble', 'last-seen', 'silent'] as const;
export type DeviceOrder = (typeof DEVICE_ORDERS)[number];

/** A place in the list: after the device with this ID in the order of the IDs, after so many devices in the others. */
export type DevicePosition = string | number;

export interface DeviceFilter {
  /** Part of the ID or the name, in any case. */
  readonly search?: string | undefined;
  /** `unknown`: devices of which nothing is known. */
  readonly presence?: PresenceState | 'unknown' | undefined;
  readonly registered?: boolean | undefined;
  readonly disabled?: boolean | undefined;
  /** Those that have, or have not, an alert that fires. */
  readonly alerts?: boolean | undefined;
  /** Last seen before this time, or never. Looks up the newest reading of every device that otherwise fits. */
  readonly seenBeforeMs?: number | undefined;
  /** Labels that it has, all of them. */
  readonly labels?: Readonly<Record<string, string>> | undefined;
  /** Default `id`. */
  readonly sort?: DeviceOrder | undefined;
  readonly after?: DevicePosition | undefined;
  readonly limit: number;
}

/** A value of a label, and how many devices have it. */
export interface LabelUse {
  readonly label: string;
  readonly value: string;
  readonly devices: number;
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
  family: string | null;
  manufacturer: string | null;
  model: string | null;
  firmware: string | null;
  via_gateway: string | null;
  registered: boolean;
  disabled: boolean;
  gateway_id: string | null;
  open_alerts: number;
  worst_severity: string | null;
}

// One descent of an index a series. Most devices have a reading in the last hour, and that is in one chunk: all chunks are
// asked for the others only.
const newestNumber = (bound: string): string =>
  `(SELECT max(n.last_time) FROM series s, LATERAL (
     SELECT m.last_time FROM reading_1m m WHERE m.series_id = s.series_id ${bound}
     ORDER BY m.bucket DESC LIMIT 1) n
   WHERE s.device_id = d.device_id)`;
const NEWEST_TEXT = `(SELECT max(t.until_time) FROM series s, LATERAL (
     SELECT x.until_time FROM reading_text x WHERE x.series_id = s.series_id ORDER BY x.time DESC LIMIT 1) t
   WHERE s.device_id = d.device_id)`;
const LAST_SEEN = `greatest(
  coalesce(${newestNumber("AND m.bucket >= now() - INTERVAL '1 hour'")}, ${newestNumber('')}),
  ${NEWEST_TEXT}, d.presence_at, d.said_at)`;
const COLUMNS = `d.device_id, d.name, d.labels, d.first_seen, d.presence, d.presence_at,
  d.family, d.manufacturer, d.model, d.firmware, d.via_gateway, ${LAST_SEEN} AS last_seen`;
const SEVERITY_RANKS = `ARRAY[${SEVERITIES.map((severity) => `'${severity}'`).join(', ')}]`;
const RANK = `array_position(${SEVERITY_RANKS}, severity)`;

/** Alerts that fire now, a row a device; `ofDevice` narrows it to one. */
const openAlerts = (ofDevice = ''): string =>
  `SELECT device_id, count(*)::int AS open_alerts, max(${RANK}) AS worst
   FROM alert WHERE state = 'firing' ${ofDevice} GROUP BY device_id`;

const REGISTERED = '(r.token_hash IS NOT NULL)';
const DISABLED = '(r.token_hash IS NOT NULL AND r.disabled_at IS NOT NULL)';
const REGISTRATION = 'LEFT JOIN device_registration r USING (device_id)';
const STATE_COLUMNS = `${REGISTERED} AS registered, ${DISABLED} AS disabled, r.gateway_id,
  coalesce(a.open_alerts, 0) AS open_alerts, (${SEVERITY_RANKS})[a.worst] AS worst_severity`;

const FILTER = `($1::text IS NULL OR strpos(lower(d.device_id), lower($1)) > 0 OR strpos(lower(d.name), lower($1)) > 0)
  AND ($2::text IS NULL OR coalesce(d.presence, 'unknown') = $2)
  AND ($3::jsonb IS NULL OR d.labels @> $3)
  AND ($4::boolean IS NULL OR (a.device_id IS NOT NULL) = $4)
  AND ($5::boolean IS NULL OR ${REGISTERED} = $5) AND ($6::boolean IS NULL OR ${DISABLED} = $6)
  AND ($7::timestamptz IS NULL OR coalesce(${LAST_SEEN} < $7, true))`;

const BY_ID = 'd.device_id COLLATE "C"';
const BY_NAME = `lower(coalesce(d.name, d.device_id)), ${BY_ID}`;
const ORDER_BY: Record<DeviceOrder, string> = {
  id: BY_ID,
  name: BY_NAME,
  trouble: `coalesce(a.worst, 0) DESC, (d.presence IS NOT DISTINCT FROM 'offline') DESC, ${BY_NAME}`,
  'last-seen': `${LAST_SEEN} DESC NULLS LAST, ${BY_ID}`,
  silent: `${LAST_SEEN} NULLS FIRST, ${BY_ID}`,
};

/** Devices, and what people say of them. */
export class DeviceReader {
  constructor(private readonly db: Queryable) {}

  /** @throws DatabaseError */
  async list(filter: DeviceFilter): Promise<Page<Device, DevicePosition>> {
    const { after, limit, sort = 'id' } = filter;
    const rows = await selectRows<DeviceRow>(
      this.db,
      'listing devices',
      // The page first: the newest reading is looked up for the devices of the page alone, where the order allows.
      `SELECT ${COLUMNS}, d.registered, d.disabled, d.gateway_id, d.open_alerts, d.worst_severity
       FROM (SELECT d.*, ${STATE_COLUMNS}, row_number() OVER (ORDER BY ${ORDER_BY[sort]}) AS place
             FROM device d ${REGISTRATION} LEFT JOIN (${openAlerts()}) a USING (device_id)
             WHERE ${FILTER} AND ($8::text IS NULL OR d.device_id COLLATE "C" > $8)
             ORDER BY place LIMIT $9 OFFSET $10) d
       ORDER BY d.place`,
      [
        ...filterValues(filter),
        typeof after === 'string' ? after : null,
        limit + 1,
        typeof after === 'number' ? after : 0,
      ],
    );
    const skipped = typeof after === 'number' ? after : 0;
    return pageOf(rows.map(toDevice), limit, (device) => (sort === 'id' ? device.deviceId : skipped + limit));
  }

  /** Devices that fit, wherever the page is. @throws DatabaseError */
  async count(filter: Omit<DeviceFilter, 'limit'>): Promise<number> {
    const alerts = filter.alerts === undefined ? 'SELECT NULL::text AS device_id WHERE false' : openAlerts();
    const [row] = await selectRows<{ devices: number }>(
      this.db,
      'counting devices',
      `SELECT count(*)::int AS devices FROM device d ${REGISTRATION} LEFT JOIN (${alerts}) a USING (device_id)
       WHERE ${FILTER}`,
      filterValues(filter),
    );
    return row?.devices ?? 0;
  }

  /** Values of labels that devices have, those of most devices first. @throws DatabaseError */
  async labelsInUse(limit: number): Promise<LabelUse[]> {
    return selectRows<LabelUse>(
      this.db,
      'reading the labels in use',
      `SELECT l.key AS label, l.value, count(*)::int AS devices
       FROM device, jsonb_each_text(labels) l GROUP BY 1, 2
       ORDER BY 3 DESC, l.key COLLATE "C", l.value COLLATE "C" LIMIT $1`,
      [limit],
    );
  }

  /** @throws DatabaseError */
  async find(deviceId: string): Promise<Device | undefined> {
    const sql = `SELECT ${COLUMNS}, ${STATE_COLUMNS}
                 FROM device d ${REGISTRATION} LEFT JOIN (${openAlerts('AND device_id = $1')}) a USING (device_id)
                 WHERE d.device_id = $1`;
    const [row] = await selectRows<DeviceRow>(this.db, 'reading a device', sql, [deviceId]);
    return row && toDevice(row);
  }

  /**
   * Changes what is given and leaves the rest; undefined if there is no such device, or if it would have too many labels.
   * @throws DatabaseError
   */
  async change(deviceId: string, change: DeviceChange): Promise<Device | undefined> {
    const labels = Object.entries(change.labels ?? {});
    const [changed] = await selectRows<{ device_id: string }>(
      this.db,
      'changing a device',
      `UPDATE device d SET name = CASE WHEN $2 THEN coalesce($3, d.described_name) ELSE d.name END, labels = (d.labels - $4::text[]) || $5::jsonb
       WHERE device_id = $1
         AND (SELECT count(*) FROM jsonb_object_keys((d.labels - $4::text[]) || $5::jsonb)) <= $6
       RETURNING device_id`,
      [
        deviceId,
        change.name !== undefined,
        change.name ?? null,
        labels.filter(([, value]) => value === null).map(([label]) => label),
        JSON.stringify(Object.fromEntries(labels.filter(([, value]) => value !== null))),
        change.maxLabels,
      ],
    );
    return changed && (await this.find(changed.device_id));
  }
}

function filterValues(filter: Omit<DeviceFilter, 'limit'>): readonly unknown[] {
  return [
    filter.search ?? null,
    filter.presence ?? null,
    filter.labels === undefined ? null : JSON.stringify(filter.labels),
    filter.alerts ?? null,
    filter.registered ?? null,
    filter.disabled ?? null,
    filter.seenBeforeMs === undefined ? null : new Date(filter.seenBeforeMs).toISOString(),
  ];
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
    family: row.family,
    manufacturer: row.manufacturer,
    model: row.model,
    firmware: row.firmware,
    via: row.via_gateway,
    registered: row.registered,
    disabled: row.disabled,
    gatewayId: row.gateway_id,
    openAlerts: row.open_alerts,
    worstSeverity: row.worst_severity,
  };
}
