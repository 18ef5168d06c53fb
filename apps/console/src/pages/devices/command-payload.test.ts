import { expect, test } from '@jest/globals';
import { payloadOf } from './command-payload.js';

test.each([
  ['', undefined],
  ['  ', undefined],
  ['on', 'on'],
  ['{"a": 1}', { a: 1 }],
  [' 5 ', 5],
  ['{"a": ', '{"a": '],
])('%j is %j', (text, payload) => {
  expect(payloadOf(text)).toEqual(payload);
});
