import { expect, test } from '@jest/globals';
import { viewPayload } from './payload-view.js';

test.each([
  ['JSON', Buffer.from('{"a": 1}\r\n\t'), '{"a": 1}\r\n\t'],
  ['other scripts', Buffer.from('21 °C 温度 🌡'), '21 °C 温度 🌡'],
  ['nothing', Buffer.alloc(0), ''],
  ['control characters', Buffer.from('a\u0007'), null],
  ['NUL', Buffer.from([0]), null],
  ['directional overrides', Buffer.from('a\u202eb'), null],
  ['bytes that are not UTF-8', Buffer.from([0xff, 0xfe]), null],
])('%s', (_, payload, text) => {
  expect(viewPayload(payload, payload.length)).toEqual({
    bytes: payload.length,
    base64: payload.toString('base64'),
    text,
    truncated: false,
  });
});

test('a cut through a character does not make a text unreadable', () => {
  const view = viewPayload(Buffer.from('aä').subarray(0, 2), 3);
  expect(view).toMatchObject({ text: 'a', truncated: true, bytes: 3 });
});

test('half a character at the end of a whole payload does', () => {
  expect(viewPayload(Buffer.from('aä').subarray(0, 2), 2).text).toBeNull();
});
