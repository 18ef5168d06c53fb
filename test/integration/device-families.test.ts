import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import mqtt, { type MqttClient } from 'mqtt';
import { numericOf } from '@fieldstream/domain';
import { type DeviceFixture, eventually, fixturePayload, loadDeviceFixtures } from '@fieldstream/testing';
import { type Pipeline, startPipeline } from '../support/pipeline.js';

/** Real payloads of every family (libs/decoders/fixtures), over MQTT, Kafka and the aggregator to SQL. */

let pipeline: Pipeline;
let plain: MqttClient;
const named = new Map<string, MqttClient>();

beforeAll(async () => {
  pipeline = await startPipeline('families', ['aggregator', 'bridge']);
  plain = await mqtt.connectAsync(pipeline.mqttUrl, { clientId: 'families' });
});
afterAll(async () => {
  for (const client of [plain, ...named.values()]) await client.endAsync(true);
  await pipeline.close();
});

/** ThingsBoard's devices are known by their user name. */
async function clientOf({ username }: DeviceFixture): Promise<MqttClient> {
  if (username === undefined) return plain;
  let client = named.get(username);
  if (!client) named.set(username, (client = await mqtt.connectAsync(pipeline.mqttUrl, { username })));
  return client;
}

type Reading = DeviceFixture['expect']['readings'][number];

interface Row {
  readonly time: Date;
  readonly value: number | null;
  readonly text: string | null;
  readonly unit: string | null;
}

async function rowsOf(deviceId: string, metric: string): Promise<Row[]> {
  const { rows } = await pipeline.sql.query<Row>(
    `SELECT time, max(value) AS value, max(text) AS text, max(unit) AS unit FROM (
       SELECT r.time, r.value, NULL AS text, s.unit FROM series s JOIN reading r USING (series_id)
       WHERE s.device_id = $1 AND s.metric = $2
       UNION ALL
       SELECT t.time, NULL, t.value, s.unit FROM series s JOIN reading_text t USING (series_id)
       WHERE s.device_id = $1 AND s.metric = $2
     ) AS both_kinds GROUP BY time ORDER BY time`,
    [deviceId, metric],
  );
  return rows;
}

/** The numeric and the text part of what is expected of a value. */
function partsOf(value: number | string | boolean): { value: number | null; text: string | null } {
  const number = numericOf(value);
  return { value: number ?? null, text: typeof value === 'string' ? value : null };
}

/** Devices, metrics and times that were published: of samples that share them all, the first is the row. */
const taken = new Set<string>();

/** What a case is the first to say; documentation likes to use one device and one time for several examples. */
function firstSaid({ expect: { readings } }: DeviceFixture): Reading[] {
  return readings.filter(({ deviceId, metric, time }) => {
    const key = JSON.stringify([deviceId, metric, time]);
    if (time !== undefined && taken.has(key)) return false;
    taken.add(key);
    return true;
  });
}

async function missing(readings: readonly Reading[], sinceMs: number): Promise<string[]> {
  const faults: string[] = [];
  for (const { deviceId, metric, value, unit, time } of readings) {
    const rows = await rowsOf(deviceId, metric);
    const wanted = partsOf(value);
    const found = rows.some((row) => {
      const isTime = time === undefined ? true : row.time.getTime() === Date.parse(time);
      const isValue = wanted.value === null || (row.value !== null && closeTo(row.value, wanted.value));
      const isText = wanted.text === null || row.text === wanted.text;
      return isTime && isValue && isText && (unit === undefined || row.unit === unit);
    });
    // A received time is later than the publish.
    const isFresh = time !== undefined || (rows.at(-1)?.time.getTime() ?? 0) >= sinceMs;
    // A text that repeats is the row of its first appearance.
    if (!found || !(isFresh || typeof value === 'string')) {
      faults.push(
        `${deviceId} ${metric}=${value} ${unit ?? ''} ${time ?? ''}, there are ${JSON.stringify(rows)}`,
      );
    }
  }
  return faults;
}

function closeTo(actual: number, expected: number): boolean {
  return Math.abs(actual - expected) <= Math.abs(expected) * 1e-9;
}

describe.each([...loadDeviceFixtures()])('%s', (_family, fixtures) => {
  test.each(fixtures.map((fixture) => [fixture.name, fixture] as const))('%s', async (_name, fixture) => {
    const sinceMs = Date.now();
    const client = await clientOf(fixture);
    for (const publish of fixture.publishes) {
      await client.publishAsync(publish.topic, fixturePayload(publish), {
        qos: 1,
        retain: publish.retain ?? false,
      });
    }
    const readings = firstSaid(fixture);
    let faults: string[] = [];
    await eventually(async () => (faults = await missing(readings, sinceMs)).length === 0, {
      what: `the readings of ${fixture.name}`,
      timeoutMs: 5_000,
    }).catch((error: unknown) => {
      expect(faults).toEqual([]);
      throw error;
    });
    for (const { deviceId, state } of fixture.expect.presence ?? []) {
      await eventually(
        async () => {
          const { rows } = await pipeline.sql.query(
            'SELECT 1 FROM device_event WHERE device_id = $1 AND type = $2',
            [deviceId, state],
          );
          return rows.length > 0;
        },
        { what: `${deviceId} is ${state}`, timeoutMs: 5_000 },
      );
    }
    for (const { deviceId, ...parts } of fixture.expect.descriptions ?? []) {
      await eventually(
        async () => {
          const { rows } = await pipeline.sql.query<Record<string, string>>(
            'SELECT family, manufacturer, model, firmware, via_gateway AS "gatewayId", address FROM device WHERE device_id = $1',
            [deviceId],
          );
          const { name: _described, metrics: _metrics, ...stored } = parts;
          return Object.entries(stored).every(([field, value]) => rows[0]?.[field] === value);
        },
        { what: `${deviceId} is described as ${JSON.stringify(parts)}`, timeoutMs: 5_000 },
      );
    }
    if (fixture.expect.rejected !== undefined) {
      const { rejected } = fixture.expect;
      const topics = fixture.publishes.map(({ topic }) => topic);
      await eventually(
        async () => {
          const { rows } = await pipeline.sql.query(
            'SELECT 1 FROM dead_letter WHERE mqtt_topic = ANY($1) AND reason = $2',
            [topics, rejected],
          );
          return rows.length > 0;
        },
        { what: `a dead letter: ${rejected}`, timeoutMs: 5_000 },
      );
    }
  });
});
