import { judgePresence, type PresenceFacts, type PresenceState } from '@fieldstream/domain';
import { ADVISORY_LOCKS } from './advisory-locks.js';
import type { Queryable } from './queryable.js';

/** What was heard of one device; what is older than what is stored changes nothing. Times are epoch milliseconds. */
export interface PresenceSigns {
  readonly deviceId: string;
  /** The newest event of all, as the alerter takes it. */
  readonly said?: { readonly state: PresenceState; readonly atMs: number } | undefined;
  readonly connection?: PresenceFacts['connection'];
  readonly word?: PresenceFacts['word'];
  readonly heardMs?: number | undefined;
  readonly usualMs?: number | undefined;
}

/** How a device stands since. */
export interface StoredPresence extends PresenceFacts {
  readonly deviceId: string;
  readonly state: PresenceState | null;
}

interface Row {
  readonly deviceId: string;
  readonly state: PresenceState | null;
  readonly sinceMs: number | null;
  readonly dueMs: number | null;
  readonly said: PresenceState | null;
  readonly saidMs: number | null;
  readonly connected: boolean | null;
  readonly connectionMs: number | null;
  readonly word: PresenceState | null;
  readonly wordMs: number | null;
  readonly heardMs: number | null;
  readonly usualMs: number | null;
}

const EPOCH_MS = (column: string): string => `(extract(epoch FROM ${column}) * 1000)::float8`;

// In the order of their key, as everybody locks devices.
const LOCK = `
SELECT d.device_id AS "deviceId", d.presence AS state, ${EPOCH_MS('d.presence_at')} AS "sinceMs",
       ${EPOCH_MS('d.presence_due_at')} AS "dueMs", d.said_presence AS said, ${EPOCH_MS('d.said_at')} AS "saidMs",
       d.connected, ${EPOCH_MS('d.connection_at')} AS "connectionMs", d.word, ${EPOCH_MS('d.word_at')} AS "wordMs",
       ${EPOCH_MS('d.heard_at')} AS "heardMs", d.usual_ms::float8 AS "usualMs",
       CASE WHEN g.presence = 'offline' THEN ${EPOCH_MS('g.presence_at')} END AS "gatewayOfflineSinceMs"
FROM device d LEFT JOIN device g ON g.device_id = d.via_gateway AND g.device_id <> d.device_id
WHERE d.device_id = ANY ($1::text[])
ORDER BY d.device_id COLLATE "C" FOR NO KEY UPDATE OF d`;

const FIELDS = [
  ['presence', 'text', 'state'],
  ['presence_at', 'time', 'sinceMs'],
  ['presence_due_at', 'time', 'dueMs'],
  ['said_presence', 'text', 'said'],
  ['said_at', 'time', 'saidMs'],
  ['connected', 'boolean', 'connected'],
  ['connection_at', 'time', 'connectionMs'],
  ['word', 'text', 'word'],
  ['word_at', 'time', 'wordMs'],
  ['heard_at', 'time', 'heardMs'],
  ['usual_ms', 'bigint', 'usualMs'],
] as const satisfies readonly (readonly [string, string, keyof Row])[];

const STORE = `
UPDATE device d SET
  ${FIELDS.map(([column, type]) => `${column} = ${type === 'time' ? `to_timestamp(n.${column} / 1000)` : `n.${column}`}`).join(', ')},
  presence_revision = d.presence_revision + (d.presence IS DISTINCT FROM n.presence)::int
FROM unnest($1::text[], ${FIELDS.map(([, type], index) => `$${index + 2}::${type === 'time' ? 'float8' : type}[]`).join(', ')})
  AS n (device_id, ${FIELDS.map(([column]) => column).join(', ')})
WHERE d.device_id = n.device_id`;

// What their gateway's return or end means for them is judged with the next of those that are due.
const CALL_CHILDREN = `
UPDATE device d SET presence_due_at = to_timestamp($2::float8 / 1000)
FROM (SELECT device_id FROM device WHERE via_gateway = ANY ($1::text[])
      ORDER BY device_id COLLATE "C" FOR NO KEY UPDATE) c
WHERE d.device_id = c.device_id`;

