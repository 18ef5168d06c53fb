import { expect, test } from '@jest/globals';
import { LogTail } from './log-tail.js';

test('joins chunks into lines and keeps the last ones', () => {
  const tail = new LogTail(2);
  for (const chunk of ['one\ntw', 'o\nthree\n', 'fo']) tail.push(chunk);
  expect(tail.toString()).toBe('two\nthree\nfo');
});

test('a line without end stays bounded', () => {
  const tail = new LogTail(2, 10);
  for (let i = 0; i < 100; i++) tail.push('abcdefgh');
  expect(tail.toString()).toHaveLength(10);
});
