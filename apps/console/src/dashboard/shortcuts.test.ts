import { expect, test } from '@jest/globals';
import { shortcutReader } from './shortcuts.js';

test.each<[readonly (readonly [string, number])[], (string | undefined)[]]>([
  [
    [
      ['t', 0],
      ['z', 200],
    ],
    [undefined, 'zoom-out'],
  ],
  [
    [
      ['t', 0],
      ['z', 1_200],
    ],
    [undefined, undefined],
  ],
  [
    [
      ['d', 0],
      ['k', 10],
      ['k', 20],
    ],
    [undefined, 'kiosk', undefined],
  ],
  [[['v', 0]], ['view']],
  [
    [
      ['d', 0],
      ['v', 10],
    ],
    [undefined, 'view'],
  ],
  [
    [
      ['x', 0],
      ['?', 10],
    ],
    [undefined, 'help'],
  ],
])('%j', (keys, actions) => {
  const read = shortcutReader();
  expect(keys.map(([key, atMs]) => read(key, atMs))).toEqual(actions);
});
