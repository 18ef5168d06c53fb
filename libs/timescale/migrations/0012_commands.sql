-- Commands to devices.

-- One row per command. The table is its own outbox: a row goes to `device.commands` until `published` says that it is
-- there as it stands; whoever publishes it has leased it meanwhile. What the bridges report comes back by `device.events`.
CREATE TABLE device_command (
  command_id   uuid PRIMARY KEY,
  sequence     bigint GENERATED ALWAYS AS IDENTITY UNIQUE,
  device_id    text NOT NULL REFERENCES device ON DELETE CASCADE,
  name         text,
  -- JSON as it was given.
  payload      text,
  -- The MQTT message, in the terms of the device's family.
  topic        text NOT NULL,
  scope        text NOT NULL,
  message      bytea NOT NULL,
  -- Forward only, in the order of this list. That it has expired follows from the time.
  status       text NOT NULL DEFAULT 'queued' CHECK (status IN ('queued', 'cancelled', 'delivered', 'answered')),
  created_at   timestamptz NOT NULL,
  expires_at   timestamptz NOT NULL,
  delivered_at timestamptz,
  answered_at  timestamptz,
  cancelled_at timestamptz,
  -- What the device said of it.
  outcome      text,
  answer       text,
  published    boolean NOT NULL DEFAULT false,
  leased_until timestamptz NOT NULL DEFAULT '-infinity'
);
CREATE INDEX device_command_of_device ON device_command (device_id, sequence DESC);
CREATE INDEX device_command_unpublished ON device_command (sequence) WHERE NOT published;
CREATE INDEX device_command_age ON device_command (created_at);

CREATE VIEW dashboard.device_command AS
  SELECT c.command_id, c.device_id, coalesce(d.name, c.device_id) AS device_name, c.name, c.payload,
         CASE WHEN c.status = 'queued' AND c.expires_at <= now() THEN 'expired' ELSE c.status END AS status,
         c.created_at, c.expires_at, c.delivered_at, c.answered_at, c.cancelled_at, c.outcome, c.answer
  FROM device_command c JOIN device d USING (device_id);
GRANT SELECT ON dashboard.device_command TO grafana_reader;
