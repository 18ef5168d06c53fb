import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import mqtt, { type MqttClient } from 'mqtt';
import { eventually } from '@fieldstream/testing';
import { type BridgeBed, startBridgeBed } from './bridge-support.js';

let folder: string;
let bed: BridgeBed;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'bridge-state-'));
  bed = await startBridgeBed((config) => ({ ...config, bridgeState: { path: folder } }));
});
afterAll(async () => {
  await bed.close();
  await rm(folder, { recursive: true });
});

const session = (clientId: string) => ({ clientId, clean: false });

/** Messages of a client as `topic payload`, in order. */
function listen(client: MqttClient): string[] {
  const heard: string[] = [];
  client.on('message', (topic, payload) => heard.push(`${topic} ${String(payload)}`));
  return heard;
}

test('retained messages, sessions and what waits for them are there after a restart', async () => {
  const publisher = await bed.client();
  for (const [topic, payload] of [
    ['house/mode', 'night'],
    ['house/gone', 'x'],
    ['house/gone', ''],
    ['zigbee2mqtt/bridge/state', '{"state":"online"}'],
  ] as const) {
    await publisher.publishAsync(topic, payload, { qos: 1, retain: true });
  }
  const away = await bed.client(session('away'));
  await away.subscribeAsync('house/#', { qos: 1 });
  await away.subscribeAsync('garden/#', { qos: 2 });
  await away.unsubscribeAsync('house/#');
  await away.subscribeAsync('devices/away/commands', { qos: 1 });
  const anew = await bed.client(session('anew'));
  await anew.subscribeAsync('garden/#', { qos: 1 });
  await away.endAsync();
  await anew.endAsync();
  await publisher.publishAsync('garden/gate', 'open', { qos: 1 });
  await publisher.publishAsync('garden/gate', 'closed', { qos: 2 });
  await publisher.publishAsync('house/mode', 'day', { qos: 1, retain: true });
  await publisher.publishAsync('devices/away/commands', '{"do":"it"}', { qos: 1 });

  bed = await bed.restart();
  const reader = await bed.client();
  const retained = listen(reader);
  await reader.subscribeAsync(['house/#', 'zigbee2mqtt/#'], { qos: 0 });
  await eventually(() => retained.length >= 2, { what: 'two retained messages' });
  expect(retained.sort()).toEqual(['house/mode day', 'zigbee2mqtt/bridge/state {"state":"online"}']);

  // What waited comes right behind the CONNACK.
  const back = mqtt.connect(`mqtt://127.0.0.1:${bed.bridge.mqttPort}`, {
    ...session('away'),
    reconnectPeriod: 0,
  });
  const heard = listen(back);
  await eventually(() => heard.length >= 3, { what: 'what waited' });
  // A message of QoS 2 counts as received when it is released.
  expect(heard.toSorted()).toEqual([
    'devices/away/commands {"do":"it"}',
    'garden/gate closed',
    'garden/gate open',
  ]);
  await reader.publishAsync('garden/gate', 'ajar', { qos: 1 });
  await reader.publishAsync('house/mode', 'off', { qos: 1 });
  await eventually(() => heard.at(-1) === 'garden/gate ajar', { what: 'the session goes on' });

  await back.endAsync();

  // A clean start forgets what waited.
  const clean = await bed.client({ clientId: 'anew', clean: true });
  const none = listen(clean);
  await clean.subscribeAsync('probe', { qos: 1 });
  await reader.publishAsync('probe', 'x', { qos: 1 });
  await eventually(() => none.length > 0, { what: 'the probe' });
  expect(none).toEqual(['probe x']);
  expect(await bed.metric('fieldstream_bridge_retained_messages')).toBe(2);
});
