import { expect, test } from '@jest/globals';
import { createServer, type AddressInfo } from 'node:net';
import { choosePort, isLoopbackPortFree } from './ports.js';

const all = async () => true;
const none = async () => false;

test('a requested port is taken when it is free', async () => {
  expect(await choosePort({ label: '--kafka-port', requested: 9092, preferred: [19092] }, all)).toBe(9092);
});

test('a requested port in use is refused, not replaced', async () => {
  await expect(
    choosePort({ label: '--kafka-port', requested: 9092, preferred: [] }, none),
  ).rejects.toMatchObject({ code: 'PORT_TAKEN', message: expect.stringContaining('127.0.0.1:9092') });
  await expect(
    choosePort({ label: '--kafka-port', requested: 9092, preferred: [], taken: new Set([9092]) }, all),
  ).rejects.toMatchObject({ code: 'PORT_TAKEN' });
});

test('the first preferred port that is free and not taken wins', async () => {
  const wish = { label: 'Kafka', preferred: [1111, 2222, 3333], taken: new Set([2222]) };
  expect(await choosePort(wish, async (port) => port !== 1111)).toBe(3333);
});

test('other ports are below those of outgoing connections', async () => {
  const port = await choosePort({ label: 'Kafka', preferred: [1111] }, async (each) => each !== 1111);
  expect(port).toBeGreaterThanOrEqual(20_000);
  expect(port).toBeLessThanOrEqual(32_000);
});

test('having none at all is an error', async () => {
  await expect(choosePort({ label: 'Kafka', preferred: [1111] }, none)).rejects.toMatchObject({
    code: 'PORT_TAKEN',
  });
});

test('a port is free when nothing listens on it', async () => {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  expect(await isLoopbackPortFree(port)).toBe(false);
  await new Promise((resolve) => server.close(resolve));
  expect(await isLoopbackPortFree(port)).toBe(true);
});
