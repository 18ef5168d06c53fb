-- Registered devices.

-- One row per device that has credentials. It does not refer to `device`: a removal stays here until Kafka has it. The
-- table is its own outbox: a row goes to `device.registry` while `published_revision` is behind `revision`.
CREATE SEQUENCE device_registration_revision;
CREATE TABLE device_registration (
  device_id          text PRIMARY KEY,
  -- PHC string, never the token. Null for a removal.
  token_hash         text,
  registered_at      timestamptz NOT NULL DEFAULT now(),
  token_made_at      timestamptz NOT NULL DEFAULT now(),
  disabled_at        timestamptz,
  revision           bigint NOT NULL DEFAULT nextval('device_registration_revision'),
  published_revision bigint NOT NULL DEFAULT 0
);
CREATE INDEX device_registration_unpublished ON device_registration (revision) WHERE published_revision < revision;

-- Which process publishes the registrations at present: one does at a time, so that none of them overtakes another.
CREATE TABLE device_registration_publisher (
  only_row     boolean PRIMARY KEY DEFAULT true CHECK (only_row),
  holder       text NOT NULL DEFAULT '',
  leased_until timestamptz NOT NULL DEFAULT '-infinity'
);
INSERT INTO device_registration_publisher DEFAULT VALUES;

-- Devices whose history is to be deleted; a row stays until nothing is left of the device, whoever is restarted.
CREATE TABLE device_deletion (
  device_id    text PRIMARY KEY,
  requested_at timestamptz NOT NULL DEFAULT now()
);
