-- Alerting: kinds of rules with levels, label selectors, notification channels, acknowledging and snoozing.

-- Rules. A scope names metrics by patterns and may select by labels; receivers are channels.
ALTER TABLE alert_rule
  ADD COLUMN description text NOT NULL DEFAULT '',
  -- The file that provisions it; such a rule is changed there alone.
  ADD COLUMN provenance text;

-- A way by which people get alerts. `config` holds secrets: no role but the services' own may read it.
CREATE TABLE notification_channel (
  channel_id          text PRIMARY KEY CHECK (channel_id ~ '^[a-z0-9][a-z0-9-]{0,63}$'),
  name                text    NOT NULL,
  type                text    NOT NULL,
  enabled             boolean NOT NULL DEFAULT true,
  config              jsonb   NOT NULL,
  min_severity        text    NOT NULL DEFAULT 'info' CHECK (min_severity IN ('info', 'warning', 'critical')),
  send_resolved       boolean NOT NULL DEFAULT true,
  group_wait_ms       bigint  NOT NULL DEFAULT 3000 CHECK (group_wait_ms >= 0),
  messages_per_minute int     NOT NULL DEFAULT 20 CHECK (messages_per_minute > 0),
  provenance          text,
  created_at          timestamptz NOT NULL DEFAULT now(),
  updated_at          timestamptz NOT NULL DEFAULT now()
);

INSERT INTO notification_channel (channel_id, name, type, config)
SELECT DISTINCT 'webhook-' || left(md5(url), 12), left(url, 200), 'webhook', jsonb_build_object('url', url)
FROM alert_rule, jsonb_array_elements_text(coalesce(notify->'webhooks', '[]')) AS url;

UPDATE alert_rule SET
  scope = jsonb_build_object('devices', scope->'devices', 'metrics', jsonb_build_array(scope->'metric')),
  notify = jsonb_build_object('channels', coalesce(
    (SELECT jsonb_agg('webhook-' || left(md5(url), 12))
     FROM jsonb_array_elements_text(coalesce(notify->'webhooks', '[]')) AS url), '[]'))
WHERE scope ? 'metric';

-- Evaluations: what the rule's kind remembers, and a state for each level.
ALTER TABLE alert_state ADD COLUMN source text NOT NULL DEFAULT 'readings' CHECK (source IN ('readings', 'presence'));
DROP INDEX alert_state_partition;
CREATE INDEX alert_state_partition ON alert_state (source, partition);
UPDATE alert_state SET state = jsonb_build_object(
  'version', state->'version', 'condition', state->'condition',
  'evaluatedToMs', state->'evaluatedToMs', 'settledToMs', state->'evaluatedToMs', 'lagMs', state->'lagMs',
  'memory', CASE WHEN state ? 'value' THEN jsonb_build_object('value', state->'value') ELSE '{}' END,
  'levels', CASE state->>'phase'
    WHEN 'pending' THEN jsonb_build_array(jsonb_build_object(
      'sinceMs', state->'sinceMs', 'isFiring', false, 'clearingSinceMs', NULL))
    WHEN 'firing' THEN jsonb_build_array(jsonb_build_object(
      'sinceMs', state->'startedAtMs', 'isFiring', true, 'clearingSinceMs', state->'clearingSinceMs'))
    ELSE '[]' END)
WHERE state ? 'phase';

-- Labels that changed: the alerters watch the greatest revision. 0 for a device that never had any.
CREATE SEQUENCE device_label_revision;
ALTER TABLE device ADD COLUMN label_revision bigint NOT NULL DEFAULT 0;
CREATE INDEX device_label_revision_order ON device (label_revision) WHERE label_revision > 0;
CREATE FUNCTION note_labels() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'INSERT' AND NEW.labels = '{}' THEN RETURN NEW; END IF;
  IF TG_OP = 'UPDATE' AND NEW.labels = OLD.labels THEN RETURN NEW; END IF;
  -- One change after the other, so that a lower revision never becomes visible after a higher one.
  PERFORM pg_advisory_xact_lock(1179866194, 5);
  NEW.label_revision := nextval('device_label_revision');
  RETURN NEW;
END
$$;
CREATE TRIGGER device_labels BEFORE INSERT OR UPDATE OF labels ON device FOR EACH ROW EXECUTE FUNCTION note_labels();
UPDATE device SET label_revision = nextval('device_label_revision') WHERE labels <> '{}';

