import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { createDecoders } from '@fieldstream/decoders';
import { eventually, ForeignBroker } from '@fieldstream/testing';
import type { IncomingPublish } from '../publish-intake.js';
import { Source } from './source.js';
import type { SourceDefinition } from './source-definition.js';
import { SourceMemory } from './source-memory.js';

const TOPIC = 'devices/a/telemetry';

interface Accepted {
  readonly publish: IncomingPublish;
  readonly done: (error?: Error) => void;
}

describe.each([4, 5] as const)('a source that speaks MQTT version %d', (protocolVersion) => {
  let broker: ForeignBroker;
  let accepted: Accepted[];
  let logged: string[];
  let source: Source;
  let memory: SourceMemory;

  const open = (change: Partial<SourceDefinition> = {}): void => {
    const note = (_: object, message: string): void => void logged.push(message);
    source = new Source({
      definition: { ...definition(broker.url), protocolVersion, ...change },
      clientId: 'bridge-1',
      intake: { accept: (publish, _, done) => void accepted.push({ publish, done }) },
      decoders: createDecoders(),
      memory,
      maxPacketBytes: 1_000,
      logger: { debug: note, info: note, warn: note, error: note },
      random: () => 0,
    });
    source.open();
  };
  const payloads = (): string[] => accepted.map(({ publish }) => publish.payload.toString());
  const untilAccepted = (count: number): Promise<true> =>
    eventually(() => accepted.length >= count, { what: `${count} messages`, everyMs: 5 });

  beforeEach(async () => {
    accepted = [];
    logged = [];
    broker = await ForeignBroker.open();
    memory = await SourceMemory.open({ folder: undefined, maxTopics: 100, logger: quiet });
  });

  afterEach(async () => {
    await source.close();
    await broker.close();
  });

  test('keeps its session, and subscribes to what it is told to', async () => {
    open();
    const session = await broker.session(0);
    await session.accept({ granted: [1] });
    expect(session.connect).toMatchObject({ clientId: 'bridge-1', clean: false, protocolVersion });
    expect(session.of('subscribe')[0]?.subscriptions).toMatchObject([{ topic: 'devices/#', qos: 1 }]);
    await eventually(() => source.isConnected, { what: 'being connected' });
    expect(source.fault).toBeUndefined();
    await source.close();
    expect(session.of('disconnect')).toHaveLength(1);
  });

  test('takes many in at a time, and acknowledges in order what is safe', async () => {
    open();
    const session = await broker.session(0);
    await session.accept({ granted: [1] });
    for (let id = 1; id <= 5; id++)
      session.publish(TOPIC, String(id), { messageId: id, qos: id === 4 ? 2 : 1 });
    await untilAccepted(5);
    expect(source.backlogMessages).toBe(5);
    accepted[1]?.done();
    accepted[2]?.done();
    expect(session.acks()).toEqual([]);
    accepted[0]?.done();
    await session.until('three PUBACKs', () => session.acks().length === 3);
    expect(session.acks()).toEqual([1, 2, 3]);
    accepted[3]?.done();
    await session.until('a PUBREC', () => session.acks('pubrec').length === 1);
    session.send({ cmd: 'pubrel', messageId: 4 });
    await session.until('a PUBCOMP', () => session.acks('pubcomp').length === 1);
    expect([session.acks('pubrec'), session.acks('pubcomp')]).toEqual([[4], [4]]);
    expect(session.acks()).toEqual([1, 2, 3]);
    expect(source.counts).toMatchObject({ received: 5, acknowledged: 4 });
  });

  test.each([{ maxBacklogMessages: 3 }, { maxBacklogBytes: 3 }])('reads no further at %j', async (bound) => {
    open(bound);
    const session = await broker.session(0);
    await session.accept({ granted: [1] });
    for (let id = 1; id <= 8; id++) session.publish(TOPIC, String(id), { messageId: id });
    await untilAccepted(3);
    await eventually(() => source.counts.connections === 1, { what: 'the connection' });
    expect(payloads()).toEqual(['1', '2', '3']);
    accepted[0]?.done();
    await untilAccepted(4);
    expect(payloads()).toEqual(['1', '2', '3', '4']);
    for (let next = 1; next < 8; next++) {
      await untilAccepted(next + 1);
      accepted[next]?.done();
    }
    await session.until('all PUBACKs', () => session.acks().length === 8);
  });

  test('what is not stored is not acknowledged: the connection is made anew, and nothing subscribed to twice', async () => {
    open();
    const session = await broker.session(0);
    await session.accept({ granted: [1] });
    await eventually(() => source.isConnected, { what: 'being connected' });
    for (let id = 1; id <= 3; id++) session.publish(TOPIC, String(id), { messageId: id });
    await untilAccepted(3);
    accepted[2]?.done(new Error('Kafka is away'));
    await session.until('the end of the connection', () => session.isClosed);
    expect(session.acks()).toEqual([]);
    expect(source.fault).toBe('Kafka is away');
    const next = await broker.session(1);
    await next.accept({ sessionPresent: true });
    next.publish(TOPIC, '1', { messageId: 1, dup: true });
    await untilAccepted(4);
    // What belongs to the former connection is no longer acknowledged.
    accepted[0]?.done();
    accepted[3]?.done();
    await next.until('a PUBACK', () => next.acks().length === 1);
    expect(accepted[3]?.publish).toMatchObject({ dup: true, clientId: 'source:house', messageId: 1 });
    expect(next.of('subscribe')).toEqual([]);
    expect(logged).toEqual([
      'the source is connected',
      'the source is away, and is tried again',
      'the source is connected',
    ]);
  });

  test('a retained message that is stored is not taken again when it is replayed', async () => {
    open();
    const session = await broker.session(0);
    await session.accept({ granted: [1] });
    const isReplayTaken = async (payload: string): Promise<boolean> => {
      const before = [accepted.length, session.acks().length] as const;
      session.publish(TOPIC, payload, { messageId: 9, retain: true });
      await eventually(() => accepted.length > before[0] || session.acks().length > before[1], {
        what: 'the replay',
        everyMs: 5,
      });
      const isTaken = accepted.length > before[0];
      if (isTaken) accepted.at(-1)?.done();
      await session.until('its PUBACK', () => session.acks().length > before[1]);
      return isTaken;
    };
    expect(await isReplayTaken('1')).toBe(true);
    expect(await isReplayTaken('1')).toBe(false);
    expect(await isReplayTaken('2')).toBe(true);
    // Live ones are readings of their own, also where they repeat themselves.
    session.publish(TOPIC, '3', { messageId: 1 });
    session.publish(TOPIC, '3', { messageId: 2 });
    await untilAccepted(4);
    for (const { done } of accepted.slice(2)) done();
    expect(await isReplayTaken('3')).toBe(false);
    expect(source.counts.retainedSkipped).toBe(2);
  });

  test('a replay of what is still under way waits for what becomes of it', async () => {
    open();
    const session = await broker.session(0);
    await session.accept({ granted: [1] });
    session.publish(TOPIC, '1', { messageId: 1 });
    session.publish(TOPIC, '1', { messageId: 2, retain: true });
    session.publish(TOPIC, '2', { messageId: 3 });
    session.publish(TOPIC, '2', { messageId: 4, retain: true });
    await untilAccepted(2);
    accepted[0]?.done();
    await session.until('two PUBACKs', () => session.acks().length === 2);
    accepted[1]?.done(new Error('Kafka is away'));
    await session.until('the end of the connection', () => session.isClosed);
    expect([session.acks(), payloads(), source.counts.retainedSkipped]).toEqual([[1, 2], ['1', '2'], 1]);
  });

  test('a retained message that Kafka did not take is taken again', async () => {
    open();
    const session = await broker.session(0);
    await session.accept({ granted: [1] });
    session.publish(TOPIC, '1', { retain: true, qos: 0 });
    await untilAccepted(1);
    accepted[0]?.done(new Error('Kafka is away'));
    const next = await broker.session(1);
    await next.accept({ granted: [1] });
    next.publish(TOPIC, '1', { retain: true, qos: 0 });
    await untilAccepted(2);
  });

  test('topics of the broker itself, and what is too large, are acknowledged and left out', async () => {
    open();
    const session = await broker.session(0);
    await session.accept({ granted: [1] });
    session.publish('$SYS/broker/uptime', '1', { messageId: 1 });
    session.publish('alerts/a/hot', 'firing', { messageId: 2 });
    session.publish('devices/a/telemetry', 'x'.repeat(2_000), { messageId: 3 });
    if (protocolVersion === 5) {
      // Said in the CONNECT: a broker that sends it all the same breaks the protocol.
      expect(session.connect?.properties).toMatchObject({ maximumPacketSize: 1_000, receiveMaximum: 100 });
      await session.until('the end of the connection', () => session.isClosed);
    } else {
      await session.until('three PUBACKs', () => session.acks().length === 3);
      expect(source.counts).toMatchObject({ reserved: 2, tooLarge: 1 });
    }
    expect(accepted).toEqual([]);
  });

  test('a refused subscription is told of, and the others work', async () => {
    const filters = ['1', '0', 'secret/#'];
    open({ subscriptions: filters.map((filter) => ({ filter, qos: 1, isShared: false })) });
    const session = await broker.session(0);
    await session.accept();
    await session.until('SUBSCRIBE', () => session.of('subscribe').length > 0);
    const [subscribe] = session.of('subscribe');
    const granted = subscribe?.subscriptions.map(({ topic }) => (topic === 'secret/#' ? 128 : 1)) ?? [];
    session.send({ cmd: 'suback', messageId: subscribe?.messageId ?? 0, granted });
    await eventually(() => source.isConnected, { what: 'being connected' });
    expect(source.fault).toBe(
      'the broker refuses the subscription to secret/# (reason code 128, such as for missing rights)',
    );
    expect(logged).toEqual(['the source is connected, but not for all topics']);
  });

  test('what the session was subscribed to in former times, and is no longer, is ended', async () => {
    memory.setFilters('house', 'bridge-1', ['former/#', 'devices/#']);
    open();
    const session = await broker.session(0);
    await session.accept({ sessionPresent: true, granted: [1] });
    await session.until('UNSUBSCRIBE', () => session.of('unsubscribe').length === 1);
    const [unsubscribe] = session.of('unsubscribe');
    expect(unsubscribe?.unsubscriptions).toEqual(['former/#']);
    session.send({ cmd: 'unsuback', messageId: unsubscribe?.messageId ?? 0, granted: [0] });
    await eventually(() => source.isConnected, { what: 'being connected' });
    expect(memory.filtersOf('house', 'bridge-1')).toEqual(['devices/#']);
  });

  test('after the stop nothing is taken in, and what is under way is acknowledged', async () => {
    open();
    const session = await broker.session(0);
    await session.accept({ granted: [1] });
    session.publish(TOPIC, '1', { messageId: 1 });
    await untilAccepted(1);
    source.stopAccepting();
    session.publish(TOPIC, '2', { messageId: 2 });
    accepted[0]?.done();
    await session.until('a PUBACK', () => session.acks().length === 1);
    await source.close();
    await session.until('the end of the connection', () => session.isClosed);
    expect([session.acks(), payloads()]).toEqual([[1], ['1']]);
  });

  test('answers of decoders are sent back, and are not for the sender', async () => {
    open({ subscriptions: [{ filter: '$share/g/devices/#', qos: 1, isShared: true }, own('b/#')] });
    const session = await broker.session(0);
    await session.accept({ granted: [1, 1] });
    await eventually(() => source.isConnected, { what: 'being connected' });
    source.publish({ topic: 'b/cmd', payload: Buffer.from('rebirth') });
    await session.until('the answer', () => session.of('publish').length === 1);
    expect(session.of('publish')[0]).toMatchObject({ topic: 'b/cmd', qos: 0, retain: false });
    if (protocolVersion === 5)
      expect(session.of('subscribe')[0]?.subscriptions).toMatchObject([{ nl: false }, { nl: true, rh: 1 }]);
  });
});

