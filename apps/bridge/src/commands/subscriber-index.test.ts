import { EventEmitter } from 'node:events';
import { beforeEach, describe, expect, test } from '@jest/globals';
import type { Client } from 'aedes';
import fc from 'fast-check';
import { matches } from '../session-store.js';
import { filtersOf, SubscriberIndex } from './subscriber-index.js';

const level = fc.constantFrom('a', 'b', '+');
const filter = fc
  .tuple(fc.array(level, { maxLength: 3 }), fc.boolean())
  .map(([levels, isOpen]) => ['s', ...levels, ...(isOpen ? ['#'] : [])].join('/'));
const topic = fc
  .array(fc.constantFrom('a', 'b'), { minLength: 1, maxLength: 3 })
  .map((levels) => `s/${levels.join('/')}`);

test('the filters of a topic are those that begin with the scope and match it', () => {
  fc.assert(
    fc.property(topic, filter, (name, one) => {
      expect(filtersOf(name, 's/').includes(one)).toBe(one.startsWith('s/') && matches(one.split('/'), name));
    }),
  );
});

describe('the index', () => {
  let events: EventEmitter;
  let index: SubscriberIndex;
  let told: string[];
  beforeEach(() => {
    events = new EventEmitter();
    index = new SubscriberIndex(events);
    told = [];
    index.listen({ onSubscribed: (one) => told.push(one), onGone: () => told.push('gone') });
  });

  const client = (subscriptions: Record<string, number> = {}): Client =>
    ({
      closed: false,
      subscriptions: Object.fromEntries(Object.entries(subscriptions).map(([one, qos]) => [one, { qos }])),
    }) as unknown as Client;
  const find = () => index.find('devices/d/commands', 'devices/d/');

  test('finds who has subscribed, with the best that was granted, until he leaves', () => {
    const device = client({ 'devices/d/#': 0, 'devices/d/commands': 1 });
    events.emit('subscribe', [{ topic: 'devices/d/#' }, { topic: 'devices/d/commands' }], device);
    expect(find()).toEqual([{ client: device, qos: 1 }]);
    events.emit('unsubscribe', ['devices/d/commands'], device);
    expect(find()).toEqual([{ client: device, qos: 0 }]);
    events.emit('clientDisconnect', device);
    expect(find()).toEqual([]);
    expect(told).toEqual(['devices/d/#', 'devices/d/commands', 'gone']);
  });

  test('finds resumed sessions', () => {
    const device = client({ 'devices/d/+': 1 });
    events.emit('clientReady', device);
    expect(find()).toEqual([{ client: device, qos: 1 }]);
  });

  test('leaves out those who were refused, and filters that reach beyond', () => {
    events.emit('subscribe', [{ topic: 'devices/d/commands' }], client());
    events.emit(
      'clientReady',
      client({ '#': 1, 'devices/#': 1, 'devices/+/commands': 1, 'devices/d/telemetry': 1 }),
    );
    expect(find()).toEqual([]);
  });
});
