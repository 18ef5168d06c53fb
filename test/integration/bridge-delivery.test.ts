import { createServer } from 'node:net';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { eventually } from '@fieldstream/testing';
import { publishPacket, RawMqtt, startBridgeBed, type BridgeBed } from './bridge-support.js';

jest.setTimeout(60_000);

const range = (count: number): number[] => Array.from({ length: count }, (_, index) => index + 1);

describe('acknowledgements', () => {
  let bed: BridgeBed;

  beforeAll(async () => {
    bed = await startBridgeBed();
  });

  afterAll(async () => {
    await bed?.close();
  });

  test('one connection that publishes for many devices, across lanes: PUBACKs in the order of the PUBLISHes, records in the order of each device', async () => {
    const client = await RawMqtt.connect(bed.bridge.mqttPort, 'gateway');
    const packets = range(600).map((n) =>
      // Some are refused, some are ordinary MQTT: they keep their place.
      n % 20 === 0
        ? publishPacket('some/topic', 'x', { messageId: n })
        : publishPacket(`devices/order-${n % 37}/telemetry`, n % 31 === 0 ? '{' : `{"n":${n}}`, {
            messageId: n,
          }),
    );
    for (let at = 0; at < packets.length; at += 100) client.send(...packets.slice(at, at + 100));
    await eventually(() => client.acks().length === 600, { what: '600 acks' });
    expect(client.acks()).toEqual(range(600));
    const expected = range(600).filter((n) => n % 20 !== 0 && n % 31 !== 0);
    await eventually(
      () =>
        bed.records.telemetry.filter(({ deviceId }) => deviceId.startsWith('order-')).length ===
        expected.length,
      { what: 'all records' },
    );
    for (let device = 0; device < 37; device++) {
      const numbers = bed.records.samplesOf(`order-${device}`).map(([, values]) => values['n']);
      expect(numbers).toEqual(expected.filter((n) => n % 37 === device));
    }
    client.destroy();
  });

  test('QoS 2: PUBREC after Kafka, a resend is stored at the same time, delivered once', async () => {
    const listener = await bed.client();
    let heard = 0;
    listener.on('message', () => heard++);
    await listener.subscribeAsync('devices/twice/telemetry', { qos: 2 });
    const client = await RawMqtt.connect(bed.bridge.mqttPort, 'twice');
    const packet = publishPacket('devices/twice/telemetry', '{"t":1}', { qos: 2, messageId: 5 });
    client.send(packet);
    await eventually(() => client.acks('pubrec').length === 1, { what: 'PUBREC' });
    client.send({ ...packet, dup: true });
    await eventually(() => client.acks('pubrec').length === 2, { what: 'PUBREC of the resend' });
    client.send({ cmd: 'pubrel', messageId: 5 });
    await eventually(() => client.acks('pubcomp').length === 1, { what: 'PUBCOMP' });
    await eventually(() => bed.records.samplesOf('twice').length === 2, { what: 'both records' });
    const [first, second] = bed.records.samplesOf('twice');
    expect(second).toEqual(first);
    await eventually(() => heard === 1, { what: 'the delivery' });
    client.destroy();
  });

  test('QoS 1 resent over a new connection without time of its own: the time of the first arrival', async () => {
    const packet = publishPacket('devices/resent/telemetry', '{"t":1}', { messageId: 9 });
    for (const dup of [false, true]) {
      const client = await RawMqtt.connect(bed.bridge.mqttPort, 'resender', { clean: false });
      client.send({ ...packet, dup });
      await eventually(() => client.acks().length === 1, { what: 'the ack' });
      client.destroy();
    }
    await eventually(() => bed.records.samplesOf('resent').length === 2, { what: 'both records' });
    const [first, second] = bed.records.samplesOf('resent');
    expect(second).toEqual(first);
  });

  test('readings of one millisecond without time of their own do not collapse', async () => {
    const client = await RawMqtt.connect(bed.bridge.mqttPort, 'burst');
    client.send(
      ...range(200).map((n) => publishPacket('devices/burst/telemetry/t', String(n), { messageId: n })),
    );
    await eventually(() => bed.records.samplesOf('burst').length === 200, { what: '200 readings' });
    const times = bed.records.samplesOf('burst').map(([timeMs]) => timeMs);
    expect(new Set(times).size).toBe(200);
    expect(times).toEqual([...times].sort((a, b) => a - b));
    client.destroy();
  });

  test('QoS 0 is stored too', async () => {
    const client = await bed.client();
    await client.publishAsync('devices/zero/telemetry', '{"t":1}', { qos: 0 });
    await eventually(() => bed.records.samplesOf('zero').length === 1, { what: 'the reading' });
  });

  test('a client that leaves without waiting for its ack: stored and delivered', async () => {
    const listener = await bed.client();
    const heard = new Promise<string>((resolve) => listener.once('message', (topic) => resolve(topic)));
    await listener.subscribeAsync('devices/hasty/#', { qos: 1 });
    const client = await RawMqtt.connect(bed.bridge.mqttPort, 'hasty');
    client.send(publishPacket('devices/hasty/telemetry', '{"t":1}', { messageId: 1 }), { cmd: 'disconnect' });
    expect(await heard).toBe('devices/hasty/telemetry');
    await eventually(() => bed.records.samplesOf('hasty').length === 1, { what: 'the reading' });
  });

  test('a last will: delivered, retained, an offline event and a last-will event; connects and disconnects are events', async () => {
    const listener = await bed.client();
    const heard = new Promise<string>((resolve) =>
      listener.once('message', (_, payload) => resolve(payload.toString())),
    );
    await listener.subscribeAsync('devices/mortal/status');
    const will = {
      topic: 'devices/mortal/status',
      payload: Buffer.from('offline'),
      qos: 1 as const,
      retain: true,
    };
    const client = await RawMqtt.connect(bed.bridge.mqttPort, 'mortal', { will });
    client.destroy();
    expect(await heard).toBe('offline');
    await eventually(
      () => {
        const types = bed.records.events
          .filter(({ clientId }) => clientId === 'mortal')
          .map(({ type }) => type);
        expect(types.sort()).toEqual(['connected', 'disconnected', 'last-will', 'offline']);
      },
      { what: 'the events' },
    );
    expect(
      bed.records.events.find(({ type, clientId }) => type === 'last-will' && clientId === 'mortal'),
    ).toMatchObject({ detail: 'devices/mortal/status' });
    expect(
      bed.records.events.find(({ type, clientId }) => type === 'offline' && clientId === 'mortal'),
    ).toMatchObject({ deviceId: 'mortal' });
  });

  test('a clean disconnect publishes no will', async () => {
    const will = {
      topic: 'devices/polite/status',
      payload: Buffer.from('offline'),
      qos: 1 as const,
      retain: false,
    };
    const client = await RawMqtt.connect(bed.bridge.mqttPort, 'polite', { will });
    client.send({ cmd: 'disconnect' });
    await eventually(
      () => bed.records.events.some(({ type, clientId }) => type === 'disconnected' && clientId === 'polite'),
      { what: 'the disconnect' },
    );
    expect(
      bed.records.events.some(({ type, clientId }) => type === 'last-will' && clientId === 'polite'),
    ).toBe(false);
  });

  test('a subscriber that takes nothing does not hold up the publishers', async () => {
    const sleeper = await RawMqtt.connect(bed.bridge.mqttPort, 'sleeper');
    sleeper.send({ cmd: 'subscribe', messageId: 1, subscriptions: [{ topic: 'loud/#', qos: 0 }] });
    await sleeper.until('SUBACK', (packet) => packet.cmd === 'suback');
    sleeper.sleep();
    const client = await bed.client();
    const payload = Buffer.alloc(100_000);
    for (let n = 0; n < 200; n++) await client.publishAsync('loud/topic', payload, { qos: 1 });
    await client.publishAsync('devices/unhindered/telemetry', '{"t":1}', { qos: 1 });
    await eventually(() => bed.records.samplesOf('unhindered').length === 1, { what: 'the reading' });
    expect(
      await bed.metric('fieldstream_bridge_dropped_total', { what: 'forward-to-slow-subscriber' }),
    ).toBeGreaterThan(0);
    sleeper.destroy();
  });
});