-- Alerts. The metric is empty where the alert is about the device as a whole.
ALTER TABLE alert
  ADD COLUMN description text NOT NULL DEFAULT '',
  ADD COLUMN labels jsonb NOT NULL DEFAULT '{}',
  -- What held when it fired, where the rule compares texts.
  ADD COLUMN text text,
  ADD COLUMN snoozed_until timestamptz,
  ADD COLUMN snoozed_by text;
CREATE INDEX alert_snoozed ON alert (snoozed_until) WHERE snoozed_until IS NOT NULL;
CREATE INDEX alert_by_time ON alert (fired_at DESC, alert_id DESC);

ALTER TABLE alert_event
  DROP CONSTRAINT alert_event_transition_check,
  DROP CONSTRAINT alert_event_alert_id_transition_key,
  ADD CONSTRAINT alert_event_transition_check CHECK (transition IN
    ('firing', 'severity', 'acknowledged', 'snoozed', 'unsnoozed', 'resolved')),
  -- Since this event.
  ADD COLUMN severity text,
  -- Who did it, where somebody did.
  ADD COLUMN actor text;
CREATE INDEX alert_event_by_alert ON alert_event (alert_id, sequence);

-- What is sent to a channel at one time: one or more notifications. `rule_id` is null for one over several rules.
CREATE TABLE notification_message (
  message_id      bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  idempotency_key text NOT NULL UNIQUE,
  channel_id      text NOT NULL,
  rule_id         text,
  attempts        int  NOT NULL DEFAULT 0,
  next_attempt_at timestamptz NOT NULL DEFAULT now(),
  delivered_at    timestamptz,
  failed_at       timestamptz,
  last_error      text,
  created_at      timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX notification_message_open ON notification_message (channel_id, next_attempt_at)
  WHERE delivered_at IS NULL AND failed_at IS NULL;
CREATE INDEX notification_message_recent ON notification_message (channel_id, created_at);

-- Notifications are for the stream (sent one by one) or for a channel (sent with a message).
ALTER TABLE notification
  ADD COLUMN rule_id text,
  ADD COLUMN message_id bigint REFERENCES notification_message;
UPDATE notification SET rule_id = payload->>'ruleId',
  target = CASE channel WHEN 'webhook' THEN 'webhook-' || left(md5(target), 12) ELSE target END,
  channel = CASE channel WHEN 'webhook' THEN 'channel' ELSE channel END;
ALTER TABLE notification ALTER COLUMN rule_id SET NOT NULL;
DROP INDEX notification_due;
CREATE INDEX notification_stream ON notification (next_attempt_at)
  WHERE channel = 'stream' AND delivered_at IS NULL AND failed_at IS NULL;
CREATE INDEX notification_unsent ON notification (target, rule_id, notification_id)
  WHERE channel = 'channel' AND message_id IS NULL AND delivered_at IS NULL AND failed_at IS NULL;
CREATE INDEX notification_of_message ON notification (message_id) WHERE message_id IS NOT NULL;
CREATE INDEX notification_of_event ON notification (sequence);
CREATE INDEX notification_ended ON notification (created_at) WHERE delivered_at IS NOT NULL OR failed_at IS NOT NULL;

-- What dashboards may read.
CREATE OR REPLACE VIEW dashboard.alert AS
  SELECT alert_id, rule_id, rule_name, severity, device_id, metric, state, started_at, fired_at, resolved_at, value,
         summary, acknowledged_at, acknowledged_by, snoozed_until, resolved_by, description, labels, text
  FROM alert;
CREATE VIEW dashboard.alert_event AS
  SELECT e.sequence, e.alert_id, e.transition, e.time, e.value, e.severity, e.actor, e.detail, e.recorded_at,
         a.rule_id, a.rule_name, a.device_id, a.metric
  FROM alert_event e JOIN alert a USING (alert_id);
CREATE VIEW dashboard.alert_rule AS
  SELECT rule_id, name, description, enabled, severity, kind, provenance, updated_at FROM alert_rule WHERE deleted_at IS NULL;
CREATE VIEW dashboard.notification AS
  SELECT n.notification_id, n.sequence, n.rule_id, n.channel, n.target AS channel_id, n.created_at,
         coalesce(m.delivered_at, n.delivered_at) AS delivered_at, coalesce(m.failed_at, n.failed_at) AS failed_at,
         coalesce(m.attempts, n.attempts) AS attempts
  FROM notification n LEFT JOIN notification_message m USING (message_id)
  -- Without what a channel did not want to be told: closed, and part of no message.
  WHERE n.channel = 'stream' OR n.message_id IS NOT NULL OR n.delivered_at IS NULL;
GRANT SELECT ON dashboard.alert_event, dashboard.alert_rule, dashboard.notification TO grafana_reader;
