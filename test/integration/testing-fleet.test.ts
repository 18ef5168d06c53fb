import { createServer, type Server, type Socket } from 'node:net';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { eventually, Fleet, type FleetOptions } from '@fieldstream/testing';
import mqttPacket, { type IPublishPacket, type Packet } from 'mqtt-packet';

/** An MQTT server that acks what `acks` lets it, and remembers every PUBLISH. */
let server: Server;
let port: number;
let fleet: Fleet;
let publishes: IPublishPacket[];
let acks: (packet: IPublishPacket) => boolean;
let returnCode: number;
const sockets = new Set<Socket>();

beforeEach(async () => {
  publishes = [];
  acks = () => true;
  returnCode = 0;
  server = createServer((socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => {});
    const parser = mqttPacket.parser();
    parser.on('packet', (packet: Packet) => answer(socket, packet));
    socket.on('data', (chunk) => parser.parse(chunk));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  port = (server.address() as { port: number }).port;
});

afterEach(async () => {
  await fleet.close();
  for (const socket of sockets) socket.destroy();
  await new Promise((resolve) => server.close(resolve));
});

function answer(socket: Socket, packet: Packet): void {
  if (packet.cmd === 'connect') {
    socket.write(mqttPacket.generate({ cmd: 'connack', sessionPresent: false, returnCode }));
  } else if (packet.cmd === 'publish') {
    publishes.push(packet);
    if (acks(packet)) socket.write(mqttPacket.generate({ cmd: 'puback', messageId: packet.messageId ?? 0 }));
  }
}

function makeFleet(options: Partial<FleetOptions>): Fleet {
  fleet = new Fleet({
    port,
    connections: 1,
    window: 4,
    clock: { startMs: 1_795_244_000_000, stepMs: 1_000 },
    ...options,
  });
  return fleet;
}

function numbersOf(packets: readonly IPublishPacket[]): number[] {
  return packets.map(
    (packet) => ((JSON.parse(packet.payload.toString()) as { ts: number }).ts - 1_795_244_000_000) / 1_000,
  );
}

test('publishes exactly what was asked for, and the ledger says so', async () => {
  makeFleet({ connections: 3, devicesPerConnection: 2, publishes: 600 });
  await fleet.connect();
  fleet.start();
  await fleet.finish();
  expect(publishes).toHaveLength(600);
  expect(fleet.ledger).toMatchObject({ sent: 600, acked: 600 });
  expect(fleet.latency.count).toBe(600);
  const byDevice = new Map<string, IPublishPacket[]>();
  for (const packet of publishes) byDevice.set(packet.topic, [...(byDevice.get(packet.topic) ?? []), packet]);
  expect([...byDevice.keys()].sort()).toEqual(fleet.devices.map((device) => `devices/${device}/telemetry`));
  for (const packets of byDevice.values()) expect(numbersOf(packets)).toEqual([...packets.keys()]);
});

test('keeps to its window', async () => {
  acks = () => false;
  makeFleet({ window: 4 });
  await fleet.connect();
  fleet.start();
  await eventually(() => publishes.length === 4, { what: 'a full window' });
  expect(fleet.stats()).toMatchObject({ published: 4, acked: 0, inFlight: 4 });
});

test('after a loss it resends what is not acked, in order, with packet ID and payload unchanged and DUP set', async () => {
  acks = (packet) => numbersOf([packet])[0] === 1;
  makeFleet({ window: 4 });
  await fleet.connect();
  fleet.start();
  await eventually(() => publishes.length === 4, { what: 'a full window' });
  fleet.pause();
  await eventually(() => fleet.ledger.acked === 1, { what: 'the one ack' });
  const before = publishes.splice(0);
  acks = () => true;
  fleet.cut();
  await fleet.drain();
  expect(numbersOf(publishes)).toEqual([0, 2, 3]);
  const unacked = before.filter((_, number) => number !== 1);
  for (const [index, packet] of publishes.entries()) {
    expect(packet).toMatchObject({ dup: true, qos: 1, messageId: unacked[index]?.messageId });
    expect(packet.payload).toEqual(unacked[index]?.payload);
  }
  expect(fleet.stats()).toMatchObject({ resent: 3, lost: 1, ackOutOfOrder: 1, inFlight: 0 });
});

test('survives losses while running: everything is acked in the end', async () => {
  makeFleet({
    connections: 5,
    publishes: 20_000,
    disorder: { lateShare: 0.1, outOfOrderShare: 0.1, duplicateShare: 0.1 },
  });
  await fleet.connect();
  fleet.start();
  for (const mark of [2_000, 6_000, 10_000]) {
    await eventually(() => fleet.stats().acked > mark, { everyMs: 1, what: `${mark} acks` });
    fleet.cut();
  }
  await fleet.finish();
  expect(fleet.stats()).toMatchObject({ published: 20_000, acked: 20_000, inFlight: 0 });
  expect(fleet.ledger.acked).toBe(fleet.ledger.sent);
  expect(fleet.ledger.sent).toBeLessThan(20_000);
});

test('holds a rate, and goes on where it paused', async () => {
  makeFleet({ connections: 4, rate: 2_000, publishes: 1_000 });
  await fleet.connect();
  fleet.start();
  await eventually(() => fleet.stats().published > 200, { what: 'the first publishes' });
  await fleet.drain();
  const { published } = fleet.stats();
  expect(published).toBeLessThan(1_000);
  fleet.start();
  await fleet.finish();
  expect(numbersOf(publishes).filter((number) => number === 0)).toHaveLength(4);
  expect(publishes).toHaveLength(1_000);
});

test('a refused connection is reported, and tried again', async () => {
  returnCode = 5;
  makeFleet({});
  await expect(fleet.connect(300)).rejects.toThrow(/0 of 1 accepted, \d+ refused/);
  returnCode = 0;
  await fleet.connect();
  expect(fleet.stats().connected).toBe(1);
});