describe('bounds', () => {
  test('past the deadline the connection is closed without an ack, and nothing more is acked; the resend is stored once', async () => {
    // Records that wait for companions longer than their deadline.
    const bed = await startBridgeBed((config) => ({
      ...config,
      mqtt: { ...config.mqtt, ackDeadlineMs: 200, lingerMs: 3_000 },
    }));
    try {
      const client = await RawMqtt.connect(bed.bridge.mqttPort, 'late');
      client.send(
        ...range(5).map((n) => publishPacket(`devices/late-${n}/telemetry`, '{"t":1}', { messageId: n })),
      );
      await client.untilClosed();
      expect(client.acks()).toEqual([]);
      expect(await bed.metric('fieldstream_bridge_publishes_total', { outcome: 'refused' })).toBe(5);
      expect(await bed.metric('fieldstream_bridge_in_flight_bytes')).toBe(0);
      const ready = await fetch(`http://127.0.0.1:${bed.bridge.opsPort}/health/ready`);
      expect(ready.status).toBe(503);
    } finally {
      await bed.close();
    }
  });

  test('beyond the bytes in flight QoS 0 is shed and counted, QoS 1 closed without an ack; then all goes on', async () => {
    const bed = await startBridgeBed((config) => ({
      ...config,
      mqtt: { ...config.mqtt, maxInFlightBytes: 1_048_576, lingerMs: 500, maxBatchBytes: 10_000_000 },
    }));
    try {
      const payload = JSON.stringify({ t: 1, text: 'x'.repeat(4_000) });
      const flood = await RawMqtt.connect(bed.bridge.mqttPort, 'flood');
      for (const n of range(10)) {
        flood.send(
          ...range(40).map((m) => publishPacket(`devices/flood-${n}-${m}/telemetry`, payload, { qos: 0 })),
        );
      }
      await eventually(
        async () => (await bed.metric('fieldstream_bridge_publishes_total', { outcome: 'shed' })) > 0,
        { what: 'shedding' },
      );
      const late = await RawMqtt.connect(bed.bridge.mqttPort, 'late');
      late.send(publishPacket('devices/refused/telemetry', payload, { messageId: 1 }));
      await late.untilClosed();
      expect(late.acks()).toEqual([]);
      expect(await bed.metric('fieldstream_bridge_publishes_total', { outcome: 'refused' })).toBe(1);

      await eventually(async () => (await bed.metric('fieldstream_bridge_in_flight_publishes')) === 0, {
        what: 'the flood to be stored',
      });
      const client = await bed.client();
      await client.publishAsync('devices/after/telemetry', '{"t":1}', { qos: 1 });
      const shed = await bed.metric('fieldstream_bridge_publishes_total', { outcome: 'shed' });
      await eventually(
        () =>
          bed.records.telemetry.filter(({ deviceId }) => deviceId.startsWith('flood-')).length === 400 - shed,
        { what: 'all that was not shed' },
      );
      flood.destroy();
    } finally {
      await bed.close();
    }
  });

  test('connections beyond the bound are turned away and counted', async () => {
    const bed = await startBridgeBed((config) => ({
      ...config,
      mqtt: { ...config.mqtt, maxConnections: 2 },
    }));
    try {
      const inside = [
        await RawMqtt.connect(bed.bridge.mqttPort, 'one'),
        await RawMqtt.connect(bed.bridge.mqttPort, 'two'),
      ];
      const outside = await RawMqtt.open(bed.bridge.mqttPort);
      await outside.untilClosed();
      expect(
        await bed.metric('fieldstream_bridge_connections_cut_total', { cause: 'too-many-connections' }),
      ).toBe(1);
      for (const client of inside) client.destroy();
    } finally {
      await bed.close();
    }
  });

  test('a port in use: a message that names MQTT_PORT, and nothing is left running', async () => {
    const squatter = createServer();
    await new Promise<void>((resolve) => squatter.listen(0, '127.0.0.1', resolve));
    const { port } = squatter.address() as { port: number };
    try {
      await expect(
        startBridgeBed((config) => ({ ...config, mqtt: { ...config.mqtt, port } })),
      ).rejects.toMatchObject({
        code: 'listen-failed',
        message: expect.stringContaining('MQTT_PORT'),
      });
    } finally {
      await new Promise((resolve) => squatter.close(resolve));
    }
  });
});

