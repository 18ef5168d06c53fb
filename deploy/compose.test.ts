import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, test } from '@jest/globals';
import { loadConfig, type App } from '@fieldstream/config';
import { interpolate, readCompose, type ComposeService } from './compose-file.js';

const root = join(import.meta.dirname, '..');
const path = join(root, 'docker-compose.yml');
const SECRETS = {
  POSTGRES_PASSWORD: '0123456789abcdef0123456789abcdef0123456789abcdef',
  GRAFANA_READER_PASSWORD: '123456789abcdef0123456789abcdef0123456789abcdef0',
  GRAFANA_ADMIN_PASSWORD: '23456789abcdef0123456789abcdef0123456789abcdef01',
  API_TOKEN: '3456789abcdef0123456789abcdef0123456789abcdef012',
};
const { services, volumes } = readCompose(path, SECRETS);
const all = Object.entries(services);
const apps = all.filter(([, service]) => service.build !== undefined) as [App, ComposeService][];

test.each([
  ['$NAME-${NAME}', 'value-value'],
  ['${NONE:-a:b}', 'a:b'],
  ['${NONE:--Xmx1g}', '-Xmx1g'],
  ['${NONE}', ''],
  ['$${NAME} $$', '${NAME} $'],
])('interpolates %s', (text, expected) => {
  expect(interpolate(text, { NAME: 'value' })).toBe(expected);
});

test('the four services run, each for itself', () => {
  expect(apps.map(([name]) => name)).toEqual(['bridge', 'aggregator', 'alerter', 'api']);
});

test.each(Object.keys(SECRETS))('does not start without %s, and says how to get it', (name) => {
  expect(() => readCompose(path, { ...SECRETS, [name]: '' })).toThrow(
    /^\w+ is not set\. Run sh deploy\/make-env\.sh$/,
  );
});

describe.each(all)('%s', (name, service) => {
  test('has a pinned image', () => {
    expect(service.image).toMatch(/^[a-z0-9/.-]+:v?\d+\.\d+\.\d+[\w.-]*$/);
  });

  test('restarts, has a health check and bounded logs', () => {
    expect(service.restart).toBe('unless-stopped');
    expect(service.healthcheck?.test.length).toBeGreaterThan(1);
    expect(service.logging?.options).toEqual({
      'max-size': expect.any(String),
      'max-file': expect.any(String),
    });
  });

  test('waits for services that there are, until they are healthy', () => {
    for (const [other, { condition }] of Object.entries(service.depends_on ?? {})) {
      expect(Object.keys(services)).toContain(other);
      expect(condition).toBe('service_healthy');
    }
  });

  test('publishes on loopback only', () => {
    for (const port of service.ports ?? []) expect(port).toMatch(/^127\.0\.0\.1:\d+:\d+$/);
  });

  test('mounts what exists: read-only from the repository, else a declared volume', () => {
    for (const volume of service.volumes ?? []) {
      const [source = '', , mode] = volume.split(':');
      if (source.startsWith('./')) {
        expect(existsSync(join(root, source))).toBe(true);
        expect(mode).toBe('ro');
      } else {
        expect(Object.keys(volumes)).toContain(source);
      }
    }
  });

  test(`has an environment of texts`, () => {
    for (const value of Object.values(service.environment)) expect(typeof value).toBe('string');
    expect(name).toMatch(/^[a-z]+$/);
  });
});

test('nothing waits in a circle', () => {
  const reaches = (from: string, seen: readonly string[] = []): void => {
    expect(seen).not.toContain(from);
    for (const next of Object.keys(services[from]?.depends_on ?? {})) reaches(next, [...seen, from]);
  };
  for (const [name] of all) reaches(name);
});

test('no two services publish one port', () => {
  const published = all.flatMap(([, { ports = [] }]) => ports.map((port) => port.split(':')[1]));
  expect(new Set(published).size).toBe(published.length);
});

describe.each(apps)('%s as an app', (app, service) => {
  test('has an environment that its configuration takes, without a word of doubt', () => {
    const config = loadConfig(app, service.environment);
    expect(config.warnings).toEqual([]);
    expect(config.kafka.brokers).toEqual(['kafka:9092']);
    expect(services['kafka']?.environment['KAFKA_ADVERTISED_LISTENERS']).toBe('INTERNAL://kafka:9092');
  });

  test('is told no variable that it does not read', () => {
    const read = new Set<string>();
    const spy = new Proxy(service.environment, {
      get: (target, name: string) => {
        read.add(name);
        return target[name];
      },
      ownKeys: () => [],
    });
    loadConfig(app, spy);
    expect(Object.keys(service.environment).filter((name) => !read.has(name))).toEqual([]);
  });

  test('runs the program of its own', () => {
    expect(service.command).toEqual(['node', `dist/apps/${app}/src/main.js`]);
    expect(existsSync(join(root, 'apps', app, 'src', 'main.ts'))).toBe(true);
  });

  test('publishes the port that it listens on', () => {
    const listening = [service.environment['MQTT_PORT'], service.environment['HTTP_PORT']].filter(Boolean);
    expect((service.ports ?? []).map((port) => port.split(':')[2])).toEqual(listening);
  });

  test.each([
    [200, 0],
    [503, 1],
  ])('has a health check that makes of HTTP status %d exit status %d', async (status, exit) => {
    const asked: string[] = [];
    const server = createServer((request, response) => {
      asked.push(request.url ?? '');
      response.writeHead(status).end();
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const variable = service.environment['OPS_PORT'] === undefined ? 'HTTP_PORT' : 'OPS_PORT';
    expect(await exitOf(service, { [variable]: String(port) })).toBe(exit);
    expect(asked).toEqual(['/health/ready']);
    await new Promise((resolve) => server.close(resolve));
  });

  test('has a health check that fails while nothing listens', async () => {
    expect(await exitOf(service, { OPS_PORT: '1' })).toBe(1);
  });
});

test('the database that the services write is the one that the image makes', () => {
  const database = services['timescaledb']?.environment ?? {};
  const { username, password, hostname, pathname } = new URL(
    services['aggregator']?.environment['DATABASE_URL'] ?? '',
  );
  expect([username, password, hostname, pathname]).toEqual([
    database['POSTGRES_USER'],
    database['POSTGRES_PASSWORD'],
    'timescaledb',
    `/${database['POSTGRES_DB']}`,
  ]);
});

/** Runs a service's health check as the container would, with Node from here. */
async function exitOf(service: ComposeService, env: Readonly<Record<string, string>>): Promise<number> {
  const [kind, program, ...args] = service.healthcheck?.test ?? [];
  expect([kind, program]).toEqual(['CMD', 'node']);
  return promisify(execFile)(process.execPath, args, { env, timeout: 10_000 }).then(
    () => 0,
    (error: { code?: number }) => error.code ?? -1,
  );
}
