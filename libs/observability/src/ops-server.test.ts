import { afterEach, expect, test } from '@jest/globals';
import { Counter, createRegistry } from './create-registry.js';
import { Health } from './health.js';
import { startOpsServer, type OpsServer } from './ops-server.js';

let server: OpsServer | undefined;
afterEach(async () => {
  await server?.close();
  server = undefined;
});

async function start(health = new Health()): Promise<string> {
  const registry = createRegistry('test');
  new Counter({ name: 'fieldstream_things_total', help: 'Things.', registers: [registry] }).inc(3);
  server = await startOpsServer({ host: '127.0.0.1', port: 0, health, registry });
  return `http://127.0.0.1:${server.port}`;
}

test('shows live, ready and metrics', async () => {
  const url = await start();
  for (const path of ['/health/live', '/health/ready?x']) {
    const response = await fetch(url + path);
    expect(response.status).toBe(200);
    expect(await response.json()).toEqual({ status: 'pass', checks: {} });
  }
  const metrics = await fetch(`${url}/metrics`);
  expect(metrics.headers.get('content-type')).toContain('text/plain; version=0.0.4');
  const text = await metrics.text();
  expect(text).toContain('fieldstream_things_total{service="test"} 3');
  expect(text).toContain('process_cpu_seconds_total{service="test"}');
});

test('a failing check is 503', async () => {
  const health = new Health();
  health.add('kafka', () => Promise.reject(new Error('away, password sesame')));
  const url = await start(health);
  const response = await fetch(`${url}/health/ready`);
  expect(response.status).toBe(503);
  expect(await response.json()).toEqual({ status: 'fail', checks: { kafka: 'fail' } });
  expect((await fetch(`${url}/health/live`)).status).toBe(200);
});

test('anything else is 404, another method 405', async () => {
  const url = await start();
  expect((await fetch(`${url}/`)).status).toBe(404);
  const post = await fetch(`${url}/metrics`, { method: 'POST' });
  expect(post.status).toBe(405);
  expect(post.headers.get('allow')).toBe('GET, HEAD');
});

test('a port in use is an error that names the variable', async () => {
  await start();
  const port = server?.port ?? 0;
  const second = startOpsServer({
    host: '127.0.0.1',
    port,
    health: new Health(),
    registry: createRegistry('b'),
  });
  await expect(second).rejects.toThrow('set OPS_PORT to a free one');
});
