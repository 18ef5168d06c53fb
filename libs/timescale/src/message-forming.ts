import { randomUUID } from 'node:crypto';
import type pg from 'pg';
import type { Severity } from '@fieldstream/domain';
import { toDatabaseError } from './database-error.js';
import {
  type Candidate,
  type OpenMessage,
  planMessages,
  type PlannedMessage,
  sortOut,
  type UnsentGroup,
} from './message-plan.js';
import { CANDIDATES, MESSAGE_SIZE, UNSENT, UNSENT_GROUPS, UNSENT_TARGETS } from './message-statements.js';
import { inTransaction } from './pool.js';
import type { Queryable } from './queryable.js';

export interface FormOptions {
  /** Age at which an unsent notification to a channel of this type is given up. */
  readonly deadlineMs: (channelType: string) => number;
}

export interface FormOutcome {
  /** Messages formed. */
  readonly formed: number;
  /** Notifications closed unsent, because the channel does not want them, is disabled or is gone. */
  readonly closed: number;
  /** Notifications given up, because the channel took nothing for too long: channel → how many. */
  readonly givenUp: ReadonlyMap<string, number>;
  /** Something was cut at a bound: there is more to do at once. */
  readonly isMore: boolean;
}

interface GroupRow {
  target: string;
  rule_id: string;
  newest_ms: number;
  oldest_ms: number;
}

interface ChannelRow {
  channel_id: string;
  type: string;
  enabled: boolean;
  min_severity: Severity;
  send_resolved: boolean;
  group_wait_ms: string;
  messages_per_minute: number;
}

/** Most notifications closed by one statement. */
const CLOSED_AT_A_TIME = 5_000;

/**
 * Puts notifications to channels together into messages, where they are ripe and the channel wants them. Several
 * processes may do it at a time: a channel whose row another one holds is left to that one.
 *
 * What a channel does not want is closed, so that nothing piles up: `delivered_at` without a message, and the reason in
 * `last_error`.
 * @throws DatabaseError
 */
export async function formMessages(pool: pg.Pool, options: FormOptions): Promise<FormOutcome> {
  const total = { formed: 0, closed: 0, givenUp: new Map<string, number>(), isMore: false };
  try {
    const targets = await unsentTargets(pool);
    if (targets.length === 0) return total;
    const channels = await readChannels(pool, targets);
    const faults: unknown[] = [];
    for (const target of targets) {
      try {
        await serveTarget(pool, target, channels.get(target), options, total);
      } catch (error) {
        // The others are served all the same.
        faults.push(error);
      }
    }
    if (faults.length > 0) throw faults[0];
    return total;
  } catch (error) {
    throw toDatabaseError(error, 'forming messages');
  }
}

async function serveTarget(
  pool: pg.Pool,
  target: string,
  channel: ChannelRow | undefined,
  options: FormOptions,
  total: Total,
): Promise<void> {
  if (channel?.enabled === true) {
    await inTransaction(pool, 'forming messages', (client) => serve(client, target, options, total));
    return;
  }
  const reason = channel === undefined ? 'there is no such channel' : 'the channel is disabled';
  const closed = await closeAll(pool, target, reason);
  total.closed += closed;
  total.isMore ||= closed === CLOSED_AT_A_TIME;
}

type Total = { -readonly [K in keyof FormOutcome]: FormOutcome[K] } & { givenUp: Map<string, number> };

/** Forms what one channel may get, in a transaction that holds the channel's row. */
async function serve(client: Queryable, target: string, options: FormOptions, total: Total): Promise<void> {
  const { rows } = await client.query<ChannelRow>(
    'SELECT * FROM notification_channel WHERE channel_id = $1 AND enabled FOR NO KEY UPDATE SKIP LOCKED',
    [target],
  );
  const [channel] = rows;
  if (channel === undefined) return;
  // Read under the lock: what another process formed before is seen.
  const groups = await readGroups(client, target);
  const deadlineMs = options.deadlineMs(channel.type);
  const expired = groups.filter(({ oldestMs }) => oldestMs > deadlineMs);
  if (expired.length > 0) {
    const givenUp = await giveUp(client, target, deadlineMs);
    total.givenUp.set(target, (total.givenUp.get(target) ?? 0) + givenUp);
    total.isMore = true;
    return;
  }
  const planned = planMessages({
    groupWaitMs: Number(channel.group_wait_ms),
    groups,
    ...(await readState(client, channel)),
  });
  for (const rules of planned) await form(client, channel, rules, total);
}

