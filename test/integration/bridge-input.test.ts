import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { eventually } from '@fieldstream/testing';
import { publishPacket, RawMqtt, startBridgeBed, type BridgeBed } from './bridge-support.js';

jest.setTimeout(60_000);

let bed: BridgeBed;
let port: number;

beforeAll(async () => {
  bed = await startBridgeBed();
  port = bed.bridge.mqttPort;
});

afterAll(async () => {
  await bed?.close();
});

const nested = (depth: number): string => '{"a":'.repeat(depth) + '1' + '}'.repeat(depth);

describe('a bad payload is acked, dead-lettered with its bytes, and the next good one is stored', () => {
  const cases: [name: string, payload: string | Buffer, reason: string][] = [
    ['broken JSON', '{"t":', 'invalid-json'],
    ['a number instead of an object', '5', 'not-an-object'],
    ['NaN', '{"t":NaN}', 'invalid-json'],
    ['1e999', '{"t":1e999}', 'non-finite-number'],
    ['10,000 levels', nested(10_000), 'too-deep'],
    ['a metric name of 100 KB', `{"${'n'.repeat(100_000)}":1}`, 'invalid-metric-name'],
    ['nothing', '', 'empty-payload'],
    ['binary garbage', Buffer.from([0xff, 0x00, 0xfe, 0x80, 0x0a]), 'invalid-utf8'],
    ['__proto__', '{"__proto__":{"polluted":true}}', 'invalid-metric-name'],
    ['ts that is no time', '{"ts":"soon","t":1}', 'invalid-timestamp'],
    ['one bad sample of two', '[{"t":1},{"t":"\\u0000"}]', 'invalid-value'],
  ];
  test.each(cases)('%s', async (name, payload, reason) => {
    const id = `bad ${name.replaceAll('/', '')}`;
    const client = await RawMqtt.connect(port, id);
    client.send(
      publishPacket(`devices/${id}/telemetry`, payload, { messageId: 1 }),
      publishPacket(`devices/${id}/telemetry`, '{"good":1}', { messageId: 2 }),
    );
    await eventually(() => client.acks().length === 2, { what: 'both acks' });
    await eventually(() => bed.records.samplesOf(id).length === 1, { what: 'the good reading' });
    const letter = await eventually(
      () => bed.records.deadLetters.find((one) => one.deviceId === id) ?? false,
      { what: 'the dead letter' },
    );
    expect(letter).toMatchObject({
      reason,
      clientId: id,
      mqttTopic: `devices/${id}/telemetry`,
      decoder: 'native',
    });
    expect(letter.payload.equals(Buffer.from(payload))).toBe(true);
    expect(client.acks()).toEqual([1, 2]);
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
    client.destroy();
  });

  test('a payload that grows beyond what Kafka takes', async () => {
    const inner = Object.fromEntries(Array.from({ length: 1_000 }, (_, i) => [i, 1]));
    const payload = JSON.stringify(
      Array.from({ length: 20 }, (_, i) => ({ ts: 1_790_000_000 + i, ['p'.repeat(250)]: inner })),
    );
    const client = await bed.client();
    await client.publishAsync('devices/grow/telemetry', payload, { qos: 1 });
    const letter = await eventually(
      () => bed.records.deadLetters.find((one) => one.deviceId === 'grow') ?? false,
      { what: 'the dead letter' },
    );
    expect(letter.reason).toBe('record-too-large');
    expect(letter.payload.toString()).toBe(payload);
  });

  test('an invalid device ID: the dead letter goes under the client', async () => {
    const client = await bed.client({ clientId: 'wrong-device' });
    await client.publishAsync(`devices/${'d'.repeat(129)}/telemetry`, '{"t":1}', { qos: 1 });
    const letter = await eventually(
      () => bed.records.deadLetters.find((one) => one.clientId === 'wrong-device') ?? false,
      { what: 'the dead letter' },
    );
    expect(letter).toMatchObject({ reason: 'invalid-device-id' });
    expect(letter.deviceId).toBeUndefined();
  });
});

