import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import type { Producer } from 'kafkajs';
import type { MqttClient } from 'mqtt';
import { eventually } from '@fieldstream/testing';
import { alertKey, encodeAlert, type AlertRecord } from '@fieldstream/wire';
import { startBridgeBed, type BridgeBed } from './bridge-support.js';

jest.setTimeout(60_000);

let bed: BridgeBed;
let producer: Producer;

beforeAll(async () => {
  bed = await startBridgeBed();
  producer = bed.kafka.producer();
  await producer.connect();
});

afterAll(async () => {
  await producer?.disconnect();
  await bed?.close();
});

function alert(
  deviceId: string,
  sequence: number,
  state: AlertRecord['state'],
  metric = 'temperature',
): AlertRecord {
  return {
    v: 1,
    sequence,
    alertId: `${deviceId}-1`,
    state,
    change: state,
    ruleId: 'too-hot',
    ruleName: 'Too hot',
    severity: 'critical',
    deviceId,
    metric,
    labels: {},
    value: 31.5,
    text: null,
    atMs: 1_790_000_000_000 + sequence,
    startedAtMs: 1_790_000_000_000,
    summary: 'temperature above 30',
    description: '',
    acknowledgedBy: null,
    snoozedUntilMs: null,
  };
}

async function write(...alerts: AlertRecord[]): Promise<void> {
  const messages = alerts.map((one) => ({ key: alertKey(one), value: encodeAlert(one) }));
  await producer.send({ topic: `${bed.prefix}telemetry.alerts`, messages });
}

interface Heard {
  readonly sequence: number | null;
  readonly state: string | null;
  readonly retain: boolean;
}

async function listen(topic: string): Promise<{ heard: Heard[]; client: MqttClient }> {
  const heard: Heard[] = [];
  const client = await bed.client();
  client.on('message', (_, payload, { retain }) => {
    const json = payload.length > 0 ? (JSON.parse(payload.toString()) as AlertRecord) : undefined;
    heard.push({ sequence: json?.sequence ?? null, state: json?.state ?? null, retain });
  });
  await client.subscribeAsync(topic, { qos: 1 });
  return { heard, client };
}

test('firing is retained; resolved is told without retaining, and without an empty message; older ones are ignored', async () => {
  const early = await listen('alerts/d1/+');
  await write(alert('d1', 1, 'firing'));
  await eventually(() => early.heard.length === 1, { what: 'the alert' });
  const during = await listen('alerts/d1/too-hot');
  await eventually(() => during.heard.length === 1, { what: 'the retained alert' });
  expect(during.heard).toEqual([{ sequence: 1, state: 'firing', retain: true }]);

  await write(alert('d1', 1, 'firing'), alert('d1', 2, 'resolved'), alert('d1', 1, 'firing'));
  await eventually(() => early.heard.length === 2, { what: 'its end' });
  await write(alert('d1', 3, 'firing'), alert('d1', 4, 'resolved'));
  await eventually(() => early.heard.length === 4, { what: 'the next one' });
  expect(early.heard).toEqual([
    { sequence: 1, state: 'firing', retain: false },
    { sequence: 2, state: 'resolved', retain: false },
    { sequence: 3, state: 'firing', retain: false },
    { sequence: 4, state: 'resolved', retain: false },
  ]);

  const late = await listen('alerts/#');
  await write(alert('marker', 1, 'firing'));
  await eventually(() => late.heard.length > 0, { what: 'the marker' });
  expect(late.heard).toEqual([{ sequence: 1, state: 'firing', retain: false }]);
  await write(alert('marker', 2, 'resolved'));
});

test('alerts of two metrics share a topic, where one is retained as long as either fires', async () => {
  const { heard } = await listen('alerts/two/+');
  await write(alert('two', 1, 'firing'), alert('two', 2, 'firing', 'humidity'));
  await eventually(() => heard.length === 2, { what: 'both alerts' });
  await write(alert('two', 3, 'resolved', 'humidity'));
  await eventually(() => heard.some(({ sequence }) => sequence === 3), { what: 'the end of one' });
  const during = await listen('alerts/two/+');
  await eventually(() => during.heard.length > 0, { what: 'the other' });
  expect(during.heard[0]).toEqual({ sequence: 1, state: 'firing', retain: true });
  await write(alert('two', 4, 'resolved'));
  await eventually(() => heard.some(({ sequence }) => sequence === 4), { what: 'its end' });
  expect(heard.at(-1)).toEqual({ sequence: 4, state: 'resolved', retain: false });
  const late = await listen('alerts/two/+');
  await late.client.publishAsync('anything', 'x', { qos: 1 });
  expect(late.heard).toEqual([]);
});

test('a record that is no alert is passed over', async () => {
  const { heard } = await listen('alerts/d2/+');
  await producer.send({
    topic: `${bed.prefix}telemetry.alerts`,
    messages: [{ key: 'too-hot/d2', value: 'nonsense' }],
  });
  await write(alert('d2', 1, 'firing'));
  await eventually(() => heard.length === 1, { what: 'the alert after it' });
  await write(alert('d2', 2, 'resolved'));
});

test('after a restart, when the first device connects, what fires is retained and nothing else', async () => {
  await write(
    alert('d3', 1, 'firing'),
    alert('d3', 2, 'resolved'),
    alert('d3', 3, 'firing'),
    alert('d4', 1, 'firing'),
    alert('d4', 2, 'resolved'),
  );
  bed = await bed.restart();
  const { heard, client } = await listen('alerts/#');
  await client.publishAsync('anything', 'x', { qos: 1 });
  await eventually(() => heard.length > 0, { what: 'the retained alert' });
  expect(heard).toEqual([{ sequence: 3, state: 'firing', retain: true }]);
  await producer.send({
    topic: `${bed.prefix}telemetry.alerts`,
    messages: [{ key: alertKey(alert('d3', 0, 'firing')), value: null }],
  });
  await eventually(
    async () => {
      const again = await listen('alerts/#');
      await again.client.publishAsync('anything', 'x', { qos: 1 });
      return again.heard.length === 0;
    },
    { what: 'the removed alert to go' },
  );
});
