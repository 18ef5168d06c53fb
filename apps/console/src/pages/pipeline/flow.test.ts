import { describe, expect, test } from '@jest/globals';
import { faultsOf, flowOf, formatCount, formatRate, lagsByTopic, type Snapshot } from './flow.js';

type Sources = Snapshot['pipeline']['sources'];
type Partitions = Snapshot['pipeline']['partitions'];

function snapshot(atMs: number, sources: Partial<Sources[number]>[], partitions: Partitions = []): Snapshot {
  const whole = sources.map((source) => ({
    stage: 'bridge',
    source: 'b1',
    counters: {},
    updatedAt: '2026-01-01T00:00:00Z',
    balances: [],
    ...source,
  }));
  return { atMs, pipeline: { balanced: true, kafka: 'reachable', lag: 0, sources: whole, partitions } };
}

describe('flowOf', () => {
  test('adds the sources of a stage, and gives rates between the snapshots', () => {
    const flow = flowOf([
      snapshot(1_000, [{ counters: { received: 10 } }, { source: 'b2', counters: { received: 5 } }]),
      snapshot(2_000, [{ counters: { received: 11 } }, { source: 'b2', counters: { received: 5 } }]),
      snapshot(3_000, [{ counters: { received: 16 } }, { source: 'b2', counters: { received: 9 } }]),
    ]);
    expect(flow.bridge.received).toEqual({ total: 25, perSecond: 5 });
    expect(flow.bridge.shed).toEqual({ total: 0, perSecond: 0 });
  });

  test('has no rate with one snapshot', () => {
    expect(flowOf([snapshot(1_000, [{ counters: { received: 10 } }])]).bridge.received).toEqual({
      total: 10,
      perSecond: null,
    });
  });

  test('a source that is new or was restarted counts from nought', () => {
    const flow = flowOf([
      snapshot(0, [{ counters: { received: 100 } }]),
      snapshot(1_000, [{ counters: { received: 4 } }, { source: 'b2', counters: { received: 3 } }]),
    ]);
    expect(flow.bridge.received).toEqual({ total: 7, perSecond: 7 });
  });

  test('tells readings from other records of a consumer', () => {
    const aggregator = { stage: 'fieldstream-aggregator', counters: { stored: 7 } };
    const flow = flowOf([
      snapshot(0, [
        { ...aggregator, source: 'telemetry.readings/0' },
        { ...aggregator, source: 'device.events/0' },
        { ...aggregator, stage: 'fieldstream-alerter', source: 'telemetry.readings/0' },
      ]),
    ]);
    expect(flow.aggregator.stored.total).toBe(7);
  });

  test('the lag is unknown as soon as that of one partition is', () => {
    const partition = { consumer: 'x-aggregator', topic: 't', storedOffset: 1, endOffset: 4 };
    const both = [
      { ...partition, partition: 0, lag: 3 },
      { ...partition, partition: 1, lag: 4 },
    ];
    expect(flowOf([snapshot(0, [], both)]).lag).toEqual({ aggregator: 7, alerter: 0 });
    const unknown = [...both, { ...partition, partition: 2, endOffset: null, lag: null }];
    expect(flowOf([snapshot(0, [], unknown)]).lag.aggregator).toBeNull();
  });
});

test('faultsOf says which identity does not hold, and by how much', () => {
  const { pipeline } = snapshot(0, [
    {
      balances: [
        { identity: 'a = b', left: 5, right: 3, holds: false },
        { identity: 'c = d', left: 5, right: 5, holds: true },
      ],
    },
  ]);
  expect(faultsOf(pipeline)).toEqual(['bridge b1: a = b, but 5 is not 3 (2 missing)']);
});

test('lagsByTopic groups partitions by consumer and topic', () => {
  const one = { storedOffset: 0, endOffset: 2, lag: 2 };
  const { pipeline } = snapshot(
    0,
    [],
    [
      { ...one, consumer: 'a', topic: 't', partition: 0 },
      { ...one, consumer: 'a', topic: 't', partition: 1 },
      { ...one, consumer: 'b', topic: 't', partition: 0, lag: null },
    ],
  );
  expect(lagsByTopic(pipeline)).toEqual([
    {
      consumer: 'a',
      topic: 't',
      total: 4,
      partitions: [
        { partition: 0, lag: 2 },
        { partition: 1, lag: 2 },
      ],
    },
    { consumer: 'b', topic: 't', total: null, partitions: [{ partition: 0, lag: null }] },
  ]);
});

test.each([
  [0, '0'],
  [1234, '1,234'],
  [1_250_000, '1.3M'],
  [null, 'unknown'],
])('formatCount(%p) is %s', (count, text) => {
  expect(formatCount(count)).toBe(text);
});

test.each([
  [null, '…'],
  [0, '0.0/s'],
  [12.34, '12.3/s'],
  [1234.5, '1,235/s'],
])('formatRate(%p) is %s', (rate, text) => {
  expect(formatRate(rate)).toBe(text);
});
