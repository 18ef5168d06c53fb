import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { Identity } from './identity.js';

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'fieldstream-identity-'));
});
afterEach(() => rm(dir, { recursive: true, force: true }));

test('the cluster ID is made once, in the form of Kafka', async () => {
  const { clusterId } = await Identity.open(join(dir, 'new'));
  expect(clusterId).toMatch(/^[\w-]{22}$/);
  expect((await Identity.open(join(dir, 'new'))).clusterId).toBe(clusterId);
});

test('no producer ID is given out twice, over restarts and within one', async () => {
  const seen = new Set<number>();
  for (let start = 0; start < 3; start++) {
    const identity = await Identity.open(dir);
    const ids = await Promise.all(Array.from({ length: 1_500 }, () => identity.nextProducerId()));
    for (const id of ids) seen.add(id);
  }
  expect(seen.size).toBe(4_500);
});

test.each([
  '',
  '{',
  '{"clusterId":"x"}',
  '{"clusterId":"","producerIds":1}',
  '{"clusterId":"x","producerIds":-1}',
])('a file with %j is reported, and left as it is', async (text) => {
  const path = join(dir, 'identity.json');
  await writeFile(path, text);
  await expect(Identity.open(dir)).rejects.toMatchObject({
    code: 'corrupt',
    message: expect.stringContaining(path),
  });
  expect(await readFile(path, 'utf8')).toBe(text);
});