/** Keeps every other writer of presence out until the transaction ends. MUST come before any device is locked. */
export async function lockPresence(client: Queryable): Promise<void> {
  await client.query(`SELECT pg_advisory_xact_lock(${ADVISORY_LOCKS.devicePresence})`);
}

/**
 * Takes in what was heard of devices, judges their presence anew and stores it. Signs of an unknown device are dropped.
 *
 * MUST run inside a transaction that has called `lockPresence`.
 * @param signs One entry a device; without any sign it is judged because it is due.
 * @returns How each device that exists stands since.
 */
export async function updatePresence(
  client: Queryable,
  signs: readonly PresenceSigns[],
  nowMs: number,
): Promise<StoredPresence[]> {
  if (signs.length === 0) return [];
  const heard = new Map(signs.map((sign) => [sign.deviceId, sign]));
  const { rows } = await client.query<Row & { readonly gatewayOfflineSinceMs: number | null }>(LOCK, [
    [...heard.keys()],
  ]);
  const stored: StoredPresence[] = [];
  const changed: Row[] = [];
  const gateways: string[] = [];
  for (const { gatewayOfflineSinceMs, ...before } of rows) {
    const known = merge(before, heard.get(before.deviceId));
    const facts = { ...factsOf(known), gatewayOfflineSinceMs: gatewayOfflineSinceMs ?? undefined };
    const after = judged(known, facts, nowMs);
    if (FIELDS.some(([, , field]) => after[field] !== before[field])) changed.push(after);
    if ((after.state === 'offline') !== (before.state === 'offline')) gateways.push(after.deviceId);
    stored.push({ ...facts, deviceId: after.deviceId, state: after.state });
  }
  if (changed.length > 0) {
    const columns = FIELDS.map(([, , field]) => changed.map((row) => row[field]));
    await client.query(STORE, [changed.map(({ deviceId }) => deviceId), ...columns]);
  }
  if (gateways.length > 0) await client.query(CALL_CHILDREN, [gateways, nowMs]);
  return stored;
}

/** Devices that are due to be judged although nothing was heard of them, those due first first. */
export async function findDuePresence(client: Queryable, nowMs: number, limit: number): Promise<string[]> {
  const { rows } = await client.query<{ device_id: string }>(
    `SELECT device_id FROM device WHERE presence_due_at <= to_timestamp($1::float8 / 1000)
     ORDER BY presence_due_at LIMIT $2`,
    [nowMs, limit],
  );
  return rows.map((row) => row.device_id);
}

function merge(row: Row, signs: PresenceSigns | undefined): Row {
  if (!signs) return row;
  const { said, connection, word, heardMs, usualMs } = signs;
  return {
    ...row,
    ...(said && said.atMs >= (row.saidMs ?? -Infinity) ? { said: said.state, saidMs: said.atMs } : {}),
    ...(connection && connection.atMs >= (row.connectionMs ?? -Infinity)
      ? { connected: connection.isOpen, connectionMs: connection.atMs }
      : {}),
    ...(word && word.atMs >= (row.wordMs ?? -Infinity) ? { word: word.state, wordMs: word.atMs } : {}),
    ...(heardMs !== undefined && heardMs > (row.heardMs ?? -Infinity) ? { heardMs } : {}),
    ...(usualMs === undefined ? {} : { usualMs: Math.round(usualMs) }),
  };
}

function factsOf({ connected, connectionMs, word, wordMs, heardMs, usualMs }: Row): PresenceFacts {
  return {
    ...(connectionMs === null ? {} : { connection: { isOpen: connected === true, atMs: connectionMs } }),
    ...(word === null || wordMs === null ? {} : { word: { state: word, atMs: wordMs } }),
    ...(heardMs === null ? {} : { heardMs }),
    ...(usualMs === null ? {} : { usualMs }),
  };
}

/** A state that goes on keeps its beginning. */
function judged(row: Row, facts: PresenceFacts, nowMs: number): Row {
  const judgement = judgePresence(facts, nowMs);
  if (!judgement) return { ...row, dueMs: null };
  const { state, sinceMs, dueMs = null } = judgement;
  return { ...row, state, sinceMs: state === row.state ? row.sinceMs : sinceMs, dueMs };
}