test.each(['1970-01-01T00:00:00Z', '2999-01-01T00:00:00Z'])(
  'a time of %s is replaced by received time and counted',
  async (ts) => {
    const id = `clock ${ts.slice(0, 4)}`;
    const before = await bed.metric('fieldstream_bridge_implausible_times_total');
    const client = await bed.client();
    const from = Date.now();
    await client.publishAsync(`devices/${id}/telemetry`, JSON.stringify({ ts, t: 1 }), { qos: 1 });
    await eventually(() => bed.records.samplesOf(id).length === 1, { what: 'the reading' });
    const timeMs = bed.records.samplesOf(id)[0]?.[0] ?? 0;
    expect(timeMs).toBeGreaterThanOrEqual(from);
    expect(timeMs).toBeLessThanOrEqual(Date.now());
    expect(await bed.metric('fieldstream_bridge_implausible_times_total')).toBe(before + 1);
  },
);

test("publishing for another device's ID is what a gateway does: it is stored for that device", async () => {
  const client = await bed.client({ clientId: 'gateway' });
  await client.publishAsync('devices/behind-the-gateway/telemetry', '{"t":1}', { qos: 1 });
  await eventually(() => bed.records.samplesOf('behind-the-gateway').length === 1, { what: 'the reading' });
});

describe('packets', () => {
  test.each([
    [
      'a metric name of 1 MB',
      () => publishPacket('devices/huge/telemetry', `{"${'n'.repeat(1_000_000)}":1}`, { messageId: 1 }),
    ],
    [
      'a payload one byte over the bound',
      () => publishPacket('t', Buffer.alloc(262_144 - 4 - 3 - 2 + 1), { messageId: 1 }),
    ],
  ])('%s: the connection is closed without an ack', async (_, packet) => {
    const client = await RawMqtt.connect(port, 'too-large');
    client.send(packet());
    await client.untilClosed();
    expect(client.acks()).toEqual([]);
  });

  test('a packet of exactly the bound is taken', async () => {
    const client = await RawMqtt.connect(port, 'just-so');
    client.send(publishPacket('t', Buffer.alloc(262_144 - 4 - 3 - 2), { messageId: 1 }));
    await eventually(() => client.acks().length === 1, { what: 'the ack' });
    client.destroy();
  });

  test('300 MB announced and never sent: cut at once, in 200 connections, at no cost', async () => {
    const residentBefore = process.memoryUsage().rss;
    const announcement = Buffer.from([0x30, 0xff, 0xff, 0xff, 0x7f, 0, 1, 0x74]);
    const clients = await Promise.all(
      Array.from({ length: 200 }, (_, i) => RawMqtt.connect(port, `announcer-${i}`)),
    );
    for (const client of clients) client.write(announcement);
    for (const client of clients) await client.untilClosed();
    expect(process.memoryUsage().rss - residentBefore).toBeLessThan(64 * 1024 * 1024);
    expect(
      await bed.metric('fieldstream_bridge_connections_cut_total', { cause: 'packet-too-large' }),
    ).toBeGreaterThanOrEqual(200);
  });

  test.each([
    ['a CONNECT of 20 KB', [0x10, 0xa0, 0x9c, 0x01]],
    ['HTTP', [...Buffer.from('GET / HTTP/1.1\r\n\r\n')]],
    ['a PUBLISH before the CONNECT', [0x30, 0x04, 0x00, 0x01, 0x74, 0x31]],
    ['a length of five bytes', [0x10, 0x80, 0x80, 0x80, 0x80, 0x01]],
    ['a CONNECT that says nothing', [0x10, 0x00, 0x00, 0x00, 0x00]],
    [
      'a protocol that is not MQTT',
      [0x10, 0x0c, 0x00, 0x04, 0x4e, 0x4f, 0x50, 0x45, 0x04, 0x02, 0x00, 0x00, 0x00, 0x00],
    ],
    ['reserved bits', [0x1f, 0x00]],
  ])('%s: the connection is closed', async (_, bytes) => {
    const client = await RawMqtt.open(port);
    client.write(Uint8Array.from(bytes));
    await client.untilClosed();
    expect(client.received).toEqual([]);
  });

  test('any bytes after the CONNECT leave the bridge alive', async () => {
    for (let seed = 1; seed <= 150; seed++) {
      const client = await RawMqtt.connect(port, `fuzz-${seed}`);
      // A deterministic, different mess for each seed, behind each packet type.
      const mess = Buffer.from(
        Array.from({ length: 48 }, (_, i) => (seed * 2_654_435_761 + i * 40_503 * (seed + i)) >>> (i % 17)),
      );
      client.write(Buffer.concat([Buffer.from([((seed % 16) << 4) | (seed % 3 ? 2 : 0), 46]), mess]));
      client.destroy();
    }
    const client = await bed.client();
    await client.publishAsync('devices/after-the-fuzz/telemetry', '{"t":1}', { qos: 1 });
    await eventually(() => bed.records.samplesOf('after-the-fuzz').length === 1, { what: 'the reading' });
  });

  test('an empty client ID without a clean session is refused with return code 2', async () => {
    const client = await RawMqtt.open(port);
    // mqtt-packet refuses to write it: protocol MQTT 4, no flags, no keep-alive, no client ID.
    client.write(Uint8Array.from([0x10, 12, 0, 4, 0x4d, 0x51, 0x54, 0x54, 4, 0, 0, 0, 0, 0]));
    await client.untilClosed();
    expect(client.received).toMatchObject([{ cmd: 'connack', returnCode: 2 }]);
  });

  test('an empty client ID with a clean session is taken', async () => {
    const client = await RawMqtt.connect(port, '');
    expect(client.received[0]).toMatchObject({ cmd: 'connack', returnCode: 0 });
    client.destroy();
  });

  test('MQTT 5 is refused with return code 1', async () => {
    const client = await RawMqtt.connect(port, 'five', { protocolVersion: 5 } as object);
    await client.untilClosed();
    expect(JSON.stringify(client.received)).toContain('"returnCode":1');
  });
});

