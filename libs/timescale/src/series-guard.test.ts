import { expect, test } from '@jest/globals';
import type { Telemetry } from '@fieldstream/domain';
import { refuseExcess } from './series-guard.js';

const publish = (deviceId: string, ...metrics: string[]): Telemetry => ({
  deviceId,
  receivedAtMs: 0,
  samples: [{ timeMs: 0, values: new Map(metrics.map((metric) => [metric, 1])) }],
});

test.each<[string, Telemetry[], room: Record<string, number>, refused: number[]]>([
  ['nobody lacks room', [publish('a', 'x', 'y')], {}, []],
  [
    'as many as fit, in their order',
    [publish('a', 'x'), publish('a', 'y'), publish('a', 'z')],
    { a: 2 },
    [2],
  ],
  ['refused as a whole, and takes no room', [publish('a', 'x', 'y'), publish('a', 'z')], { a: 1 }, [0]],
  ['what is made is known', [publish('a', 'x'), publish('a', 'x'), publish('a', 'y')], { a: 1 }, [2]],
  ['known metrics need no room', [publish('a', 'known'), publish('a', 'known', 'x')], { a: 0 }, [1]],
  ['each device has room of its own', [publish('a', 'x'), publish('b', 'x')], { a: 0 }, [0]],
])('%s', (_, telemetry, room, refused) => {
  const result = refuseExcess(telemetry, new Map(Object.entries(room)), (__, metric) => metric === 'known');
  expect([...result].map((each) => telemetry.indexOf(each))).toEqual(refused);
});
