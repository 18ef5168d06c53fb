import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import mqttPacket, { type IPublishPacket } from 'mqtt-packet';
import { eventually } from '@fieldstream/testing';
import { publishPacket, RawMqtt, startBridgeBed, type BridgeBed } from './bridge-support.js';

jest.setTimeout(60_000);

let bed: BridgeBed;
let port: number;

beforeAll(async () => {
  bed = await startBridgeBed((config) => ({
    ...config,
    mqtt: { ...config.mqtt, maxConnections: 40 },
    limits: {
      ...config.limits,
      maxConnectBytes: 1_024,
      connectTimeoutMs: 500,
      maxConnectionsPerAddress: 30,
      maxPendingConnections: 10,
      publishesPerSecond: 100,
      bytesPerSecond: 1_048_576,
      keepaliveMinSeconds: 1,
      keepaliveMaxSeconds: 1,
      maxTopicBytes: 64,
      maxTopicLevels: 4,
      maxClientIdLength: 23,
      maxFilters: 3,
    },
  }));
  port = bed.bridge.mqttPort;
});

afterAll(async () => {
  await bed?.close();
});

const cut = (cause: string): Promise<number> =>
  bed.metric('fieldstream_bridge_connections_cut_total', { cause });
const refused = (reason: string): Promise<number> =>
  bed.metric('fieldstream_bridge_connects_over_limit_total', { reason });
const allClosed = async (): Promise<void> => {
  await eventually(async () => (await bed.metric('fieldstream_bridge_connections')) === 0, {
    what: 'all connections to be closed',
  });
};

describe('connections', () => {
  test('silent ones beyond the bound push out the oldest, and a client still gets in', async () => {
    const before = await cut('too-many-pending');
    const silent: RawMqtt[] = [];
    for (let i = 0; i < 15; i++) silent.push(await RawMqtt.open(port));
    const client = await RawMqtt.connect(port, 'gets-in');
    expect(client.received[0]).toMatchObject({ returnCode: 0 });
    await eventually(() => silent.slice(0, 5).every(({ closed }) => closed), { what: 'the oldest to go' });
    expect(await cut('too-many-pending')).toBeGreaterThanOrEqual(before + 5);
    client.destroy();
    for (const one of silent) one.destroy();
    await allClosed();
  });

  test('more than one address may have are closed', async () => {
    const before = await cut('too-many-of-address');
    const clients: RawMqtt[] = [];
    for (let i = 0; i < 30; i++) clients.push(await RawMqtt.connect(port, `of-address-${i}`));
    const beyond = await RawMqtt.open(port);
    await beyond.untilClosed();
    expect(await cut('too-many-of-address')).toBe(before + 1);
    for (const client of clients) client.destroy();
    await allClosed();
  });

  test('a CONNECT that comes byte by byte gets no more time than one that does not come', async () => {
    const before = await cut('connect-timeout');
    const slow = await RawMqtt.open(port);
    slow.write(Buffer.from([0x10, 0x80, 0x04]));
    await eventually(
      () => {
        slow.write(Buffer.from([0]));
        return slow.closed;
      },
      { what: 'the slow CONNECT to be cut', everyMs: 20 },
    );
    expect(await cut('connect-timeout')).toBe(before + 1);
  });
});

describe('a CONNECT', () => {
  test.each([
    ['a client ID that is too long', { clientId: 'c'.repeat(24) }, 2, 'client-id'],
    ['control characters in the client ID', { clientId: 'a\u0007b' }, 2, 'client-id'],
    [
      'a will on a topic that is too deep',
      {
        clientId: 'will',
        will: { topic: 'a/b/c/d/e', payload: Buffer.from('x'), qos: 0 as const, retain: false },
      },
      5,
      'will-topic',
    ],
  ])('%s is refused and counted', async (_, options, returnCode, reason) => {
    const before = await refused(reason);
    const client = await RawMqtt.connect(port, '', options);
    expect(client.received).toMatchObject([{ cmd: 'connack', returnCode }]);
    await client.untilClosed();
    expect(await refused(reason)).toBe(before + 1);
  });

  test('that is larger than its bound is cut', async () => {
    const before = await cut('packet-too-large');
    const client = await RawMqtt.open(port);
    client.send({
      cmd: 'connect',
      protocolId: 'MQTT',
      protocolVersion: 4,
      clean: true,
      keepalive: 1,
      clientId: 'c',
      username: 'u'.repeat(2_000),
    });
    await client.untilClosed();
    expect(await cut('packet-too-large')).toBe(before + 1);
  });

  test.each([0, 60_000])('with a keep-alive of %i: closed after the longest silence', async (keepalive) => {
    const client = await RawMqtt.connect(port, `silent-${keepalive}`, { keepalive });
    expect(client.received[0]).toMatchObject({ returnCode: 0 });
    await client.untilClosed();
  });

  test('and what is sent right behind it, are taken in order', async () => {
    const client = await RawMqtt.open(port);
    client.send(
      {
        cmd: 'connect',
        protocolId: 'MQTT',
        protocolVersion: 4,
        clean: true,
        keepalive: 1,
        clientId: 'hasty',
      },
      ...Array.from({ length: 60 }, (_, i) =>
        publishPacket('devices/hasty/telemetry', `{"i":${i}}`, { messageId: i + 1 }),
      ),
    );
    await eventually(() => client.acks().length === 60, { what: 'all acks' });
    expect(client.acks()).toEqual(Array.from({ length: 60 }, (_, i) => i + 1));
    client.destroy();
  });
});

