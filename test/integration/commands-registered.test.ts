import 'reflect-metadata';
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { eventually } from '@fieldstream/testing';
import { closed, startRegistryBed, type RegistryBed } from './registry-support.js';

jest.setTimeout(60_000);

let bed: RegistryBed;
beforeAll(async () => {
  bed = await startRegistryBed('commands_registered', 'registered');
}, 120_000);
afterAll(() => bed?.close(), 120_000);

test('a registered device gets its commands alone, and nobody else answers for it', async () => {
  const client = await bed.connect(await bed.register('pump'));
  const stranger = await bed.connect(await bed.register('spy'));
  const heard: string[] = [];
  client.on('message', (topic) => heard.push(topic));
  const overheard: string[] = [];
  stranger.on('message', (topic) => overheard.push(topic));
  await client.subscribeAsync('devices/pump/commands', { qos: 1 });
  await expect(stranger.subscribeAsync('devices/pump/commands', { qos: 1 })).rejects.toThrow();
  const { status, body } = await bed.api.client.send<{ commandId: string }>(
    'POST',
    '/api/devices/pump/commands',
    {
      name: 'start',
    },
  );
  expect(status).toBe(202);
  await eventually(() => heard.length > 0, { what: 'the command', everyMs: 5 });
  const topic = `devices/pump/commands/${body.commandId}/response`;
  await client.publishAsync(topic, 'started', { qos: 1 });
  stranger.publish(topic, 'not started', { qos: 1 });
  await closed(stranger);
  expect([heard, overheard]).toEqual([['devices/pump/commands'], []]);
});
