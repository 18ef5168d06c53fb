import { describe, expect, test } from '@jest/globals';
import type { AedesPacket } from 'aedes-packet';
import { DEFAULT_SESSION_LIMITS, matches, SessionStore } from './session-store.js';

let counter = 0;
const publish = (topic: string, payload: string): AedesPacket =>
  ({
    cmd: 'publish',
    topic,
    payload: Buffer.from(payload),
    qos: 1,
    retain: true,
    dup: false,
    brokerId: 'b',
    brokerCounter: ++counter,
  }) as unknown as AedesPacket;
const retained = async (store: SessionStore, ...patterns: string[]): Promise<string[]> => {
  const found: string[] = [];
  for await (const packet of store.createRetainedStreamCombi(patterns))
    found.push((packet as { topic: string }).topic);
  return found;
};
const queued = async (store: SessionStore, id: string): Promise<AedesPacket[]> => {
  const found: AedesPacket[] = [];
  const stream = (
    store as unknown as { outgoingStream(client: object): AsyncIterable<AedesPacket> }
  ).outgoingStream({ id });
  for await (const packet of stream) found.push(packet);
  return found;
};

describe('topic filters', () => {
  test.each([
    ['a/b', 'a/b', true],
    ['a/b', 'a/c', false],
    ['a/+', 'a/b', true],
    ['a/+', 'a', false],
    ['a/+', 'a/b/c', false],
    ['+/b', 'a/b', true],
    ['+', '', true],
    ['a/#', 'a', true],
    ['a/#', 'a/b/c', true],
    ['#', 'a/b', true],
    ['#', '$SYS/x', false],
    ['+/x', '$SYS/x', false],
    ['$SYS/#', '$SYS/x', true],
    ['a/+/c', 'a//c', true],
  ])('%s and %s: %s', (filter, topic, expected) => {
    expect(matches(filter.split('/'), topic)).toBe(expected);
  });
});

describe('retained messages', () => {
  test('the newest stays, an empty one removes', async () => {
    const store = new SessionStore();
    await store.storeRetained(publish('a/1', 'x'));
    await store.storeRetained(publish('a/2', 'x'));
    await store.storeRetained(publish('a/1', 'y'));
    expect(await retained(store, 'a/+')).toEqual(['a/1', 'a/2']);
    expect(await retained(store, 'a/2', 'b')).toEqual(['a/2']);
    await store.storeRetained(publish('a/1', ''));
    expect(await retained(store, '#')).toEqual(['a/2']);
  });

  test('beyond a bound new topics are not kept, known ones are replaced, alerts always stay', async () => {
    const store = new SessionStore({ ...DEFAULT_SESSION_LIMITS, maxRetainedMessages: 2 });
    for (const topic of ['a', 'b', 'c', 'b', 'alerts/d/r']) await store.storeRetained(publish(topic, 'x'));
    expect(await retained(store, '#')).toEqual(['a', 'b', 'alerts/d/r']);
    expect(store.retainedDropped).toBe(1);
  });

  test('bytes are bounded and given back', async () => {
    const store = new SessionStore({ ...DEFAULT_SESSION_LIMITS, maxRetainedBytes: 1_000 });
    await store.storeRetained(publish('a', 'x'.repeat(600)));
    await store.storeRetained(publish('b', 'x'.repeat(600)));
    expect(store.retainedDropped).toBe(1);
    await store.storeRetained(publish('a', ''));
    await store.storeRetained(publish('b', 'x'.repeat(600)));
    expect(await retained(store, '#')).toEqual(['b']);
  });
});

describe('queues of sessions', () => {
  test('take so many messages, and more after some were acknowledged', async () => {
    const store = new SessionStore({ ...DEFAULT_SESSION_LIMITS, maxQueuedMessages: 2 });
    const all = [{ clientId: 'c' }, { clientId: 'd' }];
    for (const payload of ['1', '2', '3']) await store.outgoingEnqueueCombi(all, publish('t', payload));
    const messages = await queued(store, 'c');
    expect(messages.map((packet) => String((packet as { payload?: Buffer }).payload))).toEqual(['1', '2']);
    expect(store.queuedDropped).toBe(2);

    const first = messages[0];
    if (!first) throw new Error('nothing queued');
    (first as { messageId?: number }).messageId = 7;
    await store.outgoingClearMessageId({ id: 'c' }, { messageId: 7 } as AedesPacket);
    await store.outgoingEnqueue({ clientId: 'c' }, publish('t', '4'));
    expect(
      (await queued(store, 'c')).map((packet) => String((packet as { payload?: Buffer }).payload)),
    ).toEqual(['2', '4']);
  });

  test('bytes of all sessions are bounded', async () => {
    const store = new SessionStore({ ...DEFAULT_SESSION_LIMITS, maxQueuedBytes: 10 });
    await store.outgoingEnqueue({ clientId: 'c' }, publish('t', '12345678'));
    await store.outgoingEnqueue({ clientId: 'd' }, publish('t', '12345678'));
    expect([(await queued(store, 'c')).length, (await queued(store, 'd')).length]).toEqual([1, 0]);
  });

  test('an acknowledgement of a client without a queue leaves nothing behind', async () => {
    const store = new SessionStore();
    expect(await store.outgoingClearMessageId({ id: 'x' }, { messageId: 1 } as AedesPacket)).toBeUndefined();
  });
});
