import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { MqttClient } from 'mqtt';
import type pg from 'pg';
import { loadConfig } from '@fieldstream/config';
import { createTestDatabase, eventually, sharedBrokers } from '@fieldstream/testing';
import { createPool, inConsumerTransaction, writeDescriptions } from '@fieldstream/timescale';
import { startAggregator } from '../../apps/aggregator/src/start.js';
import { RawMqtt, startBridgeBed, publishPacket, type BridgeBed } from './bridge-support.js';
import { silent } from './timescale-flavours.js';

describe('presence', () => {
  let database: Awaited<ReturnType<typeof createTestDatabase>>;
  let bridge: BridgeBed;
  let aggregator: Awaited<ReturnType<typeof startAggregator>>;
  let pool: pg.Pool;
  let watcher: MqttClient;
  const shown = new Map<string, string>();

  beforeAll(async () => {
    database = await createTestDatabase('presence');
    bridge = await startBridgeBed();
    const config = loadConfig('aggregator', {
      KAFKA_BROKERS: sharedBrokers(),
      KAFKA_TOPIC_PREFIX: bridge.prefix,
      KAFKA_PARTITIONS: '6',
      DATABASE_URL: database.url,
    });
    aggregator = await startAggregator({ ...config, ops: { ...config.ops, port: 0 } }, silent);
    pool = createPool({ url: database.url, maxConnections: 2, applicationName: 'test', logger: silent });
    watcher = await watch();
  }, 60_000);
  afterAll(async () => {
    await aggregator.close();
    await bridge.close();
    await pool.end();
    await database.drop();
  }, 60_000);

  const watch = async (): Promise<MqttClient> => {
    shown.clear();
    const client = await bridge.client({ clientId: 'watcher' });
    client.on('message', (topic, payload) => {
      const state =
        payload.length === 0 ? 'cleared' : (JSON.parse(payload.toString()) as { state: string }).state;
      shown.set(topic.split('/')[1] ?? '', state);
    });
    await client.subscribeAsync('devices/+/presence', { qos: 1 });
    return client;
  };
  /** In SQL and on MQTT. */
  const untilPresence = (deviceId: string, state: string): Promise<unknown> =>
    eventually(
      async () => {
        const { rows } = await pool.query('SELECT presence FROM device WHERE device_id = $1', [deviceId]);
        expect([rows, shown.get(deviceId)]).toEqual([[{ presence: state }], state]);
      },
      { what: `${deviceId} is ${state}`, timeoutMs: 40_000 },
    );
  const report = (deviceId: string): Promise<unknown> =>
    watcher.publishAsync(`devices/${deviceId}/telemetry`, '{"t":1}', { qos: 1 });
  const sql = async (text: string): Promise<void> => void (await pool.query(text));

  test('connected, gone, and behind a gateway that goes and comes', async () => {
    const device = await RawMqtt.connect(bridge.bridge.mqttPort, 'pump', {
      will: { topic: 'devices/pump/status', payload: Buffer.from('offline'), qos: 1, retain: false },
    });
    device.send(publishPacket('devices/pump/telemetry', '{"t":1}', { messageId: 1 }));
    await untilPresence('pump', 'online');

    await report('child');
    await untilPresence('child', 'online');
    await inConsumerTransaction(pool, 'test', (client) =>
      writeDescriptions(client, [
        { kind: 'description', deviceId: 'child', family: 'test', gatewayId: 'pump', timeMs: Date.now() },
      ]),
    );
    device.destroy();
    await untilPresence('pump', 'offline');
    await untilPresence('child', 'offline');
    const back = await bridge.client({ clientId: 'pump' });
    await untilPresence('pump', 'online');
    await untilPresence('child', 'online');
    await back.endAsync();
  }, 90_000);

  test('a device that leaves between reports sleeps, until its next report is overdue', async () => {
    await report('sensor');
    await untilPresence('sensor', 'online');
    await sql(`UPDATE device SET connected = false, connection_at = now() + INTERVAL '1 s', usual_ms = 600000,
               presence_due_at = now() WHERE device_id = 'sensor'`);
    await untilPresence('sensor', 'sleeping');
    await sql(`UPDATE device SET heard_at = heard_at - INTERVAL '1 hour', connection_at = now() - INTERVAL '1 hour',
               usual_ms = 1000, presence_due_at = now() - INTERVAL '1 hour' WHERE device_id = 'sensor'`);
    // What the aggregator has heard itself counts.
    await sql(`UPDATE device SET word = 'offline', word_at = now() WHERE device_id = 'sensor'`);
    await untilPresence('sensor', 'offline');
    await report('sensor');
    await untilPresence('sensor', 'online');
  }, 90_000);

  test('nobody else publishes it; it is retained, and cleared when the device is deleted', async () => {
    const stranger = await RawMqtt.connect(bridge.bridge.mqttPort, 'stranger');
    stranger.send(publishPacket('devices/sensor/presence', '{"state":"x"}', { messageId: 1 }));
    await stranger.untilClosed();
    expect(stranger.acks()).toEqual([]);

    await watcher.endAsync();
    watcher = await watch();
    await untilPresence('sensor', 'online');
    await sql(`DELETE FROM device WHERE device_id = 'sensor'`);
    await eventually(
      async () => {
        const late = await bridge.client();
        const kept: string[] = [];
        late.on('message', (topic) => kept.push(topic));
        await late.subscribeAsync('devices/+/presence', { qos: 1 });
        await eventually(() => kept.includes('devices/child/presence'), { what: 'the retained presence' });
        await late.endAsync();
        expect(kept).not.toContain('devices/sensor/presence');
      },
      { what: 'the presence of a deleted device cleared', timeoutMs: 20_000 },
    );
  }, 60_000);
});
