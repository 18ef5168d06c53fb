import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import mqtt, { type MqttClient } from 'mqtt';
import { eventually } from '@fieldstream/testing';
import { describeWithMosquitto, Mosquitto } from '../support/mosquitto.js';
import { startBridgeBed, type BridgeBed } from './bridge-support.js';

jest.setTimeout(120_000);

const CONNECTED = 'fieldstream_bridge_source_connected';
const MESSAGES = 'fieldstream_bridge_source_messages_total';

describeWithMosquitto('a Mosquitto as a source of the bridge', (program) => {
  let folder: string;
  let mosquitto: Mosquitto;
  let bed: BridgeBed;
  let publisher: MqttClient;
  let path: string;

  /** A bridge with two sources: the one Mosquitto in both versions of MQTT, under different topics. */
  const start = async (prefix?: string, clientId?: string): Promise<void> => {
    const source = (name: string, rest: string): string =>
      `  - { name: ${name}, url: "${mosquitto.url}", topics: ["devices/${name}/#", "other/#"], ${rest}${
        clientId === undefined ? '' : `, clientId: ${clientId}-${name}`
      } }`;
    await writeFile(
      path,
      ['sources:', source('v5', 'protocol: 5'), source('v4', 'protocol: 3.1.1')].join('\n'),
    );
    bed = await startBridgeBed(
      (config) => ({ ...config, sources: { path }, bridgeState: { path: join(folder, 'state') } }),
      prefix,
    );
    await untilConnected();
  };
  const untilConnected = (): Promise<void> =>
    eventually(
      async () => {
        expect(await bed.metric(CONNECTED, { source: 'v4' })).toBe(1);
        expect(await bed.metric(CONNECTED, { source: 'v5' })).toBe(1);
      },
      { what: 'both sources being connected' },
    );
  const messages = (source: string, what: string): Promise<number> => bed.metric(MESSAGES, { source, what });
  const untilMessages = (what: string, counts: Record<string, number>): Promise<void> =>
    eventually(
      async () => {
        for (const [source, count] of Object.entries(counts))
          expect(await messages(source, what)).toBe(count);
      },
      { what: `the messages that are ${what}` },
    );

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'bridge-sources-'));
    path = join(folder, 'sources.yaml');
    mosquitto = await Mosquitto.start(program);
    await start();
    publisher = await mqtt.connectAsync(mosquitto.url);
  });

  afterEach(async () => {
    await publisher.endAsync(true);
    await bed.close();
    await mosquitto.close();
    await rm(folder, { recursive: true });
  });

  test('what is published there, with whatever QoS, is stored here in its order, and acknowledged', async () => {
    for (let n = 1; n <= 30; n++) {
      const qos = (n % 3) as 0 | 1 | 2;
      await publisher.publishAsync('devices/v5/telemetry/n', String(n), { qos });
      await publisher.publishAsync('devices/v4/telemetry/n', String(n), { qos });
    }
    await publisher.publishAsync('other/topic', 'x', { qos: 1 });
    for (const device of ['v5', 'v4']) {
      await eventually(() => expect(bed.records.samplesOf(device)).toHaveLength(30), { what: device });
      const values = bed.records.samplesOf(device).map(([, { n }]) => n);
      expect(values).toEqual([...Array(30).keys()].map((n) => n + 1));
      await untilMessages('acknowledged', { [device]: 21 });
      expect(await messages(device, 'received')).toBe(31);
    }
    expect(await bed.metric('fieldstream_bridge_publishes_total', { outcome: 'unclaimed' })).toBe(2);
    expect(await bed.metric('fieldstream_bridge_source_backlog_messages', { source: 'v5' })).toBe(0);
  });

  test('while the bridge is away Mosquitto keeps what comes; what is retained there is stored once', async () => {
    const retained = { qos: 1, retain: true } as const;
    await publisher.publishAsync('devices/v5/telemetry/n', '1', retained);
    await publisher.publishAsync('devices/v4/telemetry/n', '1', retained);
    await untilMessages('acknowledged', { v5: 1, v4: 1 });
    const { prefix } = bed;
    await bed.bridge.close();
    await publisher.publishAsync('devices/v5/telemetry/n', '2', retained);
    await publisher.publishAsync('devices/v4/telemetry/n', '2', retained);
    const former = bed;
    await start(prefix);
    await untilMessages('acknowledged', { v5: 1, v4: 2 });
    // MQTT 3.1.1 knows no other than being sent what is retained with every SUBSCRIBE.
    expect(await messages('v4', 'retained_skipped')).toBe(1);
    await former.records.close();
    for (const device of ['v5', 'v4']) {
      await eventually(() => expect(bed.records.samplesOf(device)).toHaveLength(2), { what: device });
    }
    // To a session that is new, what is retained is sent in either version.
    await bed.bridge.close();
    await bed.records.close();
    await start(prefix, 'another');
    await untilMessages('retained_skipped', { v5: 1, v4: 1 });
    await publisher.publishAsync('devices/v5/telemetry/n', '3', { qos: 1 });
    await eventually(() => expect(bed.records.samplesOf('v5')).toHaveLength(3), { what: 'the newest' });
    expect(bed.records.samplesOf('v4')).toHaveLength(2);
  });

  test('a Mosquitto that goes away does not make the bridge unready, and is found again', async () => {
    await mosquitto.takeAway();
    const health = async (): Promise<unknown> => {
      const response = await fetch(`http://127.0.0.1:${bed.bridge.opsPort}/health/ready`);
      expect(response.status).toBe(200);
      return ((await response.json()) as { checks: Record<string, unknown> }).checks['source v5'];
    };
    await eventually(async () => expect(await health()).toBe('fail'), { what: 'the fault in the report' });
    await mosquitto.bringBack();
    await eventually(async () => expect(await health()).toBe('pass'), { what: 'the source in the report' });
    await untilConnected();
    await eventually(() => publisher.connected, { what: 'the publisher' });
    await publisher.publishAsync('devices/v5/telemetry/n', '1', { qos: 1 });
    await publisher.publishAsync('devices/v4/telemetry/n', '1', { qos: 1 });
    for (const device of ['v5', 'v4']) {
      await eventually(() => expect(bed.records.samplesOf(device)).toHaveLength(1), { what: device });
    }
    expect(await bed.metric('fieldstream_bridge_source_connections_total', { source: 'v5' })).toBe(2);
  });
});

test('a file that is not as it should be stops the start, and says where', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'bridge-sources-'));
  const path = join(folder, 'sources.yaml');
  await writeFile(path, 'sources:\n  - name: a\n    url: http://x\n    topics: [a]\n');
  try {
    await expect(startBridgeBed((config) => ({ ...config, sources: { path } }))).rejects.toThrow(
      `${path}:3: sources[0].url must begin with mqtt://`,
    );
  } finally {
    await rm(folder, { recursive: true });
  }
});
