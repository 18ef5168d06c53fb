import 'reflect-metadata';
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import mqtt, { type IClientOptions, type MqttClient } from 'mqtt';
import { loadConfig } from '@fieldstream/config';
import { createLogger } from '@fieldstream/observability';
import { eventually } from '@fieldstream/testing';
import { writeCommandEvents } from '@fieldstream/timescale';
import { startAggregator, type RunningAggregator } from '../../apps/aggregator/src/start.js';
import { startBridge, type RunningBridge } from '../../apps/bridge/src/start.js';
import { allPages, startApiBed, type ApiBed, type Page } from './api-bed.js';

jest.setTimeout(60_000);

interface Command {
  commandId: string;
  status: string;
  topic: string;
  [field: string]: unknown;
}

const logger = createLogger({ name: 'commands-test', level: process.env['LOG_LEVEL'] ?? 'silent' });
const clients: MqttClient[] = [];
let api: ApiBed;
let aggregator: RunningAggregator;
/** Two on one Kafka. */
let bridges: [RunningBridge, RunningBridge];

beforeAll(async () => {
  api = await startApiBed('commands');
  const settings = { ...api.bed.env, KAFKA_PARTITIONS: '2', OPS_PORT: '0' };
  aggregator = await startAggregator(loadConfig('aggregator', settings), logger);
  bridges = [await newBridge(), await newBridge()];
}, 120_000);

afterAll(async () => {
  for (const client of clients) await client.endAsync(true);
  for (const bridge of bridges ?? []) await bridge.close();
  await aggregator?.close();
  await api?.close();
}, 120_000);

function newBridge(): Promise<RunningBridge> {
  const env = { ...api.bed.env, KAFKA_PARTITIONS: '2', OPS_PORT: '0', MQTT_PORT: '0' };
  return startBridge(loadConfig('bridge', env), logger);
}

async function connect(bridge: RunningBridge, options: IClientOptions = {}): Promise<MqttClient> {
  const client = await mqtt.connectAsync(`mqtt://127.0.0.1:${bridge.mqttPort}`, {
    reconnectPeriod: 0,
    ...options,
  });
  client.on('error', () => {});
  clients.push(client);
  return client;
}

/** A client that is subscribed to a filter; what it hears as `[topic, payload]`, besides the presence of devices. */
async function listener(
  bridge: RunningBridge,
  filter: string,
  options: IClientOptions & { qos?: 0 | 1 } = {},
): Promise<{ client: MqttClient; heard: [string, string][] }> {
  const client = await connect(bridge, options);
  const heard: [string, string][] = [];
  client.on('message', (topic, payload) => {
    if (!topic.endsWith('/presence')) heard.push([topic, String(payload)]);
  });
  await client.subscribeAsync(filter, { qos: options.qos ?? 1 });
  return { client, heard };
}

async function device(deviceId: string, family?: string, address?: string): Promise<void> {
  await api.pool.query(
    'INSERT INTO device (device_id, first_seen, family, address) VALUES ($1, now(), $2, $3)',
    [deviceId, family ?? null, address ?? null],
  );
}

async function give(deviceId: string, body: object = {}): Promise<Command> {
  const answer = await api.client.send<Command>('POST', `/api/devices/${deviceId}/commands`, body);
  expect([answer.status, answer.body]).toEqual([202, expect.objectContaining({ deviceId })]);
  return answer.body;
}

const read = async (deviceId: string, { commandId }: Pick<Command, 'commandId'>): Promise<Command> =>
  (await api.client.get<Command>(`/api/devices/${deviceId}/commands/${commandId}`)).body;

function untilStatus(deviceId: string, command: Command, status: string): Promise<Command> {
  return eventually(
    async () => {
      const now = await read(deviceId, command);
      return now.status === status && now;
    },
    { what: `the command becoming ${status}` },
  );
}

const untilHeard = (heard: unknown[], count = 1) =>
  eventually(() => heard.length >= count, { what: `${count} messages`, everyMs: 5 });

/** How many commands of a bridge came to what. */
async function counted(bridge: RunningBridge, outcome: string): Promise<number> {
  const text = await (await fetch(`http://127.0.0.1:${bridge.opsPort}/metrics`)).text();
  const name =
    outcome === 'waiting' ? 'fieldstream_bridge_commands_waiting' : 'fieldstream_bridge_commands_total';
  const line = text
    .split('\n')
    .find((row) => row.startsWith(name) && (outcome === 'waiting' || row.includes(outcome)));
  return Number(line?.slice(line.lastIndexOf(' ') + 1));
}

