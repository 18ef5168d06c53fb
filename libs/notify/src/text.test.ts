import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { escapeHtml, escapeJson, fitLines, oneLine, plainLines, truncate } from './text.js';

test.each([
  ['a\r\nBcc: b', 'a Bcc: b'],
  ['  a\tb  ', 'a b'],
  ['a\u2028b\u202ec', 'a b c'],
  ['half \ud83d', 'half \ufffd'],
  ['', ''],
])('oneLine of %j', (text, line) => {
  expect(oneLine(text)).toBe(line);
});

test('plainLines keeps lines apart, and nothing else', () => {
  expect(plainLines('a\tb\r\n\nc\u2029d')).toEqual(['a b', '', 'c', 'd']);
});

describe('truncate', () => {
  test.each([
    ['abc', 3, 'abc'],
    ['abcd', 3, 'ab…'],
    ['a🔥b', 3, 'a…'],
    ['a🔥bc', 4, 'a🔥…'],
  ])('%j to %i', (text, max, cut) => {
    expect(truncate(text, max)).toBe(cut);
  });

  test('is never too long, and well-formed where the text was', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.integer({ min: 1, max: 20 }), (text, max) => {
        const cut = truncate(text, max);
        expect(cut.length).toBeLessThanOrEqual(max);
        expect(cut.isWellFormed()).toBe(true);
      }),
    );
  });
});

describe('fitLines', () => {
  test.each<[string[], number, number, string]>([
    [['aa', 'bb'], 0, 100, 'aa\nbb'],
    [['aa', 'bb'], 3, 100, 'aa\nbb\n… and 3 more'],
    [['aa', 'bb', 'cc'], 0, 20, 'aa\nbb\ncc'],
    [['aaaaaa', 'bbbbbb', 'cccccc'], 10, 20, 'aaaaaa\n… and 12 more'],
    [['aaaaaa'], 0, 3, '… and 1 more'],
    [[], 0, 3, ''],
  ])('%j with %i hidden in %i', (lines, hidden, max, text) => {
    expect(fitLines(lines, hidden, max)).toBe(text);
  });

  test('measures as it is told', () => {
    expect(fitLines(['ää', 'b'], 0, 4, (text) => Buffer.byteLength(text))).toBe('… and 2 more');
  });
});

test('escapes', () => {
  expect(escapeHtml(`<a b="c">'&'`)).toBe('&lt;a b=&quot;c&quot;&gt;&#39;&amp;&#39;');
  expect(escapeJson('a"b\\\n')).toBe('a\\"b\\\\\\n');
});
