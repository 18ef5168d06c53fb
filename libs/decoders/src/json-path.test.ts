import { describe, expect, test } from '@jest/globals';
import { parseJsonPath, readJsonPath } from './json-path.js';

const payload = { a: { b: [1, { 'c d': 'x' }] }, list: [{ v: 1 }, { v: 2 }] };

describe('reads', () => {
  test.each([
    ['a.b[0]', 1],
    ['$.a.b[0]', 1],
    ["a.b[1]['c d']", 'x'],
    ['a["b"][1]["c d"]', 'x'],
    ["['a'].b[0]", 1],
    ['$', payload],
    ['list[-1].v', 2],
    ['$.list[5].v', undefined],
    ['a.b.c', undefined],
    ['a.missing.more', undefined],
    ['toString', undefined],
    ['constructor.name', undefined],
    ['__proto__', undefined],
    ['list.length', undefined],
  ])('%s', (text, value) => {
    const path = parseJsonPath(text);
    expect(path).toBeDefined();
    expect(path && readJsonPath(path, payload, payload)).toEqual(value);
  });

  test('an element by @ or nothing, the payload by $', () => {
    const read = (text: string): unknown => {
      const path = parseJsonPath(text);
      return path && readJsonPath(path, payload, payload.list[1]);
    };
    expect([read('v'), read('@.v'), read('$.list[0].v'), read('@')]).toEqual([2, 2, 1, { v: 2 }]);
  });

  test('a member that JSON gave an odd name', () => {
    const odd = JSON.parse('{"__proto__":{"x":1}}') as unknown;
    const path = parseJsonPath('__proto__.x');
    expect(path && readJsonPath(path, odd, odd)).toBe(1);
  });
});

test.each([
  '',
  '.a',
  'a.',
  'a..b',
  'a[',
  'a[x]',
  'a b',
  'a{b}',
  "a['b",
  '$$',
  'a.*',
  '$a',
  Array(18).fill('a').join('.'),
])('refuses %j', (text) => {
  const path = parseJsonPath(text);
  // `*` and `$a` are names like any other.
  if (text === 'a.*' || text === '$a' || text === '$$') expect(path?.from).toBe('element');
  else expect(path).toBeUndefined();
});