describe('shutdown', () => {
  test('what is in flight is stored and acked, the last counters are sent, no will is published', async () => {
    const bed = await startBridgeBed((config) => ({ ...config, mqtt: { ...config.mqtt, lingerMs: 300 } }));
    const will = {
      topic: 'devices/closing/status',
      payload: Buffer.from('offline'),
      qos: 1 as const,
      retain: false,
    };
    const client = await RawMqtt.connect(bed.bridge.mqttPort, 'closing', { will });
    client.send(
      ...range(50).map((n) => publishPacket('devices/closing/telemetry', `{"n":${n}}`, { messageId: n })),
    );
    await eventually(async () => (await bed.metric('fieldstream_bridge_in_flight_publishes')) === 50, {
      what: 'everything in flight',
      everyMs: 5,
    });
    await bed.bridge.close();
    await client.untilClosed();
    expect(client.acks()).toEqual(range(50));
    await eventually(() => bed.records.ledger?.produced === 50, { what: 'the last counters' });
    expect(bed.records.ledger).toEqual({
      received: 50,
      produced: 50,
      presence: 0,
      deadLettered: 0,
      shed: 0,
      refused: 0,
      inFlight: 0,
    });
    expect(bed.records.samplesOf('closing')).toHaveLength(50);
    expect(bed.records.events.some(({ type }) => type === 'last-will' || type === 'offline')).toBe(false);
    await bed.close();
  });
});
