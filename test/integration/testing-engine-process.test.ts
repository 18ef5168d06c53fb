import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, expect, test } from '@jest/globals';
import { EngineProcess, eventually } from '@fieldstream/testing';
import { Kafka, logLevel } from 'kafkajs';

let engine: EngineProcess | undefined;

afterEach(async () => {
  await engine?.remove();
  engine = undefined;
});

function admin(brokers: string) {
  const options = { brokers: [brokers], logLevel: logLevel.NOTHING, requestTimeout: 1_000 };
  return new Kafka({ ...options, retry: { retries: 0 } }).admin();
}

test('an engine that is killed comes back on its address with its data; frozen, it answers nothing; removed, nothing is left', async () => {
  const dataDir = await mkdtemp(join(tmpdir(), 'fieldstream-testing-'));
  engine = await EngineProcess.start({ engine: 'log', dataDir });
  const { address, pid } = engine;
  const client = admin(address);
  await client.connect();
  await client.createTopics({ topics: [{ topic: 'kept' }] });

  await engine.takeAway();
  expect(engine.isRunning).toBe(false);
  await expect(client.listTopics()).rejects.toThrow();
  await engine.bringBack();
  await engine.bringBack();
  expect(engine.address).toBe(address);
  expect(engine.pid).not.toBe(pid);
  expect(await eventually(() => client.listTopics(), { what: 'the topics' })).toContain('kept');

  await engine.freeze(true);
  await expect(client.listTopics()).rejects.toThrow();
  await engine.freeze(false);
  expect(await eventually(() => client.listTopics(), { what: 'the topics' })).toContain('kept');
  await client.disconnect();

  await engine.takeAway('SIGTERM');
  await engine.bringBack();
  await engine.remove();
  expect(existsSync(dataDir)).toBe(false);
}, 60_000);

test('an engine that cannot start is reported with its log', async () => {
  // Where a folder should be made there is a file.
  const dataDir = join(await mkdtemp(join(tmpdir(), 'fieldstream-testing-')), 'file');
  await writeFile(dataDir, '');
  await expect(EngineProcess.start({ engine: 'log', dataDir })).rejects.toThrow(
    /embedded log ended \(\d+\) before it was ready[^]*file/,
  );
  expect(existsSync(dataDir)).toBe(false);
  await rm(dirname(dataDir), { recursive: true });
}, 60_000);
