import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { ERROR } from '../protocol/error-codes.js';
import { answerOf, GROUP, Rig, SESSION_MS, TOPIC } from './testing/rig.js';

let rig: Rig;

beforeEach(async () => {
  rig = await Rig.open();
});

afterEach(async () => {
  rig.journal.release();
  await rig.coordinator.close();
  expect(rig.clock.timerCount).toBe(0);
});

describe('committing', () => {
  test('without members, as tools do', async () => {
    expect(await rig.commit(42, { metadata: 'by hand' })).toBe(ERROR.none);
    expect(await rig.fetch()).toEqual({
      throttleTimeMs: 0,
      errorCode: ERROR.none,
      groups: [],
      topics: [
        {
          name: TOPIC,
          partitions: [
            {
              partitionIndex: 0,
              committedOffset: 42,
              committedLeaderEpoch: -1,
              metadata: 'by hand',
              errorCode: ERROR.none,
            },
          ],
        },
      ],
    });
    expect(await rig.state()).toBe('Empty');
  });

  test('to a group with an empty ID, which Kafka allows for offsets alone', async () => {
    expect(await rig.commit(42, { groupId: '' })).toBe(ERROR.none);
    expect(await rig.offsetOf(0, TOPIC, '')).toBe(42);
  });

  test.each([
    ['a topic that is not there', { topic: 'nothing' }, ERROR.unknownTopicOrPartition],
    ['a partition that is not there', { partition: 12 }, ERROR.unknownTopicOrPartition],
    ['text of 4,096 characters', { metadata: 'x'.repeat(4_096) }, ERROR.none],
    ['text of 4,097 characters', { metadata: 'x'.repeat(4_097) }, ERROR.offsetMetadataTooLarge],
    ['a generation of no group', { by: { memberId: 'x', generationId: 3 } }, ERROR.illegalGeneration],
    [
      'the same since version 9',
      { by: { memberId: 'x', generationId: 3 }, version: 9 },
      ERROR.groupIdNotFound,
    ],
    ['an endless group ID', { groupId: 'g'.repeat(256) }, ERROR.invalidGroupId],
  ])('%s', async (_, given, error) => {
    expect(await rig.commit(1, given)).toBe(error);
    expect(await rig.state()).toBe(error === ERROR.none ? 'Empty' : 'Dead');
  });

  // As seen with Apache Kafka 4.3.1.
  test.each([
    ['Empty', 'a tool', ERROR.none],
    ['Empty', 'a tool with a member ID', ERROR.none],
    ['Empty', 'a former member', ERROR.unknownMemberId],
    ['CompletingRebalance', 'a tool', ERROR.unknownMemberId],
    ['CompletingRebalance', 'a member', ERROR.rebalanceInProgress],
    ['Stable', 'a tool', ERROR.unknownMemberId],
    ['Stable', 'a member', ERROR.none],
    ['Stable', 'a member without generation', ERROR.illegalGeneration],
    ['Stable', 'a member of another generation', ERROR.illegalGeneration],
    ['Stable', 'nobody', ERROR.unknownMemberId],
    ['PreparingRebalance', 'a member', ERROR.none],
    ['PreparingRebalance', 'a tool', ERROR.unknownMemberId],
  ])('%s, by %s', async (state, who, error) => {
    const member = await rig.stable();
    let again: unknown;
    if (state === 'Empty') await rig.leave(member.memberId);
    if (state === 'PreparingRebalance') await answerOf(rig.joinNew());
    if (state === 'CompletingRebalance') again = await rig.join({ memberId: member.memberId });
    expect(await rig.state()).toBe(state);
    const generationId = again === undefined ? 1 : 2;
    const by = {
      'a tool': { memberId: '', generationId: -1 },
      'a tool with a member ID': { memberId: 'tool', generationId: -1 },
      'a former member': member,
      'a member': { memberId: member.memberId, generationId },
      'a member without generation': { memberId: member.memberId, generationId: -1 },
      'a member of another generation': { memberId: member.memberId, generationId: 9 },
      nobody: { memberId: 'nobody', generationId },
    }[who];
    if (by === undefined) throw new Error(who);
    expect(await rig.commit(7, { by })).toBe(error);
    expect(await rig.offsetOf()).toBe(error === ERROR.none ? 7 : -1);
  });

  test('is a sign of life', async () => {
    const member = await rig.stable();
    for (let beat = 0; beat < 4; beat += 1) {
      await rig.clock.advance(SESSION_MS / 2);
      expect(await rig.commit(beat, { by: member })).toBe(ERROR.none);
    }
  });

  test('is answered, and seen, when it is durable', async () => {
    await rig.commit(1);
    rig.journal.hold();
    const committing = rig.commit(2);
    expect(await answerOf(committing)).toBeUndefined();
    expect(await rig.offsetOf()).toBe(1);
    rig.journal.release();
    expect(await committing).toBe(ERROR.none);
    expect(await rig.offsetOf()).toBe(2);
  });

  test('that could not be written has not happened, and may be tried again', async () => {
    await rig.commit(1);
    rig.journal.isFull = true;
    expect(await rig.commit(2)).toBe(ERROR.coordinatorNotAvailable);
    expect(await rig.offsetOf()).toBe(1);
    rig.journal.isFull = false;
    expect(await rig.commit(2)).toBe(ERROR.none);
    expect(await rig.offsetOf()).toBe(2);
  });

  test('one partition of which is at fault commits the others', async () => {
    const partitions = [0, 99].map((partitionIndex) => ({
      partitionIndex,
      committedOffset: 5,
      committedLeaderEpoch: 3,
      committedMetadata: null,
    }));
    const response = await rig.coordinator.offsetCommit(
      {
        groupId: GROUP,
        generationIdOrMemberEpoch: -1,
        memberId: '',
        groupInstanceId: null,
        retentionTimeMs: -1,
        topics: [{ name: TOPIC, partitions }],
      },
      { version: 7 },
    );
    expect(response.topics[0]?.partitions).toEqual([
      { partitionIndex: 0, errorCode: ERROR.none },
      { partitionIndex: 99, errorCode: ERROR.unknownTopicOrPartition },
    ]);
    expect((await rig.fetch()).topics[0]?.partitions).toMatchObject([{ committedLeaderEpoch: 3 }]);
  });

  test('has a bound for each group, beyond which known partitions move on', async () => {
    await rig.coordinator.close();
    rig = await Rig.open({ maxOffsetsPerGroup: 2 });
    await rig.commit(1, { partition: 0 });
    await rig.commit(1, { partition: 1 });
    expect(await rig.commit(1, { partition: 2 })).toBe(ERROR.invalidCommitOffsetSize);
    expect(await rig.commit(2, { partition: 1 })).toBe(ERROR.none);
  });

  test('more at once than the disk may be behind with is refused', async () => {
    await rig.coordinator.close();
    rig = await Rig.open({ maxPendingWrites: 2 });
    rig.journal.hold();
    const waiting = [rig.commit(1), rig.commit(2)];
    expect(await rig.commit(3)).toBe(ERROR.coordinatorNotAvailable);
    rig.journal.release();
    expect(await Promise.all(waiting)).toEqual([ERROR.none, ERROR.none]);
    expect(await rig.commit(4)).toBe(ERROR.none);
  });
});

