import 'reflect-metadata';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { startApiBed, type ApiBed } from './api-bed.js';

const SECRET = 'open-sesame-0123456789';
/** Every answer of the API in this file. */
const answers: string[] = [];

let api: ApiBed;
let receiver: Server;
let url: string;
let received: { headers: IncomingMessage['headers']; body: string }[] = [];
let respond: 'ok' | 'fail' | 'never' = 'ok';

async function send(method: string, path: string, body?: unknown) {
  const answer = await api.client.send(method, path, body);
  answers.push(JSON.stringify(answer.body ?? null));
  return answer;
}

beforeAll(async () => {
  api = await startApiBed('api_channels');
  receiver = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString()));
    request.on('end', () => {
      received.push({ headers: request.headers, body });
      if (respond !== 'never') response.writeHead(respond === 'ok' ? 204 : 500).end();
    });
  });
  await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/hook`;
}, 120_000);

afterAll(async () => {
  receiver?.closeAllConnections();
  receiver?.close();
  await api?.close();
}, 120_000);

const webhook = (more: object = {}) => ({
  id: 'ops-hook',
  name: 'Hook of operations',
  type: 'webhook',
  config: { url, secret: SECRET, headers: { authorization: `Bearer ${SECRET}` } },
  ...more,
});
/** As it is shown. */
const shown = { secret: { isSet: true }, headers: { authorization: { isSet: true } } };

async function storedConfig(id: string): Promise<unknown> {
  const { rows } = await api.pool.query<{ config: unknown }>(
    'SELECT config FROM notification_channel WHERE channel_id = $1',
    [id],
  );
  return rows[0]?.config;
}

test('a channel is made, read and listed, without its secrets', async () => {
  const made = await send('POST', '/api/channels', webhook());
  expect(made.status).toBe(201);
  expect(made.headers.get('location')).toBe('/api/channels/ops-hook');
  expect(made.body).toMatchObject({
    id: 'ops-hook',
    enabled: true,
    minSeverity: 'info',
    sendResolved: true,
    groupWaitMs: 3000,
    provenance: null,
    config: shown,
  });
  expect((await send('GET', '/api/channels/ops-hook')).body).toEqual(made.body);
  expect((await send('GET', '/api/channels')).body).toEqual({ items: [made.body], next: null });
  expect((await send('POST', '/api/channels', webhook())).status).toBe(409);
  expect(await storedConfig('ops-hook')).toMatchObject({ secret: SECRET });
});

describe('a replacement', () => {
  test('keeps secrets that are given back as they were shown, or left out', async () => {
    const { body } = await send('GET', '/api/channels/ops-hook');
    const { provenance: _, createdAt: _created, updatedAt: _updated, ...channel } = body;
    const replaced = await send('PUT', '/api/channels/ops-hook', { ...channel, name: 'Renamed' });
    expect(replaced).toMatchObject({ status: 200, body: { name: 'Renamed', config: shown } });
    expect(await storedConfig('ops-hook')).toEqual(webhook().config);
    await send('PUT', '/api/channels/ops-hook', webhook({ config: { url } }));
    expect(await storedConfig('ops-hook')).toMatchObject({ secret: SECRET });
  });

  test('sets new secrets, and takes away those that are null', async () => {
    const config = { url, secret: `${SECRET}-new`, headers: null };
    const replaced = await send('PUT', '/api/channels/ops-hook', webhook({ config }));
    expect(replaced).toMatchObject({ status: 200, body: { config: { secret: { isSet: true } } } });
    expect(await storedConfig('ops-hook')).toEqual({ url, secret: `${SECRET}-new` });
    await send('PUT', '/api/channels/ops-hook', webhook());
  });

  test('by another type keeps none', async () => {
    const config = { url: { isSet: true } };
    const answer = await send('PUT', '/api/channels/ops-hook', webhook({ type: 'slack', config }));
    expect(answer).toMatchObject({ status: 400, body: { errors: [{ field: 'config.url' }] } });
  });
});

test('every faulty field is named, and no value is repeated', async () => {
  const faulty = {
    id: 'Ops',
    name: '',
    type: 'webhook',
    minSeverity: 'high',
    groupWaitMs: -1,
    config: { url: `ftp://${SECRET}.example.org`, secret: 5, colour: SECRET },
    more: 1,
  };
  const { status, body } = await send('POST', '/api/channels', faulty);
  expect(status).toBe(400);
  const fields = (body['errors'] as { field: string }[]).map(({ field }) => field);
  expect(fields).toEqual(
    expect.arrayContaining([
      'id',
      'name',
      'minSeverity',
      'groupWaitMs',
      'more',
      'config.url',
      'config.secret',
      'config.colour',
    ]),
  );
});

