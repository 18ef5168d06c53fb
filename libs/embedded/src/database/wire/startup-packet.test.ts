import { expect, test } from '@jest/globals';
import { FramingError } from './frame-reader.js';
import { readCommandLineOptions, readStartupPacket } from './startup-packet.js';

function packet(code: number, ...rest: Buffer[]): Buffer {
  const body = Buffer.concat(rest);
  const head = Buffer.alloc(8);
  head.writeInt32BE(8 + body.length, 0);
  head.writeInt32BE(code, 4);
  return Buffer.concat([head, body]);
}

test.each([80_877_103, 80_877_104])('a request for encryption: %d', (code) => {
  expect(readStartupPacket(packet(code))).toEqual({ kind: 'encryption' });
});

test('a cancel request', () => {
  const words = Buffer.alloc(8);
  words.writeInt32BE(7, 0);
  words.writeInt32BE(-9, 4);
  expect(readStartupPacket(packet(80_877_102, words))).toEqual({ kind: 'cancel', processId: 7, secret: -9 });
});

test('a start with parameters', () => {
  expect(readStartupPacket(packet(0x00030002, Buffer.from('user\0u\0options\0\0\0')))).toEqual({
    kind: 'startup',
    minor: 2,
    parameters: new Map([
      ['user', 'u'],
      ['options', ''],
    ]),
  });
});

test.each([
  ['protocol 2', packet(0x00020000)],
  ['no end of parameters', packet(0x00030000, Buffer.from('user\0u'))],
  ['a cancel request without its key', packet(80_877_102)],
])('%s is refused', (_, bytes) => {
  expect(() => readStartupPacket(bytes)).toThrow(FramingError);
});

test.each([
  ['', []],
  [
    '-c a=1 -c b=2',
    [
      ['a', '1'],
      ['b', '2'],
    ],
  ],
  [
    '-ca=1 --b-c=2',
    [
      ['a', '1'],
      ['b_c', '2'],
    ],
  ],
  ['-c search_path=a,\\ b\\\\c', [['search_path', 'a, b\\c']]],
  ['-c a=x=y', [['a', 'x=y']]],
])('options %j', (options, settings) => {
  expect([...readCommandLineOptions(options)]).toEqual(settings);
});

test.each(['-c', '-c a', 'a=1', '-d 3'])('options %j are refused', (options) => {
  expect(() => readCommandLineOptions(options)).toThrow(FramingError);
});
