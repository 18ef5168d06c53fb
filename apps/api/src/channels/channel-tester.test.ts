import { expect, test } from '@jest/globals';
import type { Channel } from '@fieldstream/domain';
import { CHAT_DEFAULTS, type AlertMessage, type ChannelType, DeliveryError } from '@fieldstream/notify';
import { ChannelTester } from './channel-tester.js';

const channel: Channel = {
  id: 'ops',
  name: 'Operations',
  type: 'made-up',
  enabled: true,
  config: { key: 'sesame' },
  minSeverity: 'info',
  sendResolved: true,
  groupWaitMs: 0,
  messagesPerMinute: 1,
};

function tester(send: ChannelType['send'], timeoutMs = 5_000): { tester: ChannelTester; logged: object[] } {
  const logged: object[] = [];
  const log = (fields: object, message: string): void => void logged.push({ ...fields, message });
  const type: ChannelType = {
    type: 'made-up',
    secretFields: ['key'],
    defaults: CHAT_DEFAULTS,
    parseConfig: () => ({ ok: true, value: {} }),
    send,
  };
  const logger = { debug: log, info: log, warn: log, error: log };
  return {
    logged,
    tester: new ChannelTester({ logger, now: () => 1, typeOf: () => type, timeoutMs }),
  };
}

test('a message that is taken is delivered, and marked as a test', async () => {
  const sent: AlertMessage[] = [];
  const { tester: subject } = tester(async (_, message) => void sent.push(message));
  expect(await subject.test(channel)).toMatchObject({ delivered: true, error: null });
  expect(sent).toMatchObject([{ isTest: true, channel: { id: 'ops' } }]);
});

test('a receiver that refuses is told with its reason', async () => {
  const { tester: subject } = tester(() => Promise.reject(new DeliveryError('refused', 'it answered 401')));
  expect(await subject.test(channel)).toMatchObject({ delivered: false, error: 'it answered 401' });
});

test('of any other fault nothing is shown or logged that could hold a secret', async () => {
  const { tester: subject, logged } = tester(() => Promise.reject(new Error('cannot use sesame')));
  expect(await subject.test(channel)).toMatchObject({ delivered: false, error: 'the server failed' });
  expect(logged).toHaveLength(1);
  expect(JSON.stringify(logged)).not.toContain('sesame');
});

test('a type that minds no signal does not hold up the answer', async () => {
  const { tester: subject } = tester(() => new Promise(() => {}), 20);
  expect(await subject.test(channel)).toMatchObject({
    delivered: false,
    error: 'the receiver has not answered within 20 ms',
  });
});

test('so many at a time, and no more', async () => {
  const releases: (() => void)[] = [];
  const { tester: subject } = tester(() => new Promise((resolve) => releases.push(resolve)));
  const running = Array.from({ length: 10 }, () => subject.test(channel));
  await expect(subject.test(channel)).rejects.toMatchObject({ kind: 'too-busy' });
  for (const release of releases) release();
  expect((await Promise.all(running)).every(({ delivered }) => delivered)).toBe(true);
  const again = subject.test(channel);
  releases.at(-1)?.();
  expect(await again).toMatchObject({ delivered: true });
});
