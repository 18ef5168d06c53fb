import { createServer, type Socket } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { type DeliveryError } from './delivery-error.js';
import { type HttpRequest, LONGEST_RETRY_AFTER_MS, sendRequest } from './http-request.js';
import { HttpReceiver } from './testing/http-receiver.js';

let receiver: HttpReceiver;
beforeAll(async () => {
  receiver = await HttpReceiver.start();
});
beforeEach(() => receiver.reset());
afterAll(() => receiver.stop());

function request(fields: Partial<HttpRequest> = {}): HttpRequest {
  return { url: `${receiver.url}/hooks/T0PS3CRETPATH?key=QUERYSECRET`, body: '{}', secrets: [], ...fields };
}

async function failure(sent: Promise<void>): Promise<DeliveryError> {
  return sent.then(
    () => Promise.reject(new Error('was delivered')),
    (error: DeliveryError) => error,
  );
}

async function answered(
  status: number,
  headers: Record<string, string> = {},
  body = '',
): Promise<DeliveryError> {
  receiver.answer = (_, response) => response.writeHead(status, headers).end(body);
  return failure(sendRequest(request(), new AbortController().signal));
}

test.each([200, 201, 202, 204])('%i is delivered', async (status) => {
  receiver.answer = (_, response) => response.writeHead(status).end();
  await sendRequest(request({ method: 'PUT', headers: { 'x-a': 'b' } }), new AbortController().signal);
  expect(receiver.requests).toMatchObject([{ method: 'PUT', body: '{}', headers: { 'x-a': 'b' } }]);
});

describe('an answer that refuses', () => {
  test.each([
    [400, 'refused'],
    [401, 'refused'],
    [404, 'refused'],
    [408, 'receiver-fault'],
    [413, 'refused'],
    [425, 'receiver-fault'],
    [429, 'rate-limited'],
    [500, 'receiver-fault'],
    [503, 'receiver-fault'],
  ])('%i is %s, and can be tried again', async (status, code) => {
    const error = await answered(status, {}, 'no\r\nsuch hook');
    expect(error).toMatchObject({ name: 'DeliveryError', code, retriable: true });
    expect(error.message).toBe(`${receiver.host} answered ${status}: no such hook`);
  });

  test.each([301, 302, 303, 307, 308])('%i is not followed', async (status) => {
    const error = await answered(status, { location: `${receiver.url}/elsewhere` });
    expect(error.code).toBe('refused');
    expect(error.message).toMatch(/answered 30\d; redirects are not followed/);
    expect(receiver.requests).toHaveLength(1);
  });

  test.each<[string, Record<string, string>, string, number | undefined]>([
    ['a header in seconds', { 'retry-after': '7' }, '', 7_000],
    ['a header beyond the bound', { 'retry-after': '86400' }, '', LONGEST_RETRY_AFTER_MS],
    ['a date that is over', { 'retry-after': 'Wed, 21 Oct 2015 07:28:00 GMT' }, '', 0],
    ['a header that says nothing', { 'retry-after': 'soon' }, '', undefined],
    ["Discord's body", {}, '{"retry_after": 0.25}', 250],
    ["Telegram's body", {}, '{"ok":false,"parameters":{"retry_after":35}}', 35_000],
    ['no word of it', {}, 'null', undefined],
  ])('429 with %s', async (_, headers, body, retryAfterMs) => {
    expect((await answered(429, headers, body)).retryAfterMs).toBe(retryAfterMs);
  });

  test('Retry-After counts for 429 and 503 alone', async () => {
    expect((await answered(503, { 'retry-after': '7' })).retryAfterMs).toBe(7_000);
    expect((await answered(500, { 'retry-after': '7' })).retryAfterMs).toBeUndefined();
  });

  test('is quoted in one line, at most 200 characters of it', async () => {
    const { message } = await answered(500, {}, `<b>\n${'x'.repeat(100_000)}`);
    expect(message).toMatch(/answered 500: <b> x{195}…$/);
  });

  test('is quoted without address and secrets, whole or cut short', async () => {
    receiver.answer = ({ url, headers }, response) => {
      const echo = JSON.stringify({ url, auth: headers['authorization'] });
      response.writeHead(400).end(echo + 'TOKEN-1234567890 '.repeat(240) + 'TOKEN-12345678');
    };
    const { message } = await failure(
      sendRequest(
        request({ headers: { authorization: 'Basic dXNlcjpwYXNz' }, secrets: ['TOKEN-1234567890'] }),
        new AbortController().signal,
      ),
    );
    expect(message).toContain('answered 400');
    expect(message).not.toMatch(/T0PS3CRET|QUERYSECRET|dXNlcjpwYXNz|TOKEN/);
  });
});