async function form(
  client: Queryable,
  channel: ChannelRow,
  rules: PlannedMessage,
  total: Total,
): Promise<void> {
  const candidates = await readCandidates(client, channel.channel_id, rules);
  const { sent, closed } = sortOut(candidates, {
    minSeverity: channel.min_severity,
    sendResolved: channel.send_resolved,
  });
  for (const [reason, ids] of closed) {
    total.closed += ids.length;
    await client.query(
      'UPDATE notification SET delivered_at = now(), last_error = $2 WHERE notification_id = ANY ($1::bigint[])',
      [ids, reason],
    );
  }
  total.isMore ||= candidates.length === MESSAGE_SIZE;
  if (sent.length === 0) return;
  await client.query(
    `WITH message AS (
       INSERT INTO notification_message (idempotency_key, channel_id, rule_id) VALUES ($1, $2, $3) RETURNING message_id
     )
     UPDATE notification SET message_id = message.message_id
     FROM message WHERE notification_id = ANY ($4::bigint[])`,
    [randomUUID(), channel.channel_id, rules.length === 1 ? rules[0] : null, sent],
  );
  total.formed++;
}

async function unsentTargets(client: Queryable): Promise<string[]> {
  const { rows } = await client.query<{ target: string }>({
    name: 'unsent-targets',
    text: UNSENT_TARGETS,
  });
  return rows.map(({ target }) => target);
}

async function readGroups(client: Queryable, target: string): Promise<UnsentGroup[]> {
  const { rows } = await client.query<GroupRow>({
    name: 'unsent-groups',
    text: UNSENT_GROUPS,
    values: [target],
  });
  return rows.map((row) => ({ ruleId: row.rule_id, newestMs: row.newest_ms, oldestMs: row.oldest_ms }));
}

async function readState(
  client: Queryable,
  channel: ChannelRow,
): Promise<{ budget: number; open: OpenMessage[] }> {
  const { rows: open } = await client.query<{ rule_id: string | null; is_failing: boolean }>(
    // A first attempt that is under way has been counted, and has no error.
    `SELECT rule_id, attempts > 1 OR last_error IS NOT NULL AS is_failing FROM notification_message
     WHERE channel_id = $1 AND delivered_at IS NULL AND failed_at IS NULL`,
    [channel.channel_id],
  );
  const { rows: recent } = await client.query<{ count: string }>(
    `SELECT count(*) AS count FROM notification_message
     WHERE channel_id = $1 AND created_at > clock_timestamp() - INTERVAL '1 minute'`,
    [channel.channel_id],
  );
  return {
    budget: channel.messages_per_minute - Number(recent[0]?.count ?? 0),
    open: open.map((row) => ({ ruleId: row.rule_id, isFailing: row.is_failing })),
  };
}

interface CandidateRow {
  notification_id: string;
  alert_id: string;
  change: Candidate['change'] | null;
  state: 'firing' | 'resolved';
  severity: string;
  is_snoozed: boolean;
  was_told: boolean;
}

async function readCandidates(
  client: Queryable,
  target: string,
  rules: PlannedMessage,
): Promise<Candidate[]> {
  const { rows } = await client.query<CandidateRow>(CANDIDATES, [target, rules]);
  return rows.map((row) => ({
    id: row.notification_id,
    alertId: row.alert_id,
    // One of before there were changes has its state alone.
    change: row.change ?? row.state,
    severity: row.severity,
    isSnoozed: row.is_snoozed,
    wasTold: row.was_told,
  }));
}

async function readChannels(
  client: Queryable,
  channelIds: readonly string[],
): Promise<Map<string, ChannelRow>> {
  const { rows } = await client.query<ChannelRow>(
    'SELECT * FROM notification_channel WHERE channel_id = ANY ($1)',
    [channelIds],
  );
  return new Map(rows.map((row) => [row.channel_id, row]));
}

async function closeAll(client: Queryable, target: string, reason: string): Promise<number> {
  const { rowCount } = await client.query(
    `UPDATE notification SET delivered_at = now(), last_error = $2 WHERE notification_id IN (
       SELECT notification_id FROM notification WHERE ${UNSENT} AND target = $1
       LIMIT ${CLOSED_AT_A_TIME} FOR UPDATE SKIP LOCKED)`,
    [target, reason],
  );
  return rowCount ?? 0;
}

async function giveUp(client: Queryable, target: string, deadlineMs: number): Promise<number> {
  const { rowCount } = await client.query(
    `UPDATE notification SET failed_at = now(), last_error = 'the channel took nothing before the deadline'
     WHERE notification_id IN (
       SELECT notification_id FROM notification
       WHERE ${UNSENT} AND target = $1 AND created_at < clock_timestamp() - $2 * INTERVAL '1 millisecond'
       LIMIT ${CLOSED_AT_A_TIME} FOR UPDATE SKIP LOCKED)`,
    [target, deadlineMs],
  );
  return rowCount ?? 0;
}
