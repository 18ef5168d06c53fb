import { describe, expect, test } from '@jest/globals';
import { BoundedMap } from './bounded-map.js';

describe('BoundedMap', () => {
  test('forgets what was set longest ago, beyond its entries', () => {
    const map = new BoundedMap<number>(2);
    map.set('a', 1);
    map.set('b', 2);
    map.set('a', 3);
    map.set('c', 4);
    expect([...map.keys()]).toEqual(['a', 'c']);
  });

  test('forgets as many as are needed, beyond its weight', () => {
    const left: string[] = [];
    const map = new BoundedMap<string>(100, 10, (key) => left.push(key));
    map.set('a', '', 4);
    map.set('b', '', 4);
    map.set('c', '', 9);
    expect({ keys: [...map.keys()], weight: map.weight, left }).toEqual({
      keys: ['c'],
      weight: 9,
      left: ['a', 'b'],
    });
    map.set('c', '', 11);
    expect({ size: map.size, weight: map.weight }).toEqual({ size: 0, weight: 0 });
  });
});