describe('no answer', () => {
  test('nobody listens', async () => {
    const gone = await HttpReceiver.start();
    await gone.stop();
    const error = await failure(sendRequest(request({ url: gone.url }), new AbortController().signal));
    expect(error).toMatchObject({ code: 'unreachable', retriable: true });
    expect(error.message).toBe(`${gone.host} cannot be reached: ECONNREFUSED`);
  });

  test('the name does not resolve', async () => {
    const url = 'http://no-such-host.invalid/SECRETPATH';
    const error = await failure(sendRequest(request({ url }), new AbortController().signal));
    expect(error.code).toBe('unreachable');
    expect(error.message).toMatch(/^no-such-host\.invalid cannot be reached: E[A-Z_]+$/);
  });

  test('a port that web clients may not use', async () => {
    const url = 'http://127.0.0.1:9/SECRETPATH';
    const error = await failure(sendRequest(request({ url }), new AbortController().signal));
    expect(error.message).toBe('127.0.0.1:9 cannot be reached: its port is one that web clients may not use');
  });

  test('the connection breaks off', async () => {
    receiver.answer = ({ socket }) => socket.destroy();
    const error = await failure(sendRequest(request(), new AbortController().signal));
    expect(error.code).toBe('unreachable');
    expect(error.message).not.toContain('SECRET');
  });

  test('the caller ends it, before or while it waits', async () => {
    expect(await failure(sendRequest(request(), AbortSignal.abort()))).toMatchObject({ code: 'aborted' });
    const stop = new AbortController();
    receiver.answer = () => stop.abort();
    expect(await failure(sendRequest(request(), stop.signal))).toMatchObject({
      code: 'aborted',
      retriable: true,
    });
  });

  test('silence, slow headers and a refusal without end take no longer than 5 seconds', async () => {
    const sockets = new Set<Socket>();
    const slow = createServer((socket) => {
      sockets.add(socket);
      const timer = setInterval(() => socket.write('x-slow: 1\r\n'), 300);
      socket.on('error', () => {});
      socket.on('close', () => clearInterval(timer));
      socket.write('HTTP/1.1 200 OK\r\n');
    });
    await new Promise<void>((resolve) => slow.listen(0, '127.0.0.1', resolve));
    const { port } = slow.address() as { port: number };
    receiver.answer = ({ url }, response) => {
      if (url === '/silent') return;
      response.writeHead(url === '/endless-refusal' ? 500 : 200);
      const timer = setInterval(() => response.write('.'), 100);
      response.on('close', () => clearInterval(timer));
    };
    const began = performance.now();
    const { signal } = new AbortController();
    const send = (url: string): Promise<void> => sendRequest(request({ url }), signal);
    const [silent, headers, endless] = await Promise.all([
      failure(send(`${receiver.url}/silent`)),
      failure(send(`http://127.0.0.1:${port}/`)),
      failure(send(`${receiver.url}/endless-refusal`)),
      // A body without end is not read at all.
      send(`${receiver.url}/endless`),
    ]);
    expect(performance.now() - began).toBeLessThan(7_000);
    expect(silent.message).toBe(`${receiver.host} did not answer within 5000 ms`);
    expect([silent.code, headers.code, endless.code]).toEqual(['timeout', 'timeout', 'receiver-fault']);
    // What broke off may end within a secret, so nothing is quoted of so little.
    expect(endless.message).toBe(`${receiver.host} answered 500`);
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => slow.close(resolve));
  });
});
