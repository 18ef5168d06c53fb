import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type pg from 'pg';
import { createKafka, KeyedProducer } from '@fieldstream/kafka';
import { createTestBed, eventually, ServiceProcess, type TestBed } from '@fieldstream/testing';
import { ChannelStore, createPool, RuleStore } from '@fieldstream/timescale';
import { type AlertRecord, alertKey, decodeAlert, encodeTelemetry, TOPICS } from '@fieldstream/wire';
import { readTopic } from '../support/kafka-log.js';
import { alerts, rule } from './alerter-support.js';
import { silent } from './timescale-flavours.js';

const LONG = 90_000;

let bed: TestBed;
let alerter: ServiceProcess;
let producer: KeyedProducer;
let pool: pg.Pool;
let rules: RuleStore;
let receiver: Server;
let hook: string;
/** What the webhook receiver was told; paths that begin with /hang are never answered. */
const received: { path: string; alert: AlertRecord }[] = [];

beforeAll(async () => {
  receiver = createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8');
    request.on('data', (chunk: string) => (body += chunk));
    request.on('end', () => {
      const path = request.url ?? '';
      const { alerts: told } = JSON.parse(body) as { alerts: AlertRecord[] };
      for (const alert of told) received.push({ path, alert });
      if (!path.startsWith('/hang')) response.end();
    });
  });
  await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
  hook = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}`;
  bed = await createTestBed('alerter', { KAFKA_PARTITIONS: '3', KAFKA_SESSION_TIMEOUT_MS: '6000' });
  alerter = await ServiceProcess.start({
    app: 'alerter',
    from: 'dist',
    env: bed.env,
    readyTimeoutMs: 60_000,
  });
  pool = createPool({ url: bed.databaseUrl, maxConnections: 3, applicationName: 'test', logger: silent });
  rules = new RuleStore(pool);
  const kafka = createKafka({ brokers: bed.kafkaBrokers.split(','), clientId: 'test', logger: silent });
  producer = new KeyedProducer({
    kafka,
    topicPrefix: bed.topicPrefix,
    lingerMs: 0,
    maxBatchRecords: 100,
    maxBatchBytes: 100_000,
    lanes: 1,
    deadlineMs: 20_000,
    logger: silent,
  });
  await producer.connect();
}, LONG);

afterAll(async () => {
  await alerter.stop();
  await producer.close({ timeoutMs: 2_000 });
  await pool.end();
  receiver.closeAllConnections();
  await new Promise((resolve) => receiver.close(resolve));
  await bed.close();
}, LONG);

afterEach(() => void received.splice(0));

async function publish(deviceId: string, timeMs: number, value: number): Promise<void> {
  const samples = [{ timeMs, values: new Map([['temperature', value]]) }];
  const record = encodeTelemetry({ deviceId, receivedAtMs: Date.now(), samples });
  await producer.send({ topic: TOPICS.readings, key: deviceId, value: record });
}

/** A webhook that gets each change at once, at a path of the receiver. */
async function channel(path: string): Promise<string> {
  const id = path.replaceAll('/', '-');
  const made = await new ChannelStore(pool).create({
    id,
    name: id,
    type: 'webhook',
    enabled: true,
    config: { url: `${hook}/${path}` },
    minSeverity: 'info',
    sendResolved: true,
    groupWaitMs: 0,
    messagesPerMinute: 600,
  });
  expect(made).toBeDefined();
  return id;
}

/** Makes a rule for one device, and waits until the alerter has it in force. */
async function watch(deviceId: string, edit: Parameters<typeof rule>[1] = {}): Promise<void> {
  await rules.create(rule(deviceId, { scope: { devices: [deviceId], metrics: ['temperature'] }, ...edit }));
  await inForce();
}

/** The rules of the alerter are those of the database: as many, and two looks later. */
async function inForce(): Promise<void> {
  const wanted = (await rules.list()).filter(({ rule: { enabled } }) => enabled).length;
  await eventually(
    async () => {
      const response = await fetch(`http://127.0.0.1:${alerter.healthPort}/metrics`);
      const shown = /^fieldstream_alerter_rules\{[^}]*\} (\d+)$/m.exec(await response.text());
      return Number(shown?.[1]) === wanted;
    },
    { what: `${wanted} rules in force` },
  );
}

const until = (what: string, check: () => Promise<boolean>): Promise<unknown> =>
  eventually(check, { what, timeoutMs: 20_000 });

async function untilStates(device: string, ...states: string[]): Promise<void> {
  await until(`alerts of ${device}: ${states.join()}`, async () => {
    const found = await alerts(pool, { device });
    return found.map(({ state }) => state).join() === states.join();
  });
}

async function streamed(device: string): Promise<AlertRecord[]> {
  const key = alertKey({ ruleId: device, deviceId: device, metric: 'temperature' });
  const log = await readTopic(bed, TOPICS.alerts);
  return log.filter((record) => record.key === key).map(({ message }) => decodeAlert(message.value));
}

