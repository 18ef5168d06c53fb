import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { type QueuedPacket, SessionQueues } from './session-queues.js';

let counter = 0;
const packet = (payload: string): QueuedPacket =>
  ({
    cmd: 'publish',
    topic: 't',
    payload: Buffer.from(payload),
    brokerId: 'b',
    brokerCounter: ++counter,
  }) as QueuedPacket;
const payloads = (queues: SessionQueues, id: string): string[] =>
  queues.list(id).map((entry) => String(entry.packet.payload ?? entry.packet.cmd));
const limits = { maxQueuedMessages: 3, maxQueuedBytes: 10 };

describe('SessionQueues', () => {
  test('keeps the order, and clears what was acknowledged', () => {
    const queues = new SessionQueues(limits);
    const [first, second] = [packet('1'), packet('2')];
    queues.add('c', first);
    queues.add('c', second);
    expect(queues.update('c', { ...second, messageId: 7 })?.packet.messageId).toBe(7);
    expect(queues.update('c', { ...first, messageId: 8 })?.packet.messageId).toBe(8);
    expect(queues.clear('c', 7)?.packet.payload?.toString()).toBe('2');
    expect(payloads(queues, 'c')).toEqual(['1']);
    expect(queues.clear('c', 7)).toBeUndefined();
    expect(queues.clear('d', 8)).toBeUndefined();
    expect(queues.clear('c', 8)).toBeDefined();
    expect(queues.bytes).toBe(0);
  });

  test('a PUBREL takes the place of its message, and is cleared with its bytes', () => {
    const queues = new SessionQueues(limits);
    const message = packet('12345');
    queues.add('c', message);
    queues.update('c', { ...message, messageId: 7 });
    const pubrel = { cmd: 'pubrel', messageId: 7 } as QueuedPacket;
    expect(queues.update('c', pubrel)?.place).toBe(0);
    expect(payloads(queues, 'c')).toEqual(['pubrel']);
    expect(queues.bytes).toBe(5);
    queues.clear('c', 7);
    expect(queues.bytes).toBe(0);
  });

  test('an update of nothing is nothing', () => {
    const queues = new SessionQueues(limits);
    expect(queues.update('c', { ...packet('1'), messageId: 1 })).toBeUndefined();
    queues.add('c', packet('1'));
    expect(queues.update('c', { cmd: 'pubrel', messageId: 1 } as QueuedPacket)).toBeUndefined();
  });

  test('bounds: messages of a session, bytes of all', () => {
    const queues = new SessionQueues(limits);
    for (const text of ['1', '2', '3', '4']) queues.add('c', packet(text));
    expect(payloads(queues, 'c')).toEqual(['1', '2', '3']);
    expect(queues.add('d', packet('12345678'))).toBeUndefined();
    expect(queues.dropped).toBe(2);
    expect(queues.drop('c')).toHaveLength(3);
    expect(queues.add('d', packet('12345678'))).toBeDefined();
  });

  test('what is restored comes before what is new', () => {
    const queues = new SessionQueues(limits);
    queues.restore('c', 5, packet('old'));
    expect(queues.add('c', packet('new'))?.place).toBe(6);
    expect(payloads(queues, 'c')).toEqual(['old', 'new']);
  });

  test('bytes are those of what waits, whatever happens', () => {
    const step = fc.tuple(fc.constantFrom('add', 'send', 'release', 'clear', 'drop'), fc.nat(3), fc.nat(5));
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const queues = new SessionQueues({ maxQueuedMessages: 5, maxQueuedBytes: 40 });
        for (const [what, session, id] of steps) {
          const name = String(session);
          const waiting = queues.list(name);
          if (what === 'add') queues.add(name, packet('x'.repeat(id)));
          else if (what === 'send' && waiting[id])
            queues.update(name, { ...waiting[id].packet, messageId: id + 1 });
          else if (what === 'release')
            queues.update(name, { cmd: 'pubrel', messageId: id + 1 } as QueuedPacket);
          else if (what === 'clear') queues.clear(name, id + 1);
          else if (what === 'drop') queues.drop(name);
        }
        const all = ['0', '1', '2', '3'].flatMap((name) => queues.list(name));
        expect(queues.bytes).toBe(all.reduce((sum, { bytes }) => sum + bytes, 0));
        expect(queues.bytes).toBeLessThanOrEqual(40);
      }),
    );
  });
});
