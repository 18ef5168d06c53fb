import { expect, test } from '@jest/globals';
import { decodePresence, encodePresence, type PresenceRecord } from './presence-record.js';

const RECORD: PresenceRecord = { v: 1, deviceId: 'pump', state: 'sleeping', sinceMs: 5 };

test.each([RECORD, { v: 1, deviceId: 'pump', state: 'removed' }] satisfies PresenceRecord[])(
  'comes back as it was: %j',
  (record) => {
    expect(decodePresence(encodePresence(record))).toEqual(record);
  },
);

test.each([
  [{ ...RECORD, v: 2 }, 'unknown version 2, expected 1'],
  [{ ...RECORD, deviceId: '' }, 'deviceId is not a text'],
  [{ ...RECORD, state: 'away' }, 'state is not one of online, offline, sleeping, removed'],
  [{ ...RECORD, sinceMs: 'now' }, 'sinceMs is not a time in epoch milliseconds'],
])('refuses %j', (record, message) => {
  expect(() => decodePresence(Buffer.from(JSON.stringify(record)))).toThrow(message);
});