describe('fetching', () => {
  test.each([GROUP, 'nothing'])('-1 for what is not committed (%s)', async (groupId) => {
    await rig.commit(1, { partition: 3 });
    const { topics, errorCode } = await rig.fetch([{ name: TOPIC, partitionIndexes: [5] }], groupId);
    expect(errorCode).toBe(ERROR.none);
    expect(topics[0]?.partitions).toEqual([
      {
        partitionIndex: 5,
        committedOffset: -1,
        committedLeaderEpoch: -1,
        metadata: '',
        errorCode: ERROR.none,
      },
    ]);
  });

  test('many groups at once since version 8', async () => {
    await rig.commit(1, { groupId: 'one' });
    await rig.commit(2, { groupId: 'two', partition: 4 });
    const groups = ['one', 'two', 'three'].map((groupId) => ({ groupId, topics: null }));
    const request = { groupId: '', topics: [], groups, requireStable: true };
    const response = await rig.coordinator.offsetFetch(request, { version: 8 });
    expect(response.topics).toEqual([]);
    expect(
      response.groups.map(({ groupId, errorCode, topics }) => [
        groupId,
        errorCode,
        topics.flatMap(({ partitions }) => partitions.map((one) => one.committedOffset)),
      ]),
    ).toEqual([
      ['one', 0, [1]],
      ['two', 0, [2]],
      ['three', 0, []],
    ]);
  });

  test('everything, in order', async () => {
    for (const partition of [10, 2, 1]) await rig.commit(partition, { partition });
    await rig.commit(5, { topic: 'telemetry.alerts' });
    const { topics } = await rig.fetch(null);
    expect(topics.map(({ name, partitions }) => [name, partitions.map((one) => one.partitionIndex)])).toEqual(
      [
        [TOPIC, [1, 2, 10]],
        ['telemetry.alerts', [0]],
      ],
    );
  });
});
