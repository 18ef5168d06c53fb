import { expect, test } from '@jest/globals';
import { decodeDecoderState, encodeDecoderState } from './decoder-state-record.js';
import { WireError } from './wire-error.js';

test.each([
  ['an object', { a: [1, 'x'] }],
  ['a text', 'x'],
  ['forgotten', null],
])('%s survives the way to Kafka and back', (_, value) => {
  const change = { family: 'zigbee2mqtt', key: 'zigbee2mqtt/a/b', value };
  const record = encodeDecoderState(change);
  expect(record.key).toBe('zigbee2mqtt/zigbee2mqtt/a/b');
  expect(decodeDecoderState(record.key, record.value)).toEqual(change);
  expect(decodeDecoderState(record.key, null)).toEqual({ ...change, value: null });
});

test.each([
  [null, '{"v":1,"value":1}', 'the key is not <family>/<key>'],
  ['/x', '{"v":1,"value":1}', 'the key is not <family>/<key>'],
  ['x', '{"v":1,"value":1}', 'the key is not <family>/<key>'],
  ['a/b', '{"v":2,"value":1}', 'unknown version 2'],
  ['a/b', '{"v":1}', 'there is no value'],
  ['a/b', 'x', 'the value is not JSON'],
])('key %j with %s is refused', (key, value, message) => {
  expect(() => decodeDecoderState(key, Buffer.from(value))).toThrow(WireError);
  expect(() => decodeDecoderState(key, Buffer.from(value))).toThrow(message);
});
