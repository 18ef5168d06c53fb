import { EventEmitter } from 'node:events';
import { expect, test } from '@jest/globals';
import { createLogger } from './create-logger.js';
import { runService, type Closable } from './run-service.js';

const logger = createLogger({ name: 'test', level: 'silent' });

/** Stands in for `process`; `exited` resolves with the first exit code. */
class FakeProcess extends EventEmitter {
  readonly exited: Promise<number>;
  exit!: (code: number) => void;

  constructor() {
    super();
    this.exited = new Promise((resolve) => {
      this.exit = resolve;
    });
  }
}

function run(start: () => Promise<Closable>, closeTimeoutMs?: number) {
  const host = new FakeProcess();
  const limit = closeTimeoutMs === undefined ? {} : { closeTimeoutMs };
  const done = runService({ name: 'test', logger, start, process: host, ...limit });
  return { host, done };
}

test.each(['SIGTERM', 'SIGINT'])('%s closes the service and exits with 0', async (signal) => {
  let closed = 0;
  const { host, done } = run(async () => ({ close: async () => void closed++ }));
  await done;
  host.emit(signal);
  expect(await host.exited).toBe(0);
  expect(closed).toBe(1);
});

test('a signal during the start waits for it, then closes', async () => {
  let finish: (service: Closable) => void = () => {};
  let closed = false;
  const { host } = run(() => new Promise((resolve) => (finish = resolve)));
  host.emit('SIGTERM');
  finish({ close: async () => void (closed = true) });
  expect(await host.exited).toBe(0);
  expect(closed).toBe(true);
});

test('a start that fails exits with 1', async () => {
  const { host } = run(() => Promise.reject(new Error('no')));
  expect(await host.exited).toBe(1);
});

test('a close that fails exits with 1', async () => {
  const { host, done } = run(async () => ({ close: () => Promise.reject(new Error('no')) }));
  await done;
  host.emit('SIGTERM');
  expect(await host.exited).toBe(1);
});

test('a close that hangs exits with 1 after the time limit', async () => {
  const { host, done } = run(async () => ({ close: () => new Promise(() => {}) }), 20);
  await done;
  host.emit('SIGTERM');
  expect(await host.exited).toBe(1);
});

test('a second signal exits with 1 at once', async () => {
  const { host, done } = run(async () => ({ close: () => new Promise(() => {}) }), 100);
  await done;
  host.emit('SIGINT');
  host.emit('SIGINT');
  expect(await host.exited).toBe(1);
});

test.each(['unhandledRejection', 'uncaughtException'])('an %s exits with 1', async (event) => {
  const { host, done } = run(async () => ({ close: async () => {} }));
  await done;
  host.emit(event, new Error('lost'));
  expect(await host.exited).toBe(1);
});
