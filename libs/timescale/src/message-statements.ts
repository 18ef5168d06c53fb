/** Most notifications in one message. */
export const MESSAGE_SIZE = 500;
/** What `notification_unsent` indexes. */
export const UNSENT = `channel = 'channel' AND message_id IS NULL AND delivered_at IS NULL AND failed_at IS NULL`;

/** By steps through the index, which cost the same however many notifications wait. */
export const UNSENT_TARGETS = `WITH RECURSIVE t AS (
  (SELECT target FROM notification WHERE ${UNSENT} ORDER BY target LIMIT 1)
  UNION ALL
  SELECT (SELECT n.target FROM notification n WHERE ${UNSENT} AND n.target > t.target
          ORDER BY n.target LIMIT 1)
  FROM t WHERE t.target IS NOT NULL
)
SELECT target FROM t WHERE target IS NOT NULL`;

/** Of one channel, the oldest group first; by steps through the index, too. */
export const UNSENT_GROUPS = `WITH RECURSIVE g AS (
  (SELECT rule_id FROM notification WHERE ${UNSENT} AND target = $1 ORDER BY rule_id LIMIT 1)
  UNION ALL
  SELECT (SELECT n.rule_id FROM notification n WHERE ${UNSENT} AND n.target = $1 AND n.rule_id > g.rule_id
          ORDER BY n.rule_id LIMIT 1)
  FROM g WHERE g.rule_id IS NOT NULL
)
SELECT g.rule_id, extract(epoch FROM clock_timestamp() - newest.created_at)::float8 * 1000 AS newest_ms,
       extract(epoch FROM clock_timestamp() - oldest.created_at)::float8 * 1000 AS oldest_ms
FROM g
CROSS JOIN LATERAL (SELECT notification_id, created_at FROM notification
                    WHERE ${UNSENT} AND target = $1 AND rule_id = g.rule_id
                    ORDER BY target DESC, rule_id DESC, notification_id DESC LIMIT 1) AS newest
CROSS JOIN LATERAL (SELECT notification_id, created_at FROM notification
                    WHERE ${UNSENT} AND target = $1 AND rule_id = g.rule_id
                    ORDER BY target, rule_id, notification_id LIMIT 1) AS oldest
WHERE g.rule_id IS NOT NULL ORDER BY oldest.notification_id`;

/**
 * The oldest notifications of some rules to one channel, as many as one message holds. The sum keeps the primary key out:
 * by it, all that was ever sent would be read.
 */
export const CANDIDATES = `WITH oldest AS MATERIALIZED (
  SELECT notification_id, payload, sequence FROM notification
  WHERE ${UNSENT} AND target = $1 AND rule_id = ANY ($2) ORDER BY notification_id + 0 LIMIT ${MESSAGE_SIZE}
)
SELECT o.notification_id, o.payload->>'alertId' AS alert_id, o.payload->>'change' AS change,
       o.payload->>'state' AS state, o.payload->>'severity' AS severity,
       coalesce(a.snoozed_until > clock_timestamp(), false) AS is_snoozed,
       EXISTS (SELECT FROM alert_event e JOIN notification p ON p.sequence = e.sequence
               WHERE e.alert_id = o.payload->>'alertId' AND p.channel = 'channel' AND p.target = $1
                 AND (p.message_id IS NOT NULL OR p.delivered_at IS NOT NULL AND p.last_error IS NULL)) AS was_told
FROM oldest o LEFT JOIN alert a ON a.alert_id = o.payload->>'alertId'
ORDER BY o.notification_id`;
