import { expect, test } from '@jest/globals';
import { hexDump, prettyText } from './payload-text.js';

test.each([
  ['', ''],
  ['hi', '0000  68 69                                            hi'],
  ['\u0000\u007f', '0000  00 7f                                            ··'],
])('hexDump of %j', (text, dump) => {
  expect(hexDump(btoa(text))).toBe(dump);
});

test('hexDump begins a line every sixteen bytes, and ends at its bound', () => {
  const lines = hexDump(btoa('x'.repeat(100)), 40).split('\n');
  expect(lines.map((line) => line.slice(0, 4))).toEqual(['0000', '0010', '0020']);
  expect(lines[2]).toMatch(/x{8}$/);
});

test.each([
  ['{"a":1}', '{\n  "a": 1\n}'],
  ['{"a":', '{"a":'],
])('prettyText(%j)', (text, pretty) => {
  expect(prettyText(text)).toBe(pretty);
});
