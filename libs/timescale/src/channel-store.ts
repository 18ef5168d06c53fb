import type pg from 'pg';
import type { Channel, Severity } from '@fieldstream/domain';
import { toDatabaseError } from './database-error.js';

/** A notification channel as it is stored. Its config has not been checked, and holds secrets. */
export interface StoredChannel {
  readonly channel: Channel;
  /** The file that provisions it, or null for one that was made through the API. */
  readonly provenance: string | null;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

interface ChannelRow {
  channel_id: string;
  name: string;
  type: string;
  enabled: boolean;
  config: object;
  min_severity: Severity;
  send_resolved: boolean;
  group_wait_ms: string;
  messages_per_minute: number;
  provenance: string | null;
  created_at: Date;
  updated_at: Date;
}

const COLUMNS = `channel_id, name, type, enabled, config, min_severity, send_resolved, group_wait_ms, messages_per_minute,
  provenance, created_at, updated_at`;

/** The notification channels, in `notification_channel`. Every method throws DatabaseError. */
export class ChannelStore {
  constructor(private readonly pool: pg.Pool) {}

  /** All of them, by ID. */
  async list(): Promise<readonly StoredChannel[]> {
    return this.run(
      'reading the channels',
      `SELECT ${COLUMNS} FROM notification_channel ORDER BY channel_id`,
    );
  }

  async find(channelId: string): Promise<StoredChannel | undefined> {
    const sql = `SELECT ${COLUMNS} FROM notification_channel WHERE channel_id = $1`;
    return (await this.run('reading a channel', sql, [channelId]))[0];
  }

  /** `undefined` where the ID is taken. */
  async create(channel: Channel): Promise<StoredChannel | undefined> {
    const stored = await this.run(
      'creating a channel',
      `INSERT INTO notification_channel
         (channel_id, name, type, enabled, config, min_severity, send_resolved, group_wait_ms, messages_per_minute)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT DO NOTHING RETURNING ${COLUMNS}`,
      valuesOf(channel),
    );
    return stored[0];
  }

  /** Replaces a channel; the file that provisions it stays. `undefined` where there is none of that ID. */
  async replace(channel: Channel): Promise<StoredChannel | undefined> {
    const stored = await this.run(
      'changing a channel',
      `UPDATE notification_channel SET name = $2, type = $3, enabled = $4, config = $5, min_severity = $6,
         send_resolved = $7, group_wait_ms = $8, messages_per_minute = $9, updated_at = now()
       WHERE channel_id = $1 RETURNING ${COLUMNS}`,
      valuesOf(channel),
    );
    return stored[0];
  }

  /** What is on its way to it is closed by the alerters, unsent. False where there is none of that ID. */
  async remove(channelId: string): Promise<boolean> {
    const sql = `DELETE FROM notification_channel WHERE channel_id = $1 RETURNING ${COLUMNS}`;
    return (await this.run('deleting a channel', sql, [channelId])).length > 0;
  }

  /** IDs of the rules that name it, deleted rules left out. */
  async usedBy(channelId: string): Promise<readonly string[]> {
    try {
      const { rows } = await this.pool.query<{ rule_id: string }>(
        `SELECT rule_id FROM alert_rule WHERE deleted_at IS NULL AND notify->'channels' ? $1 ORDER BY rule_id`,
        [channelId],
      );
      return rows.map(({ rule_id }) => rule_id);
    } catch (error) {
      throw toDatabaseError(error, 'reading the rules of a channel');
    }
  }

  private async run(doing: string, sql: string, values: unknown[] = []): Promise<StoredChannel[]> {
    try {
      return (await this.pool.query<ChannelRow>(sql, values)).rows.map(toStored);
    } catch (error) {
      throw toDatabaseError(error, doing);
    }
  }
}

function valuesOf(channel: Channel): unknown[] {
  return [
    channel.id,
    channel.name,
    channel.type,
    channel.enabled,
    JSON.stringify(channel.config),
    channel.minSeverity,
    channel.sendResolved,
    channel.groupWaitMs,
    channel.messagesPerMinute,
  ];
}

function toStored(row: ChannelRow): StoredChannel {
  return {
    channel: {
      id: row.channel_id,
      name: row.name,
      type: row.type,
      enabled: row.enabled,
      config: row.config,
      minSeverity: row.min_severity,
      sendResolved: row.send_resolved,
      groupWaitMs: Number(row.group_wait_ms),
      messagesPerMinute: row.messages_per_minute,
    },
    provenance: row.provenance,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  };
}