describe('topics', () => {
  test.each([
    ['too long', 't'.repeat(65)],
    ['too deep', 'a/b/c/d/e'],
  ])('a publish to one that is %s closes the connection', async (_, topic) => {
    const before = await cut('topic-refused');
    const client = await RawMqtt.connect(port, 'deep', { keepalive: 1 });
    client.send(publishPacket(topic, 'x', { messageId: 1 }));
    await client.untilClosed();
    expect(client.acks()).toEqual([]);
    expect(await cut('topic-refused')).toBe(before + 1);
  });

  test('filters that are too long, too deep or too many are not granted; one that was given back makes room', async () => {
    const client = await RawMqtt.connect(port, 'reader', { keepalive: 1 });
    const subscribe = (messageId: number, ...topics: string[]): void =>
      client.send({ cmd: 'subscribe', messageId, subscriptions: topics.map((topic) => ({ topic, qos: 0 })) });
    const granted = async (messageId: number): Promise<unknown> => {
      await client.until('SUBACK', (packet) => packet.cmd === 'suback' && packet.messageId === messageId);
      const answer = client.received.find(
        (packet) => packet.cmd === 'suback' && packet.messageId === messageId,
      );
      return answer?.cmd === 'suback' ? answer.granted : undefined;
    };
    subscribe(1, 'a', 'f'.repeat(65), 'a/b/c/d/#', 'b', 'a');
    expect(await granted(1)).toEqual([0, 128, 128, 0]);
    subscribe(2, 'c', 'd', 'a');
    expect(await granted(2)).toEqual([0, 128, 0]);
    client.send({ cmd: 'unsubscribe', messageId: 3, unsubscriptions: ['c'] });
    await client.until('UNSUBACK', ({ cmd }) => cmd === 'unsuback');
    subscribe(4, 'd');
    expect(await granted(4)).toEqual([0]);
    expect(
      await bed.metric('fieldstream_bridge_dropped_total', { what: 'subscription' }),
    ).toBeGreaterThanOrEqual(3);
    client.destroy();
  });
});

describe('rates', () => {
  const burst = (id: string, from: number, count: number): IPublishPacket[] =>
    Array.from({ length: count }, (_, i) => publishPacket(`rate/${id}`, 'x', { messageId: from + i }));

  test('a client that publishes too fast is read more slowly, loses nothing, and holds up nobody', async () => {
    const fast = await RawMqtt.connect(port, 'fast', { keepalive: 1 });
    const other = await RawMqtt.connect(port, 'other', { keepalive: 1 });
    // Ten seconds' worth may come at once; half a second's worth more has to wait.
    fast.send(...burst('fast', 1, 1_050));
    await eventually(() => fast.acks().length >= 1_000, { what: 'the burst' });
    fast.send(...burst('fast', 2_001, 10));
    other.send(...burst('other', 1, 10));
    await eventually(() => other.acks().length === 10, { what: 'the other client' });
    await eventually(() => fast.acks().length === 1_060, { what: 'what had to wait' });
    expect(fast.acks().slice(-10)).toEqual(Array.from({ length: 10 }, (_, i) => 2_001 + i));
    fast.destroy();
    other.destroy();
  });
});

test('small pieces of a large packet are put together again', async () => {
  const client = await RawMqtt.connect(port, 'pieces', { keepalive: 1 });
  const heard = await RawMqtt.connect(port, 'pieces-reader', { keepalive: 1 });
  heard.send({ cmd: 'subscribe', messageId: 1, subscriptions: [{ topic: 'pieces', qos: 0 }] });
  await heard.until('SUBACK', ({ cmd }) => cmd === 'suback');
  const payload = Buffer.from(Array.from({ length: 20_000 }, (_, i) => i % 251));
  const bytes = Buffer.concat([
    mqttPacket.generate(publishPacket('pieces', payload, { messageId: 1 })),
    Buffer.from([0xc0, 0x00]),
  ]);
  let at = 0;
  await eventually(
    () => {
      client.write(bytes.subarray(at, at + 211));
      at += 211;
      return at >= bytes.length;
    },
    { what: 'all pieces sent', everyMs: 1 },
  );
  await client.until('PINGRESP', ({ cmd }) => cmd === 'pingresp');
  await heard.until('the message', ({ cmd }) => cmd === 'publish');
  const message = heard.received.find(({ cmd }) => cmd === 'publish') as IPublishPacket;
  expect(payload.equals(message.payload as Buffer)).toBe(true);
  client.destroy();
  heard.destroy();
});
