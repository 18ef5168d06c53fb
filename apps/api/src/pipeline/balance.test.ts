import { expect, test } from '@jest/globals';
import { balancesOf } from './balance.js';

const BRIDGE = {
  received: 21,
  produced: 10,
  presence: 5,
  dead_lettered: 1,
  shed: 2,
  refused: 0,
  in_flight: 3,
};
const CONSUMER = {
  records: 8,
  dead_lettered: 1,
  readings: 20,
  stored: 15,
  duplicates: 3,
  coalesced: 2,
  lost: 2,
};
const POSITION = { topic: 'telemetry.readings', partition: 0, startOffset: 100, nextOffset: 110 };

test('a bridge accounts for every publish', () => {
  expect(balancesOf({ counters: BRIDGE, position: null })).toEqual([
    {
      identity: 'received = produced + presence + deadLettered + shed + refused + inFlight',
      left: 21,
      right: 21,
      holds: true,
    },
  ]);
});

test.each(Object.keys(BRIDGE))('a bridge that miscounts %s is found out', (counter) => {
  const counters = { ...BRIDGE, [counter]: BRIDGE[counter as keyof typeof BRIDGE] + 1 };
  expect(balancesOf({ counters, position: null }).map(({ holds }) => holds)).toEqual([false]);
});

test('a consumer accounts for every offset, record and reading', () => {
  expect(balancesOf({ counters: CONSUMER, position: POSITION })).toEqual([
    { identity: 'nextOffset - startOffset = records + lost', left: 10, right: 10, holds: true },
    { identity: 'records = decoded + deadLettered', left: 8, right: 8, holds: true },
    { identity: 'readings = stored + duplicates + coalesced', left: 20, right: 20, holds: true },
  ]);
});

test.each([
  [{ records: 9 }, [false, true, true]],
  [{ lost: 0 }, [false, true, true]],
  [{ dead_lettered: 9 }, [true, false, true]],
  [{ stored: 14 }, [true, true, false]],
  [{ readings: 21 }, [true, true, false]],
])('a consumer with %j is found out', (change, expected) => {
  const balances = balancesOf({ counters: { ...CONSUMER, ...change }, position: POSITION });
  expect(balances.map(({ holds }) => holds)).toEqual(expected);
});