test(
  'a noisy crossing makes one alert: rows, Kafka records and webhooks, each once and in order',
  async () => {
    await watch('noisy', { notify: { channels: [await channel('noisy')] } });
    const startMs = Date.now() - 1000;
    const values = [29.9, 30.1, 29.9, 30.2, 28.5, 30.1, 29, 27.9, 29.9, 27];
    for (const [index, value] of values.entries()) {
      // Told of before it clears: of an alert that has changed twice, a message tells the newest change.
      if (value === 27.9) await until('the first webhook', () => Promise.resolve(received.length === 1));
      await publish('noisy', startMs + index * 10, value);
    }
    await untilStates('noisy', 'resolved');
    const [alert] = await alerts(pool, { device: 'noisy' });
    expect(alert).toMatchObject({
      started_at: new Date(startMs + 10),
      fired_at: new Date(startMs + 10),
      resolved_at: new Date(startMs + 70),
      resolved_by: 'cleared',
      value: 30.1,
      summary: 'Rule noisy: temperature of noisy is 30.1 (> 30)',
    });
    await until('both webhooks', () => Promise.resolve(received.length === 2));
    expect(received.map(({ alert: { state } }) => state)).toEqual(['firing', 'resolved']);
    const records = await streamed('noisy');
    expect(received.map(({ alert: told }) => told)).toMatchObject(records);
    expect(records[0]?.sequence).toBeLessThan(records[1]?.sequence ?? 0);

    // A device that resends all of it, as new records, changes nothing; a last reading tells that they have passed.
    for (const [index, value] of values.entries()) await publish('noisy', startMs + index * 10, value);
    await publish('noisy', startMs + 500, 40);
    await untilStates('noisy', 'resolved', 'firing');
    await until('the next webhook', () => Promise.resolve(received.length === 3));
  },
  LONG,
);

test(
  'killed between the crossing and the end of `for`, with no further reading: one alert, at its time',
  async () => {
    await watch('silent', { forMs: 6000 });
    const crossedMs = Date.now();
    await publish('silent', crossedMs, 31);
    await until('a pending state', async () => {
      const { rows } = await pool.query<{ levels: object[] }>(
        `SELECT state->'levels' AS levels FROM alert_state WHERE device_id = 'silent'`,
      );
      return rows[0]?.levels.length === 1;
    });
    await alerter.kill();
    expect(await alerts(pool, { device: 'silent' })).toEqual([]);
    await alerter.restart({ signal: 'SIGKILL' });
    await untilStates('silent', 'firing');
    expect(await alerts(pool, { device: 'silent' })).toMatchObject([
      { started_at: new Date(crossedMs), fired_at: new Date(crossedMs + 6000), value: 31 },
    ]);
    await until('one record', async () => (await streamed('silent')).length === 1);
  },
  LONG,
);

test(
  'killed while readings come in: the alerts are those of the history',
  async () => {
    await watch('busy', { forMs: 1000, clearForMs: 500 });
    const startMs = Date.now() - 60_000;
    await publish('busy', startMs, 31);
    await alerter.kill();
    await publish('busy', startMs + 1200, 35);
    await publish('busy', startMs + 1500, 20);
    await publish('busy', startMs + 5000, 31);
    await publish('busy', startMs + 5900, 20);
    await alerter.restart({ signal: 'SIGKILL' });
    await untilStates('busy', 'resolved');
    expect(await alerts(pool, { device: 'busy' })).toMatchObject([
      {
        started_at: new Date(startMs),
        fired_at: new Date(startMs + 1000),
        resolved_at: new Date(startMs + 2000),
      },
    ]);
    await until('both records', async () => {
      const records = await streamed('busy');
      return records.map(({ state }) => state).join() === 'firing,resolved';
    });
  },
  LONG,
);

test(
  'editing and deleting a rule resolves its alerts, without a further reading',
  async () => {
    await watch('edited');
    await watch('deleted', { notify: { channels: [await channel('deleted')] } });
    const nowMs = Date.now();
    await publish('edited', nowMs, 31);
    await publish('deleted', nowMs, 31);
    await untilStates('edited', 'firing');
    await untilStates('deleted', 'firing');
    await until('the first webhook', () => Promise.resolve(received.length === 1));
    const scope = { devices: ['edited'], labels: {}, metrics: ['temperature'] };
    await rules.replace(rule('edited', { scope, params: { operator: '>', threshold: 99 } }));
    await rules.remove('deleted');
    await untilStates('edited', 'resolved');
    await untilStates('deleted', 'resolved');
    const [edited] = await alerts(pool, { device: 'edited' });
    const [deleted] = await alerts(pool, { device: 'deleted' });
    expect([edited?.resolved_by, deleted?.resolved_by]).toEqual(['rule-changed', 'rule-deleted']);
    await until('both webhooks', () => Promise.resolve(received.length === 2));
    expect(received[1]?.alert).toMatchObject({ state: 'resolved', value: null });
    await until('both records', async () => (await streamed('edited')).length === 2);
  },
  LONG,
);

test(
  'a webhook that hangs delays neither the stream nor other webhooks nor the readings',
  async () => {
    const hanging = await Promise.all([1, 2, 3].map((each) => channel(`hang/${each}`)));
    await watch('hanging', { notify: { channels: hanging } });
    await watch('quick', { notify: { channels: [await channel('quick')] } });
    await publish('hanging', Date.now(), 31);
    await until('three hanging calls', () => Promise.resolve(received.length === 3));
    await publish('quick', Date.now(), 31);
    await until('the quick webhook', () => Promise.resolve(received.some(({ path }) => path === '/quick')));
    await until('the record of the hanging one', async () => (await streamed('hanging')).length === 1);
    const { rows } = await pool.query(
      `SELECT delivered_at FROM notification_message WHERE channel_id LIKE 'hang-%'`,
    );
    expect(rows).toEqual([{ delivered_at: null }, { delivered_at: null }, { delivered_at: null }]);
  },
  LONG,
);
