import { expect, test } from '@jest/globals';
import { lagsOf } from './lag.js';

const TOPIC = 'telemetry.readings';
const entry = (stage: string, partition: number, nextOffset: number) => ({
  stage,
  source: `${TOPIC}/${partition}`,
  counters: {},
  updatedAt: new Date(0),
  position: { topic: TOPIC, partition, startOffset: 0, nextOffset },
});
const bridge = { stage: 'bridge', source: 'x', counters: {}, updatedAt: new Date(0), position: null };
const ends = new Map([
  [
    TOPIC,
    new Map([
      [0, { low: 0, high: 50 }],
      [1, { low: 10, high: 30 }],
    ]),
  ],
]);

test('lag is end offset less stored offset, and all of a partition that was never read', () => {
  expect(
    lagsOf([bridge, entry('aggregator', 0, 45), entry('alerter', 0, 50), entry('alerter', 1, 30)], ends),
  ).toEqual([
    { consumer: 'aggregator', topic: TOPIC, partition: 0, storedOffset: 45, endOffset: 50, lag: 5 },
    { consumer: 'aggregator', topic: TOPIC, partition: 1, storedOffset: null, endOffset: 30, lag: 20 },
    { consumer: 'alerter', topic: TOPIC, partition: 0, storedOffset: 50, endOffset: 50, lag: 0 },
    { consumer: 'alerter', topic: TOPIC, partition: 1, storedOffset: 30, endOffset: 30, lag: 0 },
  ]);
});

test('while Kafka is away lag is unknown, not 0', () => {
  expect(lagsOf([entry('aggregator', 0, 45)], undefined)).toEqual([
    { consumer: 'aggregator', topic: TOPIC, partition: 0, storedOffset: 45, endOffset: null, lag: null },
  ]);
});

test('records that were written between the two looks make no negative lag', () => {
  expect(lagsOf([entry('aggregator', 0, 55)], ends)[0]?.lag).toBe(0);
});
