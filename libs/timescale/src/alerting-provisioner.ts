import type pg from 'pg';
import { type Channel, type Rule } from '@fieldstream/domain';
import { ADVISORY_LOCKS } from './advisory-locks.js';
import { inTransaction } from './pool.js';

/** Everything that the alerting files define. */
export interface ProvisionedAlerting {
  /** `provenance` names the file, for people. IDs occur once. */
  readonly rules: readonly { readonly rule: Rule; readonly provenance: string }[];
  readonly channels: readonly { readonly channel: Channel; readonly provenance: string }[];
}

/** IDs of what was written. What the files define as it is stored already is in none of the lists. */
export interface ProvisioningChanges {
  readonly created: readonly string[];
  readonly changed: readonly string[];
  /** Had been provisioned, and are in no file any more. */
  readonly removed: readonly string[];
  /** Had been made through the API; the file's definition is in their place now. */
  readonly takenOver: readonly string[];
}

/** A rule that names a channel that is not there. */
export interface MissingChannel {
  readonly ruleId: string;
  readonly channelId: string;
}

export type ProvisioningResult =
  | {
      readonly applied: true;
      readonly rules: ProvisioningChanges;
      readonly channels: ProvisioningChanges;
      /** Of rules made through the API: channels that they lost because no file defines them any more. */
      readonly orphaned: readonly MissingChannel[];
    }
  | {
      /** Nothing was written. */
      readonly applied: false;
      /** Channels of the files' rules that are neither in the files nor made through the API. */
      readonly missing: readonly MissingChannel[];
    };

/**
 * Makes the stored rules and channels those of the files, in one transaction: writes what differs, deletes what had been
 * provisioned and is in no file any more, and leaves alone what was made through the API under another ID. A rule's
 * revision moves only where the rule changes. Processes that do it at the same time do it one after the other.
 * @throws DatabaseError
 */
export async function applyProvisioned(
  pool: pg.Pool,
  { rules, channels }: ProvisionedAlerting,
): Promise<ProvisioningResult> {
  return inTransaction(pool, 'provisioning alerting', async (client) => {
    await client.query(`SELECT pg_advisory_xact_lock(${ADVISORY_LOCKS.alertingFiles})`);
    // As in RuleStore: revisions become visible in their order.
    await client.query('LOCK TABLE alert_rule IN SHARE ROW EXCLUSIVE MODE');
    // Until the end no channel goes away that a rule was found to name rightly.
    const { rows: stored } = await client.query<{ id: string; provenance: string | null }>(
      'SELECT channel_id AS id, provenance FROM notification_channel ORDER BY channel_id FOR UPDATE',
    );
    const known = new Set([
      ...channels.map(({ channel }) => channel.id),
      ...stored.filter(({ provenance }) => provenance === null).map(({ id }) => id),
    ]);
    const missing = rules.flatMap(({ rule }) =>
      rule.notify.channels
        .filter((channelId) => !known.has(channelId))
        .map((channelId) => ({ ruleId: rule.id, channelId })),
    );
    if (missing.length > 0) return { applied: false, missing };
    const channelChanges = await writeChannels(client, channels, stored);
    const ruleChanges = await writeRules(client, rules);
    const orphaned = await findOrphaned(client, channelChanges.removed);
    return { applied: true, rules: ruleChanges, channels: channelChanges, orphaned };
  });
}

/**
 * Turns everything that had been provisioned into ordinary rules and channels, which the API may change. Revisions stay.
 * @throws DatabaseError
 */
export async function releaseProvisioned(
  pool: pg.Pool,
): Promise<{ readonly rules: number; readonly channels: number }> {
  return inTransaction(pool, 'releasing provisioned alerting', async (client) => {
    await client.query(`SELECT pg_advisory_xact_lock(${ADVISORY_LOCKS.alertingFiles})`);
    const release = async (table: string): Promise<number> =>
      (await client.query(`UPDATE ${table} SET provenance = NULL WHERE provenance IS NOT NULL`)).rowCount ??
      0;
    return { rules: await release('alert_rule'), channels: await release('notification_channel') };
  });
}

interface StoredId {
  readonly id: string;
  readonly provenance: string | null;
}

