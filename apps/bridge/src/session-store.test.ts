import { describe, expect, test } from '@jest/globals';
import type { AedesPacket } from 'aedes-packet';
import { DEFAULT_SESSION_LIMITS, matches, type SessionLimits, SessionStore } from './session-store.js';

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
    await store.outgoingUpdate({ id: 'c' }, { ...first, messageId: 7 });
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

describe('sessions', () => {
  const HOUR = 60 * 60 * 1000;
  const setUp = async (change: Partial<SessionLimits> = {}) => {
    const clock = { nowMs: 0 };
    const connected: Record<string, object> = {};
    const store = new SessionStore({ ...DEFAULT_SESSION_LIMITS, ...change }, () => clock.nowMs);
    await store.setup({ clients: connected });
    return {
      store,
      clock,
      connected,
      subscribe: (id: string) => store.addSubscriptions({ id }, [{ topic: 't', qos: 1 }]),
    };
  };

  test('that are away for too long are forgotten with what waits for them', async () => {
    const { store, clock, connected, subscribe } = await setUp({ sessionExpiryHours: 2 });
    connected['here'] = {};
    for (const id of ['here', 'away', 'back']) {
      await subscribe(id);
      await store.outgoingEnqueue({ clientId: id }, publish('t', 'x'));
    }
    clock.nowMs = 1.5 * HOUR;
    await store.subscriptionsByClient({ id: 'back' });
    clock.nowMs = 3 * HOUR;
    store.sweep();
    expect([store.sessions, store.sessionsForgotten]).toEqual([2, 1]);
    expect(await queued(store, 'away')).toEqual([]);
    expect((await queued(store, 'back')).length).toBe(1);
    expect(await store.subscriptionsByClient({ id: 'away' })).toEqual([]);
    await store.destroy();
  });

  test('beyond the bound one that is away makes room', async () => {
    const { store, connected, subscribe } = await setUp({ maxSessions: 2 });
    connected['1'] = {};
    for (const id of ['1', '2', '3']) await subscribe(id);
    expect(await store.subscriptionsByClient({ id: '2' })).toEqual([]);
    expect((await store.subscriptionsByClient({ id: '1' })).length).toBe(1);
    await store.destroy();
  });

  test('hold so many filters, however many are asked for', async () => {
    const { store } = await setUp({ maxFilters: 2 });
    const filters = (...topics: string[]) => topics.map((topic) => ({ topic, qos: 1 }));
    await store.addSubscriptions({ id: 'c' }, filters('a', 'b', 'c'));
    await store.addSubscriptions({ id: 'c' }, filters('b', 'd'));
    const kept = await store.subscriptionsByClient({ id: 'c' });
    expect(kept.map(({ topic }) => topic)).toEqual(['a', 'b']);
    await store.destroy();
  });

  test('a client that starts anew has nothing waiting', async () => {
    const { store, subscribe } = await setUp();
    await subscribe('c');
    await store.outgoingEnqueue({ clientId: 'c' }, publish('t', 'x'));
    await store.cleanSubscriptions({ id: 'c' });
    expect([store.sessions, (await queued(store, 'c')).length, store.queuedBytes]).toEqual([0, 0, 0]);
    await store.destroy();
  });
});

test('one owner has so many retained messages, and more after some were removed', async () => {
  const store = new SessionStore({ ...DEFAULT_SESSION_LIMITS, maxRetainedPerClient: 2 });
  const retain = async (owner: string, topic: string, payload = 'x'): Promise<boolean> => {
    const dropped = store.retainedDropped;
    await store.storeRetained({ ...publish(topic, payload), clientId: owner } as AedesPacket);
    return store.retainedDropped === dropped;
  };
  expect([await retain('a', '1'), await retain('a', '2'), await retain('a', '3')]).toEqual([
    true,
    true,
    false,
  ]);
  expect([await retain('a\u0000client', '1', 'y'), await retain('b', '3')]).toEqual([true, true]);
  expect(store.retainedDropped).toBe(1);
  await store.storeRetained(publish('1', ''));
  expect(await retain('a', '4')).toBe(true);
  expect(await retained(store, '#')).toEqual(['2', '3', '4']);
});