test('a broker that does not speak MQTT 5 is told of with what to do', async () => {
  const broker = await ForeignBroker.open();
  const memory = await SourceMemory.open({ folder: undefined, maxTopics: 1, logger: quiet });
  const source = new Source({
    definition: { ...definition(broker.url), protocolVersion: 5 },
    clientId: 'x',
    intake: { accept: () => {} },
    decoders: createDecoders(),
    memory,
    maxPacketBytes: 1_000,
    logger: quiet,
    random: () => 0,
  });
  source.open();
  const session = await broker.session(0);
  session.send({ cmd: 'connack', sessionPresent: false, reasonCode: 132, returnCode: 1 });
  await eventually(
    () => expect(source.fault).toMatch(/does not speak MQTT 5; give the source protocol: 3\.1\.1/),
    {
      what: 'the advice',
    },
  );
  await source.close();
  await broker.close();
});

const quiet = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };

function own(filter: string): SourceDefinition['subscriptions'][number] {
  return { filter, qos: 1, isShared: false };
}

function definition(url: string): Omit<SourceDefinition, 'protocolVersion'> {
  return {
    name: 'house',
    url,
    clientId: undefined,
    username: undefined,
    password: undefined,
    files: { password: undefined, ca: undefined, cert: undefined, key: undefined },
    rejectUnauthorized: true,
    subscriptions: [own('devices/#')],
    keepaliveSeconds: 60,
    sessionExpirySeconds: 3_600,
    maxBacklogMessages: 100,
    maxBacklogBytes: 1_000_000,
  };
}
