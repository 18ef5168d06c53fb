import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { decodeEntry, groupEntry, offsetEntry } from './journal-codec.js';

const name = fc.string({ unit: 'binary' });
const count = fc.nat(Number.MAX_SAFE_INTEGER);
const partition = fc.nat(2 ** 31 - 1);
const at = fc.record({ topic: name, partition });

describe('journal entries', () => {
  test('groups come back as they were written', () => {
    const snapshot = fc.record({
      generation: count,
      protocolType: fc.option(name),
      emptySinceMs: fc.option(count),
    });
    fc.assert(
      fc.property(name, snapshot, (groupId, given) => {
        expect(decodeEntry(groupEntry(groupId, given))).toEqual({ kind: 'group', groupId, snapshot: given });
      }),
    );
  });

  test('offsets come back as they were written', () => {
    const committed = fc.record(
      {
        offset: fc.maxSafeInteger(),
        leaderEpoch: fc.integer(),
        metadata: name,
        committedMs: count,
        expiresMs: count,
      },
      { requiredKeys: ['offset', 'leaderEpoch', 'metadata', 'committedMs'] },
    );
    fc.assert(
      fc.property(name, at, committed, (groupId, where, given) => {
        expect(decodeEntry(offsetEntry(groupId, where, given))).toEqual({
          kind: 'offset',
          groupId,
          at: where,
          committed: { ...given },
        });
      }),
    );
  });

  test('what ends has no value, under the key that it had', () => {
    const snapshot = { generation: 1, protocolType: null, emptySinceMs: null };
    const committed = { offset: 1, leaderEpoch: -1, metadata: '', committedMs: 0 };
    fc.assert(
      fc.property(name, at, (groupId, where) => {
        const group = groupEntry(groupId, undefined);
        const offset = offsetEntry(groupId, where, undefined);
        expect([group.value, offset.value]).toEqual([null, null]);
        expect(group.key).toEqual(groupEntry(groupId, snapshot).key);
        expect(offset.key).toEqual(offsetEntry(groupId, where, committed).key);
        expect(decodeEntry(group)).toMatchObject({ groupId, snapshot: 'gone' });
        expect(decodeEntry(offset)).toMatchObject({ groupId, at: where, committed: 'gone' });
      }),
    );
  });

  test('the encoding is the one that data folders hold', () => {
    const committed = { offset: 42, leaderEpoch: -1, metadata: 'x', committedMs: 1_700_000_000_000 };
    const entry = offsetEntry('aggregators', { topic: 'telemetry.readings', partition: 3 }, committed);
    expect(String(entry.key)).toBe('["offset","aggregators","telemetry.readings",3]');
    expect(String(entry.value)).toBe(
      '{"v":1,"offset":42,"leaderEpoch":-1,"metadata":"x","committedMs":1700000000000}',
    );
    const group = groupEntry('aggregators', { generation: 7, protocolType: 'consumer', emptySinceMs: null });
    expect(String(group.key)).toBe('["group","aggregators"]');
    expect(String(group.value)).toBe('{"v":1,"generation":7,"protocolType":"consumer","emptySinceMs":null}');
  });
});
