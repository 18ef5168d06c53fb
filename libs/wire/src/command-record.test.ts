import { expect, test } from '@jest/globals';
import { decodeCommand, encodeCommand, type CommandEvent, type CommandRecord } from './command-record.js';
import { decodeDeviceEvent, encodeDeviceEvent } from './device-event-record.js';
import { WireError } from './wire-error.js';

const ids = { commandId: '6b1c3f0e-3f64-4d0a-9d8e-1f2a3b4c5d6e', deviceId: 'plug' };
const command: CommandRecord = {
  kind: 'command',
  ...ids,
  topic: 'cmnd/plug/POWER',
  scope: 'cmnd/plug/',
  payload: '\u0000on',
  createdAtMs: 1,
  expiresAtMs: 2,
};

test('commands and their ends survive the way to Kafka and back', () => {
  expect(decodeCommand(encodeCommand(command))).toEqual(command);
  const end = { kind: 'end' as const, ...ids, reason: 'cancelled' as const };
  expect(decodeCommand(encodeCommand(end))).toEqual(end);
});

test.each([
  ['null', 'not a JSON object'],
  ['{"v":2}', 'unknown version 2'],
  [JSON.stringify({ v: 1, ...command, commandId: 'x' }), 'commandId is not'],
  [JSON.stringify({ v: 1, ...command, deviceId: 'a/b' }), 'deviceId is not'],
  [JSON.stringify({ v: 1, ...command, kind: 'x' }), 'unknown kind "x"'],
  [JSON.stringify({ v: 1, ...command, topic: 'a/#' }), 'topic is not a topic name'],
  [JSON.stringify({ v: 1, ...command, payload: 1 }), 'payload is not a text'],
  [JSON.stringify({ v: 1, ...command, scope: 'cmnd/other/' }), 'scope is not'],
  [JSON.stringify({ v: 1, ...command, scope: '' }), 'scope is not'],
  [JSON.stringify({ v: 1, ...command, expiresAtMs: 'x' }), 'not a time'],
  [JSON.stringify({ v: 1, kind: 'end', ...ids, reason: 'x' }), 'reason is not'],
])('%s is refused', (text, message) => {
  expect(() => decodeCommand(Buffer.from(text))).toThrow(WireError);
  expect(() => decodeCommand(Buffer.from(text))).toThrow(message);
});

const event: CommandEvent = {
  kind: 'command',
  status: 'answered',
  ...ids,
  timeMs: 1,
  outcome: 'ok',
  answer: 'ä',
};

test('what became of a command is an event of its device', () => {
  expect(decodeDeviceEvent(encodeDeviceEvent(event))).toEqual(event);
});

test.each([
  [{ status: 'queued' }, 'status is not'],
  [{ outcome: 'maybe' }, 'outcome is not'],
  [{ answer: 'x'.repeat(65_537) }, 'answer is not'],
  [{ answer: '\u0000' }, 'answer is not'],
])('an event with %j is refused', (change, message) => {
  const value = Buffer.from(JSON.stringify({ v: 1, ...event, ...change }));
  expect(() => decodeDeviceEvent(value)).toThrow(message);
});
