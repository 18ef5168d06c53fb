-- Gateways and their devices.

-- The registered device that may speak for this one. No foreign key: rows of removed devices stay until Kafka has them.
ALTER TABLE device_registration ADD COLUMN gateway_id text CHECK (gateway_id <> device_id);
CREATE INDEX device_registration_gateway ON device_registration (gateway_id) WHERE gateway_id IS NOT NULL;