test('a command reaches a device on either bridge, once, and its answer is stored', async () => {
  for (const [index, bridge] of bridges.entries()) {
    const id = `direct-${index}`;
    await device(id);
    const { client, heard } = await listener(bridge, `devices/${id}/commands`);
    const command = await give(id, { name: 'restart', payload: { delay: 5 } });
    expect(command).toMatchObject({
      status: 'queued',
      topic: `devices/${id}/commands`,
      payload: { delay: 5 },
    });
    await untilHeard(heard);
    const { commandId } = command;
    expect(JSON.parse(heard[0]?.[1] ?? '')).toEqual({
      commandId,
      name: 'restart',
      payload: { delay: 5 },
      expiresAt: command['expiresAt'],
    });
    expect(await untilStatus(id, command, 'delivered')).toMatchObject({ answer: null });
    const said = JSON.stringify({ commandId, status: 'ok', payload: { uptime: 0 } });
    await client.publishAsync(`devices/${id}/commands/response`, said, { qos: 1 });
    const answered = await untilStatus(id, command, 'answered');
    expect(answered).toMatchObject({ outcome: 'ok', answer: '{"uptime":0}' });
    expect(answered['deliveredAt']).not.toBeNull();
    expect(heard).toHaveLength(1);
  }
  const { rows } = await api.pool.query(
    `SELECT device_id, status, outcome FROM dashboard.device_command WHERE device_id LIKE 'direct-%' ORDER BY 1`,
  );
  expect(rows).toEqual(
    [0, 1].map((index) => ({ device_id: `direct-${index}`, status: 'answered', outcome: 'ok' })),
  );
});

test('commands wait for a device that is away, expire, can be cancelled, and come in their order', async () => {
  const id = 'away';
  await device(id);
  const session = { clientId: id, clean: false };
  const { client } = await listener(bridges[0], `devices/${id}/+`, session);
  await client.endAsync();
  const short = await give(id, { name: 'short', expiresInSeconds: 1 });
  const first = await give(id, { name: 'first' });
  const cancelled = await give(id, { name: 'cancelled' });
  const last = await give(id, { name: 'last' });
  const path = `/api/devices/${id}/commands`;
  expect((await api.client.send('DELETE', `${path}/${cancelled.commandId}`)).body).toMatchObject({
    status: 'cancelled',
  });
  expect((await api.client.send('DELETE', `${path}/${cancelled.commandId}`)).status).toBe(409);
  await untilStatus(id, short, 'expired');
  await eventually(async () => (await counted(bridges[0], 'waiting')) <= 3, { what: 'the bridge knowing' });

  // Its session is resumed, and brings the subscription along.
  const back = mqtt.connect(`mqtt://127.0.0.1:${bridges[0].mqttPort}`, { reconnectPeriod: 0, ...session });
  clients.push(back);
  const heard: string[] = [];
  back.on('message', (topic, payload) => {
    if (topic.endsWith('/commands')) heard.push((JSON.parse(String(payload)) as { name: string }).name);
  });
  await untilHeard(heard, 2);
  await untilStatus(id, first, 'delivered');
  await untilStatus(id, last, 'delivered');
  expect(heard).toEqual(['first', 'last']);
  const { items } = await allPages<Command>(api.client, `${path}?limit=2`);
  expect(items.map(({ name, status }) => [name, status])).toEqual([
    ['last', 'delivered'],
    ['cancelled', 'cancelled'],
    ['first', 'delivered'],
    ['short', 'expired'],
  ]);
});

test('a bridge that starts again has what waits, and what another bridge delivers is forgotten by all', async () => {
  const id = 'restarted';
  await device(id);
  const before = await counted(bridges[1], 'waiting');
  const command = await give(id, { name: 'wait' });
  await eventually(async () => (await counted(bridges[1], 'waiting')) > before, {
    what: 'the bridge knowing',
  });
  await bridges[0].close();
  bridges[0] = await newBridge();
  expect(await counted(bridges[0], 'waiting')).toBeGreaterThan(0);
  const { heard } = await listener(bridges[0], `devices/${id}/commands`);
  await untilHeard(heard);
  await untilStatus(id, command, 'delivered');
  await eventually(async () => (await counted(bridges[1], 'waiting')) === before, {
    what: 'the other forgetting it',
  });
  const again = await listener(bridges[1], `devices/${id}/commands`);
  const next = await give(id, { name: 'next' });
  await untilStatus(id, next, 'delivered');
  expect(again.heard.map(([, text]) => (JSON.parse(text) as Command).commandId)).toEqual(
    again.heard.map(() => next.commandId),
  );
});

test('what a client has not acknowledged comes again', async () => {
  const id = 'unacked';
  await device(id);
  const command = await give(id);
  const deaf = await connect(bridges[0], { clientId: id });
  // The acknowledgement waits for this callback, which is never called.
  let arrived = false;
  deaf.handleMessage = () => (arrived = true);
  await deaf.subscribeAsync(`devices/${id}/#`, { qos: 1 });
  await eventually(() => arrived, { what: 'the first delivery', everyMs: 5 });
  deaf.stream.destroy();
  const { heard } = await listener(bridges[1], `devices/${id}/commands`);
  const { heard: there } = await listener(bridges[0], `devices/${id}/commands`);
  await untilStatus(id, command, 'delivered');
  await eventually(() => heard.length + there.length > 0, { what: 'the second delivery' });
});

