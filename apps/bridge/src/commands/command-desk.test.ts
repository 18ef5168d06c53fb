import { beforeEach, expect, test } from '@jest/globals';
import type { CommandRecord } from '@fieldstream/wire';
import { CommandDesk } from './command-desk.js';

interface Errand {
  readonly command: string;
  taken(): void;
  gone(): void;
}

let nowMs: number;
let isConnected: boolean;
let errands: Errand[];
let delivered: string[];
let desk: CommandDesk;

beforeEach(() => {
  nowMs = 1_000;
  isConnected = true;
  errands = [];
  delivered = [];
  desk = make(1_000_000);
});

function make(maxBytes: number): CommandDesk {
  return new CommandDesk({
    carrier: {
      carry({ commandId }, taken, gone) {
        if (isConnected) errands.push({ command: commandId, taken, gone });
        return isConnected;
      },
    },
    onDelivered: ({ commandId }) => delivered.push(commandId),
    maxBytes,
    maxDone: 100,
    now: () => nowMs,
  });
}

const command = (commandId: string, change: Partial<CommandRecord> = {}): CommandRecord => ({
  kind: 'command',
  commandId,
  deviceId: 'd',
  topic: 'devices/d/commands',
  scope: 'devices/d/',
  payload: '{}',
  createdAtMs: 0,
  expiresAtMs: 2_000,
  ...change,
});
const sent = (): string[] => errands.map((errand) => errand.command);

test('commands of one device are carried one at a time, those of others meanwhile', () => {
  desk.add(command('1'));
  desk.add(command('2'));
  desk.add(command('3', { deviceId: 'e' }));
  expect(sent()).toEqual(['1', '3']);
  errands[0]?.taken();
  expect(sent()).toEqual(['1', '3', '2']);
  expect([delivered, desk.waiting]).toEqual([['1'], 2]);
});

test('a device that is away gets them when it subscribes to something that names it', () => {
  isConnected = false;
  desk.add(command('1'));
  isConnected = true;
  for (const filter of ['#', 'devices/#', 'devices/+/commands', 'devices/e/commands'])
    desk.subscribed(filter);
  expect(sent()).toEqual([]);
  desk.subscribed('devices/d/commands');
  expect(sent()).toEqual(['1']);
});

test('what was not acknowledged is carried again', () => {
  desk.add(command('1'));
  errands[0]?.gone();
  expect(sent()).toEqual(['1', '1']);
  isConnected = false;
  errands[1]?.gone();
  expect([sent(), delivered, desk.waiting]).toEqual([['1', '1'], [], 1]);
});

test('a command that comes again is not carried again, before or after its end', () => {
  desk.add(command('1'));
  desk.add(command('1'));
  errands[0]?.taken();
  desk.add(command('1'));
  desk.end({ commandId: '2', deviceId: 'd' });
  desk.add(command('2'));
  expect([sent(), desk.waiting]).toEqual([['1'], 0]);
});

test('what another bridge has delivered, or somebody has cancelled, is forgotten', () => {
  isConnected = false;
  desk.add(command('1'));
  desk.add(command('2'));
  desk.end({ commandId: '1', deviceId: 'd' });
  isConnected = true;
  desk.subscribed('devices/d/#');
  expect(sent()).toEqual(['2']);
});

test('what has expired is not carried', () => {
  isConnected = false;
  desk.add(command('1', { expiresAtMs: 1_500 }));
  desk.add(command('2'));
  nowMs = 1_500;
  desk.add(command('3', { expiresAtMs: 1_500 }));
  isConnected = true;
  desk.subscribed('devices/d/#');
  expect([sent(), desk.expired]).toEqual([['2'], 1]);
});

test('sweeping forgets what has expired, of devices that never came back', () => {
  isConnected = false;
  desk.add(command('1'));
  nowMs = 2_000;
  desk.sweep();
  expect([desk.waiting, desk.expired]).toEqual([0, 1]);
});

test('bounds: 200 for each device, and bytes for all', () => {
  isConnected = false;
  for (let n = 0; n < 201; n++) desk.add(command(`n${n}`));
  expect([desk.waiting, desk.dropped]).toEqual([200, 1]);
  const small = make(2_000);
  small.add(command('1', { payload: 'x'.repeat(600) }));
  small.add(command('2', { deviceId: 'e', payload: 'x' }));
  expect([small.waiting, small.dropped]).toEqual([1, 1]);
});
