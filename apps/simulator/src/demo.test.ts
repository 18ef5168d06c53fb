import { createServer, type IncomingMessage, type Server } from 'node:http';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { eventually, freePort } from '@fieldstream/testing';
import type { Logger } from '@fieldstream/domain';
import { startDemo, type DemoOptions, type RunningDemo } from './demo.js';
import { TestBroker } from './run/test-broker.js';

const SILENT: Logger = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };

interface Device {
  deviceId: string;
  name: string | null;
  labels: Record<string, string>;
}

/** The routes of the HTTP API that the demo uses, and what it asked of them. */
class SmallApi {
  readonly devices = new Map<string, Device>();
  readonly rules = new Map<string, unknown>();
  readonly authorizations = new Set<string | undefined>();
  /** Answers to give before any other. */
  readonly failures: number[] = [];
  readonly #server: Server = createServer((request, response) => {
    void bodyOf(request).then((body) => {
      const [status, answer] = this.#answer(request, body);
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(answer));
    });
  });

  async start(): Promise<void> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as { readonly port: number }).port}`;
  }

  know(deviceId: string, name: string | null = null): void {
    if (!this.devices.has(deviceId)) this.devices.set(deviceId, { deviceId, name, labels: {} });
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }

  #answer(request: IncomingMessage, body: unknown): readonly [status: number, answer: unknown] {
    this.authorizations.add(request.headers.authorization);
    const failure = this.failures.shift();
    if (failure !== undefined) return [failure, { detail: 'Not now.' }];
    const { pathname, searchParams } = new URL(request.url ?? '/', this.url);
    switch (`${request.method} ${pathname}`) {
      case 'GET /api/devices':
        return [200, this.#page(searchParams)];
      case 'POST /api/rules': {
        const { id } = body as { readonly id: string };
        if (this.rules.has(id)) return [409, { detail: 'There is one.' }];
        this.rules.set(id, body);
        return [201, body];
      }
      default: {
        const device = this.devices.get(decodeURIComponent(pathname.split('/').at(-1) ?? ''));
        if (request.method !== 'PATCH' || device === undefined) return [404, { detail: 'There is none.' }];
        return [200, Object.assign(device, body)];
      }
    }
  }

  /** Two devices a page, so that pages are turned. */
  #page(query: URLSearchParams): unknown {
    const search = query.get('search') ?? '';
    const found = [...this.devices.values()].filter(({ deviceId }) => deviceId.includes(search));
    const from = Number(query.get('cursor') ?? 0);
    return { items: found.slice(from, from + 2), next: from + 2 < found.length ? String(from + 2) : null };
  }
}

async function bodyOf(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return chunks.length === 0 ? undefined : (JSON.parse(Buffer.concat(chunks).toString()) as unknown);
}

let api: SmallApi;
let broker: TestBroker;
const demos: RunningDemo[] = [];

beforeEach(async () => {
  api = new SmallApi();
  await api.start();
  broker = await TestBroker.start();
});

afterEach(async () => {
  for (const demo of demos.splice(0)) await demo.close();
  await Promise.all([api.close(), broker.close()]);
});

async function start(options: Partial<DemoOptions> = {}): Promise<RunningDemo> {
  const demo = await startDemo({ mqttUrl: broker.url, apiUrl: api.url, logger: SILENT, ...options });
  demos.push(demo);
  return demo;
}

/** Publishes of several readings. Not parsed: it is looked for often, and they are large. */
function historyOf(deviceId: string): number {
  const own = `devices/${deviceId}/telemetry`;
  return broker.received.filter(({ topic, text }) => topic === own && text.startsWith('[')).length;
}

test('a fresh platform gets a rule for each site, and history of each device', async () => {
  const demo = await start();
  expect(demo.devices).toBe(36);
  expect([...api.rules.keys()].sort()).toEqual([
    'demo-building-undervoltage',
    'demo-coldstore-too-warm',
    'demo-greenhouse-co2-too-high',
    'demo-roof-gale',
    'demo-workshop-vibration',
  ]);
  await eventually(
    () => {
      const senders = new Set(broker.received.map(({ clientId }) => clientId));
      return [...senders].filter((id) => id !== undefined && historyOf(id) > 0).length === 36;
    },
    { what: 'history of all', timeoutMs: 60_000 },
  );
  const [history] = broker.telemetryOf('demo-coldstore-freezer-3') as [readonly { readonly ts: number }[]];
  expect(history).toHaveLength(360);
  await demo.close();
  const last = new Map(
    broker.received.filter(({ topic }) => topic.endsWith('/status')).map(({ topic, text }) => [topic, text]),
  );
  expect([last.size, new Set(last.values())]).toEqual([36, new Set(['offline'])]);
});

test('devices get a name and labels once they appear, unless they have some', async () => {
  await start();
  api.know('demo-coldstore-freezer-1');
  api.know('demo-coldstore-freezer-2', 'Mine');
  api.know('demo-of-somebody');
  api.know('my-demo-roof-weather-1');
  await eventually(() => expect(api.devices.get('demo-coldstore-freezer-1')?.name).not.toBeNull(), {
    what: 'the name',
  });
  expect([...api.devices.values()]).toEqual([
    {
      deviceId: 'demo-coldstore-freezer-1',
      name: 'Freezer 1 (demo)',
      labels: { demo: 'true', site: 'coldstore' },
    },
    { deviceId: 'demo-coldstore-freezer-2', name: 'Mine', labels: {} },
    { deviceId: 'demo-of-somebody', name: null, labels: {} },
    { deviceId: 'my-demo-roof-weather-1', name: null, labels: {} },
  ]);
});

test('a site that is known gets no rule again, and a device that is known no history again', async () => {
  api.know('demo-roof-weather-1');
  api.rules.set('demo-workshop-vibration', 'changed by somebody');
  await start();
  expect(api.rules.has('demo-roof-gale')).toBe(false);
  expect(api.rules.size).toBe(4);
  expect(api.rules.get('demo-workshop-vibration')).toBe('changed by somebody');
  await eventually(() => historyOf('demo-roof-weather-2') > 0, { what: 'history of the new one' });
  await eventually(() => broker.statusesOf('demo-roof-weather-1').length > 0, { what: 'the known one' });
  expect(historyOf('demo-roof-weather-1')).toBe(0);
});

test('an API that is not ready yet is asked again, with its token', async () => {
  api.failures.push(503, 503);
  await start({ apiToken: 'secret' });
  expect(api.rules.size).toBe(5);
  expect([...api.authorizations]).toEqual(['Bearer secret']);
});

test('an API that refuses is told in one sentence, and nothing is published', async () => {
  api.failures.push(401);
  await expect(start()).rejects.toThrow('the API answered 401 to GET /api/devices');
  expect(broker.received).toEqual([]);
});

test('a broker that is not there is told in one sentence', async () => {
  const port = await freePort();
  await expect(start({ mqttUrl: `mqtt://127.0.0.1:${port}` })).rejects.toThrow('cannot connect to 127.0.0.1');
});

test('closing right after the start leaves nothing running', async () => {
  const demo = await start();
  await demo.close();
  const received = broker.received.length;
  await demo.close();
  expect(broker.received).toHaveLength(received);
});
