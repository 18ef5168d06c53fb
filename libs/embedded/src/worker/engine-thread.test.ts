import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, expect, test } from '@jest/globals';
import type { Logger } from '@fieldstream/domain';
import { startEngineThread } from './engine-thread.js';

const silent: Logger = { debug() {}, info() {}, warn() {}, error() {} };
const dataDir = mkdtempSync(join(tmpdir(), 'fieldstream-thread-'));
afterAll(() => rmSync(dataDir, { recursive: true, force: true }));

const LOG_THREAD = pathToFileURL(join(import.meta.dirname, '..', 'log-thread.ts'));
const FROM_SOURCE = { execArgv: ['--import', '@swc-node/register/esm-register'] };

function startLog(port = 0, logger = silent): ReturnType<typeof startEngineThread<{ port: number }>> {
  return startEngineThread('log', LOG_THREAD, { dataDir, port }, logger, FROM_SOURCE);
}

test('an engine in its thread says where it is, and can be opened again after it was closed', async () => {
  const first = await startLog();
  expect(first.ready.port).toBeGreaterThan(0);
  await first.close();
  await first.close();
  const second = await startLog(first.ready.port);
  expect(second.ready.port).toBe(first.ready.port);
  await second.close();
}, 60_000);

test('a fault of the start keeps its code', async () => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  await expect(startLog(port)).rejects.toMatchObject({
    code: 'port-unavailable',
    message: expect.stringContaining(String(port)),
  });
  server.close();
}, 60_000);

test('a thread that cannot even be loaded is a fault that names it', async () => {
  const missing = new URL('./missing.ts', LOG_THREAD);
  await expect(
    startEngineThread('log', missing, { dataDir, port: 0 }, silent, FROM_SOURCE),
  ).rejects.toMatchObject({
    code: 'engine-failed',
    message: expect.stringMatching(/embedded log failed: .*missing\.ts.*Start again/s),
  });
}, 60_000);