test('everybody else is left alone: wildcards from the root and others are no devices', async () => {
  const id = 'quiet';
  await device(id);
  const all = await listener(bridges[0], '#');
  const many = await listener(bridges[0], 'devices/+/commands');
  const other = await listener(bridges[0], 'devices/other/commands');
  const own = await listener(bridges[0], `devices/${id}/#`, { qos: 0 });
  const command = await give(id, { payload: 'x' });
  await untilStatus(id, command, 'delivered');
  expect(own.heard).toHaveLength(1);
  expect([...all.heard, ...many.heard, ...other.heard]).toEqual([]);
});

test('families get commands on their own topics', async () => {
  await device('0x00158d0001', 'zigbee2mqtt', 'zigbee2mqtt/hall/lamp');
  await device('shellyplus1-a1', 'shelly-gen2', 'shellyplus1-a1');
  const zigbee = await listener(bridges[0], 'zigbee2mqtt/#', { qos: 0 });
  const lamp = await give('0x00158d0001', { payload: { state: 'ON' } });
  await untilStatus('0x00158d0001', lamp, 'delivered');
  expect(zigbee.heard).toEqual([['zigbee2mqtt/hall/lamp/set', '{"state":"ON"}']]);

  const shelly = await listener(bridges[1], 'shellyplus1-a1/rpc');
  const relay = await give('shellyplus1-a1', { name: 'Switch.Set', payload: { id: 0, on: true } });
  await untilHeard(shelly.heard);
  const frame = JSON.parse(shelly.heard[0]?.[1] ?? '') as { id: string; src: string };
  expect(frame).toMatchObject({ method: 'Switch.Set', params: { id: 0, on: true } });
  const reply = { id: frame.id, src: 'shellyplus1-a1', dst: frame.src, result: { was_on: false } };
  await shelly.client.publishAsync(`${frame.src}/rpc`, JSON.stringify(reply), { qos: 1 });
  expect(await untilStatus('shellyplus1-a1', relay, 'answered')).toMatchObject({
    outcome: 'ok',
    answer: '{"was_on":false}',
  });
  const refused = await api.client.send('POST', '/api/devices/shellyplus1-a1/commands', {});
  expect([refused.status, refused.body]).toMatchObject([400, { errors: [{ in: 'body', field: 'name' }] }]);
});

test('requests that cannot be served say why', async () => {
  const path = '/api/devices/refusing/commands';
  expect((await api.client.send('POST', path, {})).status).toBe(404);
  await device('refusing');
  expect((await api.client.get<Page<Command>>(path)).body).toEqual({ items: [], next: null });
  for (const body of [
    { expiresInSeconds: 0 },
    { expiresInSeconds: 31 * 86_400 },
    { name: 'a/+' },
    { payload: 'x'.repeat(70_000) },
    { topic: 'x' },
  ]) {
    expect((await api.client.send('POST', path, body)).status).toBe(400);
  }
  await api.pool.query(
    `INSERT INTO device_command (command_id, device_id, topic, scope, message, created_at, expires_at, published)
     SELECT gen_random_uuid(), 'refusing', 't', 's/', '', now(), now() + INTERVAL '1 hour', true FROM generate_series(1, 99)`,
  );
  await give('refusing');
  expect(await api.client.send('POST', path, {})).toMatchObject({
    status: 409,
    body: { type: 'urn:fieldstream:problem:too-many-commands' },
  });
  expect((await api.client.get('/api/devices/nobody/commands')).status).toBe(404);
  expect((await api.client.get(`${path}/00000000-0000-4000-8000-000000000000`)).status).toBe(404);
});

test('a status moves forward only, whatever order and however often it is told', async () => {
  const deviceId = 'told';
  await device(deviceId);
  const queued = await give(deviceId);
  const cancelled = await give(deviceId);
  await api.client.send('DELETE', `/api/devices/${deviceId}/commands/${cancelled.commandId}`);
  const { commandId } = queued;
  const answered = { commandId, deviceId, status: 'answered' as const, timeMs: 3_000, answer: 'one' };
  const delivered = { commandId, deviceId, status: 'delivered' as const, timeMs: 2_000 };
  await writeCommandEvents(api.pool, [answered, { ...answered, timeMs: 4_000, answer: 'two' }]);
  await writeCommandEvents(api.pool, [delivered, { ...answered, answer: 'three' }]);
  await writeCommandEvents(api.pool, [{ ...delivered, timeMs: 9_000 }]);
  expect(await read(deviceId, queued)).toMatchObject({
    status: 'answered',
    answer: 'one',
    outcome: null,
    answeredAt: '1970-01-01T00:00:03.000Z',
    deliveredAt: '1970-01-01T00:00:02.000Z',
  });
  // It was on its way when somebody cancelled it.
  await writeCommandEvents(api.pool, [{ ...delivered, commandId: cancelled.commandId }]);
  expect(await read(deviceId, cancelled)).toMatchObject({ status: 'delivered' });
  // Of another device nobody can answer for it.
  await writeCommandEvents(api.pool, [{ ...answered, commandId: cancelled.commandId, deviceId: 'other' }]);
  expect(await read(deviceId, cancelled)).toMatchObject({ status: 'delivered', answer: null });
});
