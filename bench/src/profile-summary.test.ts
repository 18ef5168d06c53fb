import { expect, test } from '@jest/globals';
import { topSelfTimes } from './profile-summary.js';

function node(id: number, functionName: string, url = '', lineNumber = 0) {
  return { id, callFrame: { functionName, url, lineNumber } };
}

test('time from a sample to the next is its own function’s; idle time counts nowhere; same places are joined', () => {
  const nodes = [
    node(1, '(idle)'),
    node(2, 'parse', 'file:///app/node_modules/mqtt-packet/parser.js', 9),
    node(3, 'parse', 'file:///app/node_modules/mqtt-packet/parser.js', 9),
    node(4, '', 'file:///app/main.js', 0),
  ];
  const profile = { nodes, samples: [2, 1, 4, 3, 2], timeDeltas: [500, 1_000, 9_000, 1_000, 2_000] };
  expect(topSelfTimes(profile, 10)).toEqual([
    { location: 'parse mqtt-packet/parser.js:10', share: 0.75, ms: 3 },
    { location: '(anonymous) /app/main.js:1', share: 0.25, ms: 1 },
  ]);
  expect(topSelfTimes(profile, 1)).toHaveLength(1);
});
