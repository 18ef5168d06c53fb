import type pg from 'pg';
import { lockPresence } from './presence-writer.js';
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
  /** The registered device that may speak for this one. */
  readonly gatewayId?: string | undefined;
  /** Epoch milliseconds. */
  readonly nowMs: number;
}

/** What came of a registration. */
export type RegistrationResult =
  'registered' | 'already-registered' | 'being-deleted' | 'too-many-labels' | 'unknown-gateway';

/** Registers devices in the caller's transaction: see `DeviceRegistry.registerAll`. */
export async function registerDevices(
  client: pg.PoolClient,
  registrations: readonly NewRegistration[],
): Promise<Map<string, RegistrationResult>> {
  const results = new Map<string, RegistrationResult>();
  // One order for all, so that two who register the same devices wait for each other and do not deadlock.
  let open = registrations.toSorted((a, b) => (a.deviceId < b.deviceId ? -1 : 1));
  const refuse = (ids: ReadonlySet<string>, result: RegistrationResult): void => {
    for (const id of ids) results.set(id, result);
    open = open.filter(({ deviceId }) => !ids.has(deviceId));
  };
  refuse(await withoutGateway(client, open), 'unknown-gateway');
  refuse(await registered(client, open), 'already-registered');
  refuse(await withTooManyLabels(client, open), 'too-many-labels');
  // Several devices are locked here, as by those who judge presence, and not in the same order.
  await lockPresence(client);
  await insertDevices(
    client,
    open.map(({ deviceId, nowMs }) => ({ deviceId, firstSeenMs: nowMs })),
  );
  // After the rows of the devices, which the end of a deletion takes away together with its own.
  refuse(await beingDeleted(client, open), 'being-deleted');
  const done = await insertRegistrations(client, open);
  refuse(new Set(idsOf(open).filter((id) => !done.has(id))), 'already-registered');
  await describeDevices(client, open);
  for (const { deviceId } of open) results.set(deviceId, 'registered');
  return results;
}

async function withoutGateway(
  client: pg.PoolClient,
  open: readonly NewRegistration[],
): Promise<ReadonlySet<string>> {
  const children = open.filter(({ gatewayId }) => gatewayId !== undefined);
  if (children.length === 0) return new Set();
  const wanted = [...new Set(children.map(({ gatewayId = '' }) => gatewayId))];
  // Locked, so that it is still registered when its device is.
  const known = await selectIds(
    client,
    `SELECT device_id FROM device_registration WHERE device_id = ANY ($1::text[]) AND token_hash IS NOT NULL
     ORDER BY device_id FOR SHARE`,
    [wanted],
  );
  const isLost = ({ deviceId, gatewayId = '' }: NewRegistration): boolean =>
    gatewayId === deviceId || !known.has(gatewayId);
  return new Set(idsOf(children.filter(isLost)));
}

function registered(client: pg.PoolClient, open: readonly NewRegistration[]): Promise<ReadonlySet<string>> {
  return selectIds(
    client,
    'SELECT device_id FROM device_registration WHERE device_id = ANY ($1::text[]) AND token_hash IS NOT NULL',
    [idsOf(open)],
  );
}

function withTooManyLabels(
  client: pg.PoolClient,
  open: readonly NewRegistration[],
): Promise<ReadonlySet<string>> {
  return selectIds(
    client,
    `SELECT d.device_id FROM unnest($1::text[], $2::jsonb[], $3::int[]) AS n (device_id, labels, max_labels)
     JOIN device d USING (device_id)
     WHERE (SELECT count(*) FROM jsonb_object_keys(d.labels || n.labels)) > n.max_labels`,
    [idsOf(open), labelsOf(open), open.map(({ maxLabels }) => maxLabels)],
  );
}

function beingDeleted(client: pg.PoolClient, open: readonly NewRegistration[]): Promise<ReadonlySet<string>> {
  return selectIds(client, 'SELECT device_id FROM device_deletion WHERE device_id = ANY ($1::text[])', [
    idsOf(open),
  ]);
}

function insertRegistrations(
  client: pg.PoolClient,
  open: readonly NewRegistration[],
): Promise<ReadonlySet<string>> {
  return selectIds(
    client,
    `INSERT INTO device_registration AS r (device_id, token_hash, gateway_id)
     SELECT * FROM unnest($1::text[], $2::text[], $3::text[])
     ON CONFLICT (device_id) DO UPDATE
       SET token_hash = EXCLUDED.token_hash, gateway_id = EXCLUDED.gateway_id, registered_at = now(),
           token_made_at = now(), disabled_at = NULL, revision = nextval('device_registration_revision')
       WHERE r.token_hash IS NULL
     RETURNING device_id`,
    [idsOf(open), open.map(({ tokenHash }) => tokenHash), open.map(({ gatewayId }) => gatewayId ?? null)],
  );
}

async function describeDevices(client: pg.PoolClient, open: readonly NewRegistration[]): Promise<void> {
  const described = open.filter(
    ({ name, labels = {} }) => name !== undefined || Object.keys(labels).length > 0,
  );
  if (described.length === 0) return;
  await client.query(
    `UPDATE device d SET name = coalesce(n.name, d.name), labels = d.labels || n.labels
     FROM unnest($1::text[], $2::text[], $3::jsonb[]) AS n (device_id, name, labels)
     WHERE d.device_id = n.device_id`,
    [idsOf(described), described.map(({ name }) => name ?? null), labelsOf(described)],
  );
}

async function selectIds(
  client: pg.PoolClient,
  sql: string,
  values: readonly unknown[],
): Promise<ReadonlySet<string>> {
  const { rows } = await client.query<{ device_id: string }>(sql, [...values]);
  return new Set(rows.map((row) => row.device_id));
}

function idsOf(registrations: readonly NewRegistration[]): string[] {
  return registrations.map(({ deviceId }) => deviceId);
}

function labelsOf(registrations: readonly NewRegistration[]): string[] {
  return registrations.map(({ labels = {} }) => JSON.stringify(labels));
}
