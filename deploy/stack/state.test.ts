import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseState, readState, stackId, writeState, type StackState } from './state.js';

const valid = {
  format: 1,
  kafka: { port: 19092, controllerPort: 19093, pid: 4242, jarsDir: '/cache/kafka' },
  postgres: { port: 15432, pid: null, binDir: '/usr/lib/postgresql/17/bin', rootfs: '/cache/rootfs' },
};

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'stack-state-'));
});
afterEach(() => rmSync(dir, { recursive: true }));

test('a state is read as it was written, and leaves no other file', () => {
  const state: StackState = { dataDir: dir, kafka: valid.kafka, postgres: valid.postgres };
  writeState(state);
  expect(readState(dir)).toEqual(state);
  expect(readdirSync(dir)).toEqual(['stack.json']);
});

test('a folder without a state file has no state', () => {
  expect(readState(dir)).toBeNull();
});

test.each([
  ['half a file', JSON.stringify(valid).slice(0, 40), /is not JSON/],
  ['another format', JSON.stringify({ ...valid, format: 2 }), /format/],
  [
    'a port out of range',
    JSON.stringify({ ...valid, kafka: { ...valid.kafka, port: 70_000 } }),
    /kafka\.port/,
  ],
  // Signals to process 1, 0 and negative numbers would reach init or whole process groups.
  ['process 1', JSON.stringify({ ...valid, kafka: { ...valid.kafka, pid: 1 } }), /kafka\.pid/],
  [
    'a process group',
    JSON.stringify({ ...valid, postgres: { ...valid.postgres, pid: -5 } }),
    /postgres\.pid/,
  ],
  ['a relative path', JSON.stringify({ ...valid, postgres: { ...valid.postgres, rootfs: 'x' } }), /rootfs/],
])('%s is refused', (_, text, reason) => {
  expect(() => parseState(text, '/data')).toThrow(
    expect.objectContaining({ code: 'BAD_STATE', message: expect.stringMatching(reason) }),
  );
});

test('the ID tells data folders apart, however they are written', () => {
  expect(stackId('/data/a')).toBe(stackId('/data/b/../a'));
  expect(stackId('/data/a')).not.toBe(stackId('/data/b'));
});