describe('topics', () => {
  test.each(['$SYS/broker', '$share/x', 'alerts/d/r', 'alerts'])(
    '%s is not for clients: the connection is closed',
    async (topic) => {
      const listener = await bed.client();
      const heard: string[] = [];
      listener.on('message', (name) => heard.push(name));
      await listener.subscribeAsync(['alerts/#', '$share/#', '$SYS/broker']);
      const client = await RawMqtt.connect(port, 'intruder');
      client.send(publishPacket(topic, 'x', { messageId: 1 }));
      await client.untilClosed();
      expect(client.acks()).toEqual([]);
      expect(heard).toEqual([]);
    },
  );

  test('a topic that no decoder claims is ordinary MQTT: acked, delivered, counted, not dead-lettered', async () => {
    const before = await bed.metric('fieldstream_bridge_publishes_total', { outcome: 'unclaimed' });
    const client = await bed.client();
    const heard = new Promise<string>((resolve) =>
      client.once('message', (topic, payload) => resolve(`${topic} ${payload.toString()}`)),
    );
    await client.subscribeAsync('some/#');
    await client.publishAsync('some/topic', 'not JSON {', { qos: 1 });
    expect(await heard).toBe('some/topic not JSON {');
    expect(await bed.metric('fieldstream_bridge_publishes_total', { outcome: 'unclaimed' })).toBe(before + 1);
    expect(bed.records.deadLetters.some(({ mqttTopic }) => mqttTopic === 'some/topic')).toBe(false);
  });

  test('an empty retained publish on a telemetry topic removes the retained message and reports nothing', async () => {
    const client = await bed.client({ clientId: 'remover' });
    await client.publishAsync('devices/remover/telemetry', '{"t":1}', { qos: 1, retain: true });
    await client.publishAsync('devices/remover/telemetry', '', { qos: 1, retain: true });
    const late = await bed.client();
    const heard: string[] = [];
    late.on('message', (topic) => heard.push(topic));
    await late.subscribeAsync('devices/remover/telemetry');
    await late.publishAsync('devices/remover/telemetry', '{"t":2}', { qos: 1 });
    await eventually(() => heard.length > 0, { what: 'the live message' });
    expect(heard).toEqual(['devices/remover/telemetry']);
    expect(bed.records.deadLetters.some(({ deviceId }) => deviceId === 'remover')).toBe(false);
  });
});
