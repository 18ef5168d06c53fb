import { eventually } from '@fieldstream/testing';
import { type Channel, parseRule, type Rule } from '@fieldstream/domain';
import { RuleStore } from '@fieldstream/timescale';
import type { Pipeline } from './pipeline.js';

/** Stores a rule as the API does. @throws Error for a rule that the API would refuse */
export async function storeRule(pipeline: Pipeline, input: object): Promise<Rule> {
  const parsed = parseRule(input);
  if (!parsed.ok) throw new Error(`the test's rule is refused: ${JSON.stringify(parsed.problems)}`);
  await new RuleStore(pipeline.sql).create(parsed.rule);
  return parsed.rule;
}

/** Stores a notification channel as the API would. */
export async function storeChannel(
  pipeline: Pipeline,
  channel: Pick<Channel, 'id' | 'type' | 'config'> & Partial<Channel>,
): Promise<void> {
  const { id, name = id, type, config, groupWaitMs = 3_000, messagesPerMinute = 20 } = channel;
  await pipeline.sql.query(
    `INSERT INTO notification_channel (channel_id, name, type, config, group_wait_ms, messages_per_minute)
     VALUES ($1, $2, $3, $4, $5, $6)`,
    [id, name, type, config, groupWaitMs, messagesPerMinute],
  );
}

/**
 * Waits until the alerter evaluates as many rules as are stored. Rules and labels that came before are
 * then in force.
 */
export async function rulesInForce(pipeline: Pipeline): Promise<void> {
  const { healthPort } = pipeline.service('alerter');
  await eventually(
    async () => {
      const { rows } = await pipeline.sql.query<{ count: number }>(
        'SELECT count(*)::int AS count FROM alert_rule WHERE enabled AND deleted_at IS NULL',
      );
      const response = await fetch(`http://127.0.0.1:${healthPort}/metrics`);
      const shown = /^fieldstream_alerter_rules\{[^}]*\} (\d+)$/m.exec(await response.text());
      return Number(shown?.[1]) === rows[0]?.count;
    },
    { timeoutMs: 30_000, everyMs: 100, what: 'every rule in force' },
  );
}