async function writeChannels(
  client: pg.PoolClient,
  channels: ProvisionedAlerting['channels'],
  stored: readonly StoredId[],
): Promise<ProvisioningChanges> {
  const { rows: written } = await client.query<{ id: string }>(
    `INSERT INTO notification_channel AS c (channel_id, name, type, enabled, config, min_severity, send_resolved,
       group_wait_ms, messages_per_minute, provenance)
     SELECT id, name, type, enabled, config, "minSeverity", "sendResolved", "groupWaitMs", "messagesPerMinute", provenance
     FROM jsonb_to_recordset($1) AS d (id text, name text, type text, enabled boolean, config jsonb, "minSeverity" text,
       "sendResolved" boolean, "groupWaitMs" bigint, "messagesPerMinute" int, provenance text)
     ON CONFLICT (channel_id) DO UPDATE SET name = excluded.name, type = excluded.type, enabled = excluded.enabled,
       config = excluded.config, min_severity = excluded.min_severity, send_resolved = excluded.send_resolved,
       group_wait_ms = excluded.group_wait_ms, messages_per_minute = excluded.messages_per_minute,
       provenance = excluded.provenance, updated_at = now()
     WHERE (c.name, c.type, c.enabled, c.config, c.min_severity, c.send_resolved, c.group_wait_ms,
         c.messages_per_minute, c.provenance)
       IS DISTINCT FROM (excluded.name, excluded.type, excluded.enabled, excluded.config, excluded.min_severity,
         excluded.send_resolved, excluded.group_wait_ms, excluded.messages_per_minute, excluded.provenance)
     RETURNING c.channel_id AS id`,
    [JSON.stringify(channels.map(({ channel, provenance }) => ({ ...channel, provenance })))],
  );
  const { rows: removed } = await client.query<{ id: string }>(
    `DELETE FROM notification_channel WHERE provenance IS NOT NULL AND channel_id <> ALL($1)
     RETURNING channel_id AS id`,
    [channels.map(({ channel }) => channel.id)],
  );
  return changesOf(written, removed, stored);
}

async function writeRules(
  client: pg.PoolClient,
  rules: ProvisionedAlerting['rules'],
): Promise<ProvisioningChanges> {
  const ids = rules.map(({ rule }) => rule.id);
  const { rows: stored } = await client.query<StoredId>(
    'SELECT rule_id AS id, provenance FROM alert_rule WHERE rule_id = ANY($1) AND deleted_at IS NULL',
    [ids],
  );
  const differs = `(r.deleted_at IS NOT NULL OR
    (r.name, r.description, r.enabled, r.severity, r.scope, r.kind, r.params, r.for_ms, r.clear_for_ms, r.notify)
      IS DISTINCT FROM (excluded.name, excluded.description, excluded.enabled, excluded.severity, excluded.scope,
        excluded.kind, excluded.params, excluded.for_ms, excluded.clear_for_ms, excluded.notify))`;
  const { rows: written } = await client.query<{ id: string }>(
    `INSERT INTO alert_rule AS r (rule_id, name, description, enabled, severity, scope, kind, params, for_ms,
       clear_for_ms, notify, provenance)
     SELECT id, name, description, enabled, severity, scope, kind, params, "forMs", "clearForMs", notify, provenance
     FROM jsonb_to_recordset($1) AS d (id text, name text, description text, enabled boolean, severity text, scope jsonb,
       kind text, params jsonb, "forMs" bigint, "clearForMs" bigint, notify jsonb, provenance text)
     ON CONFLICT (rule_id) DO UPDATE SET name = excluded.name, description = excluded.description,
       enabled = excluded.enabled, severity = excluded.severity, scope = excluded.scope, kind = excluded.kind,
       params = excluded.params, for_ms = excluded.for_ms, clear_for_ms = excluded.clear_for_ms,
       notify = excluded.notify, provenance = excluded.provenance,
       revision = CASE WHEN ${differs} THEN excluded.revision ELSE r.revision END,
       updated_at = CASE WHEN ${differs} THEN now() ELSE r.updated_at END,
       created_at = CASE WHEN r.deleted_at IS NULL THEN r.created_at ELSE now() END,
       deleted_at = NULL
     WHERE ${differs} OR r.provenance IS DISTINCT FROM excluded.provenance
     RETURNING r.rule_id AS id`,
    [JSON.stringify(rules.map(({ rule, provenance }) => ({ ...rule, provenance })))],
  );
  const { rows: removed } = await client.query<{ id: string }>(
    `UPDATE alert_rule SET deleted_at = now(), updated_at = now(), revision = nextval('alert_rule_revision'),
       provenance = NULL
     WHERE provenance IS NOT NULL AND deleted_at IS NULL AND rule_id <> ALL($1)
     RETURNING rule_id AS id`,
    [ids],
  );
  return changesOf(written, removed, stored);
}

function changesOf(
  written: readonly { id: string }[],
  removed: readonly { id: string }[],
  stored: readonly StoredId[],
): ProvisioningChanges {
  const provenances = new Map(stored.map(({ id, provenance }) => [id, provenance]));
  const ids = written.map(({ id }) => id).sort();
  return {
    created: ids.filter((id) => !provenances.has(id)),
    changed: ids.filter((id) => typeof provenances.get(id) === 'string'),
    takenOver: ids.filter((id) => provenances.get(id) === null),
    removed: removed.map(({ id }) => id).sort(),
  };
}

async function findOrphaned(
  client: pg.PoolClient,
  removedChannels: readonly string[],
): Promise<readonly MissingChannel[]> {
  if (removedChannels.length === 0) return [];
  const { rows } = await client.query<MissingChannel>(
    `SELECT rule_id AS "ruleId", used.channel_id AS "channelId"
     FROM alert_rule, jsonb_array_elements_text(
       CASE jsonb_typeof(notify->'channels') WHEN 'array' THEN notify->'channels' ELSE '[]' END) AS used (channel_id)
     WHERE deleted_at IS NULL AND used.channel_id = ANY($1)
     ORDER BY 1, 2`,
    [removedChannels],
  );
  return rows;
}
