import { expect, test } from '@jest/globals';
import { DescriptionMemory } from './description-memory.js';

const described = (deviceId: string, name: string) => ({ deviceId, family: 'x', name });

test('tells a description once, and again when it changes', () => {
  const memory = new DescriptionMemory();
  expect(memory.news(described('a', 'one'))).toHaveLength(1);
  expect(memory.news(described('a', 'one'))).toEqual([]);
  expect(memory.news(described('a', 'two'))).toEqual([described('a', 'two')]);
});

test('is bounded: the device that was told of longest ago is forgotten', () => {
  const memory = new DescriptionMemory(2);
  for (const id of ['a', 'b', 'c']) memory.news(described(id, 'n'));
  expect(memory.size).toBe(2);
  expect(memory.news(described('c', 'n'))).toEqual([]);
  expect(memory.news(described('a', 'n'))).toHaveLength(1);
});