describe('a test', () => {
  beforeAll(() => {
    received = [];
  });

  test('of a stored channel is received, signed and marked', async () => {
    const { status, body } = await send('POST', '/api/channels/ops-hook/test');
    expect(status).toBe(200);
    expect(body).toMatchObject({ delivered: true, error: null });
    expect(received).toHaveLength(1);
    expect(received[0]?.headers['authorization']).toBe(`Bearer ${SECRET}`);
    expect(received[0]?.headers['x-fieldstream-signature']).toMatch(/^t=\d+,v1=[0-9a-f]{64}$/);
    expect(JSON.parse(received[0]?.body ?? '')).toMatchObject({ isTest: true });
  });

  test('of a draft is received, and nothing is stored', async () => {
    const { id: _, ...draft } = webhook();
    const { body } = await send('POST', '/api/channels/test', draft);
    expect(body).toMatchObject({ delivered: true });
    expect((await send('GET', '/api/channels')).body['items']).toHaveLength(1);
  });

  test('of a draft does not borrow the secrets of a stored channel', async () => {
    const config = { url, secret: { isSet: true } };
    const answer = await send('POST', '/api/channels/test', webhook({ config }));
    expect(answer).toMatchObject({ status: 400, body: { errors: [{ field: 'config.secret' }] } });
  });

  test('that fails is an answer', async () => {
    respond = 'fail';
    const { status, body } = await send('POST', '/api/channels/ops-hook/test');
    expect(status).toBe(200);
    expect(body).toMatchObject({ delivered: false, error: expect.stringContaining('500') });
  });

  test('that is never answered ends within 10 seconds', async () => {
    respond = 'never';
    const before = performance.now();
    const { body } = await send('POST', '/api/channels/ops-hook/test');
    expect(performance.now() - before).toBeLessThan(10_000);
    expect(body).toMatchObject({ delivered: false, error: expect.any(String) });
    respond = 'ok';
  }, 20_000);

  test('of a channel that nobody listens for names the fault, and no secret', async () => {
    const config = { url: `http://127.0.0.1:1/${SECRET}` };
    const { body } = await send('POST', '/api/channels/test', webhook({ config }));
    expect(body).toMatchObject({ delivered: false, error: expect.stringContaining('127.0.0.1') });
  });

  test('of a stored channel that cannot be right says why', async () => {
    await api.pool.query(
      `INSERT INTO notification_channel (channel_id, name, type, config) VALUES ('odd', 'Odd', 'pigeon', $1)`,
      [JSON.stringify({ key: SECRET })],
    );
    expect((await send('POST', '/api/channels/odd/test')).body).toMatchObject({
      delivered: false,
      error: expect.stringContaining('type must be one of'),
    });
    expect((await send('GET', '/api/channels/odd')).body).toMatchObject({ config: { key: { isSet: true } } });
    expect((await send('DELETE', '/api/channels/odd')).status).toBe(204);
  });
});

test('a channel that rules name is not deleted; the rules are named', async () => {
  const rule = { id: 'hot', name: 'Hot', kind: 'threshold', params: { operator: '>', threshold: 30 } };
  await send('POST', '/api/rules', { ...rule, notify: { channels: ['ops-hook'] } });
  expect(await send('DELETE', '/api/channels/ops-hook')).toMatchObject({
    status: 409,
    body: { type: 'urn:fieldstream:problem:in-use', detail: expect.stringContaining('hot') },
  });
  await send('DELETE', '/api/rules/hot');
  expect((await send('DELETE', '/api/channels/ops-hook')).status).toBe(204);
  expect((await send('GET', '/api/channels/ops-hook')).status).toBe(404);
});

test.each([
  ['PUT', { id: 'from-file', name: 'x', type: 'webhook', config: { url: 'http://127.0.0.1:1/' } }],
  ['DELETE', undefined],
])('%s of a channel that a file defines is refused, naming the file', async (method, body) => {
  await api.pool.query(
    `INSERT INTO notification_channel (channel_id, name, type, config, provenance)
     VALUES ('from-file', 'File', 'webhook', '{"url": "http://127.0.0.1:1/"}', 'alerting/house.yaml')
     ON CONFLICT DO NOTHING`,
  );
  expect(await send(method, '/api/channels/from-file', body)).toMatchObject({
    status: 409,
    body: {
      type: 'urn:fieldstream:problem:provisioned',
      detail: expect.stringContaining('alerting/house.yaml'),
    },
  });
  expect((await send('GET', '/api/channels/from-file')).body).toMatchObject({ name: 'File' });
});

test('types are listed with their fields, and which are secret', async () => {
  const { body } = await send('GET', '/api/channel-types');
  const types = body['items'] as { type: string; fields: object[] }[];
  const fieldsOf = (type: string) => types.find((one) => one.type === type)?.fields;
  expect(fieldsOf('telegram')).toMatchObject([
    { name: 'botToken', isRequired: true, isSecret: true },
    { name: 'chatId', isRequired: true, isSecret: false },
    { name: 'apiUrl', isRequired: false, isSecret: false },
    { name: 'template' },
  ]);
});

test.each([
  ['GET', '/api/channels/nope', undefined, 404],
  ['PUT', '/api/channels/nope', { name: 'x' }, 404],
  ['DELETE', '/api/channels/nope', undefined, 404],
  ['POST', '/api/channels/nope/test', undefined, 404],
  ['GET', '/api/channels/No', undefined, 400],
  ['POST', '/api/channels', undefined, 400],
  ['POST', '/api/channels', [], 400],
  ['POST', '/api/channels/test', {}, 400],
  ['POST', '/api/channels/test', [], 400],
])('%s %s %j is %i', async (method, path, body, status) => {
  expect((await send(method, path, body)).status).toBe(status);
});

test('no answer of this file holds a secret', () => {
  expect(answers.length).toBeGreaterThan(30);
  expect(answers.filter((answer) => answer.includes(SECRET))).toEqual([]);
});
