import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { ERROR } from '../protocol/error-codes.js';
import { A_MOMENT_MS, answerOf, GROUP, Rig, SESSION_MS, subscription, TOPIC } from './testing/rig.js';

const DAY_MS = 24 * 3_600_000;

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

describe('deleting', () => {
  const remove = (name = TOPIC, groupId = GROUP, partitionIndex = 0): ReturnType<typeof request> =>
    request(groupId, name, partitionIndex);

  async function request(
    groupId: string,
    name: string,
    partitionIndex: number,
  ): Promise<{ whole: number; partition: number | undefined }> {
    const topics = [{ name, partitions: [{ partitionIndex }] }];
    const response = await rig.coordinator.offsetDelete({ groupId, topics });
    return { whole: response.errorCode, partition: response.topics[0]?.partitions[0]?.errorCode };
  }

  test('an offset of an empty group', async () => {
    await rig.commit(1);
    await rig.commit(1, { partition: 1 });
    expect(await remove()).toEqual({ whole: 0, partition: 0 });
    expect([await rig.offsetOf(0), await rig.offsetOf(1)]).toEqual([-1, 1]);
    expect(await remove()).toEqual({ whole: 0, partition: 0 });
  });

  test('of a topic that members read is refused; of another it is done', async () => {
    const member = await rig.stable({ protocols: [{ name: 'range', metadata: subscription(TOPIC, 'ü') }] });
    await rig.commit(1, { by: member });
    await rig.commit(1, { by: member, topic: 'telemetry.alerts' });
    expect(await remove()).toEqual({ whole: 0, partition: ERROR.groupSubscribedToTopic });
    expect(await remove('telemetry.alerts')).toEqual({ whole: 0, partition: 0 });
    expect([await rig.offsetOf(), await rig.offsetOf(0, 'telemetry.alerts')]).toEqual([1, -1]);
  });

  test('of a group at work that is not one of consumers is refused', async () => {
    await rig.stable({ protocolType: 'connect' });
    expect(await remove()).toEqual({ whole: ERROR.nonEmptyGroup, partition: undefined });
  });

  test('of nothing', async () => {
    expect(await remove()).toEqual({ whole: ERROR.groupIdNotFound, partition: undefined });
    await rig.commit(1);
    expect(await remove('nothing')).toEqual({ whole: 0, partition: ERROR.unknownTopicOrPartition });
  });

  test('takes with it what is being written', async () => {
    await rig.commit(1, { partition: 1 });
    rig.journal.hold();
    const committing = rig.commit(1);
    const deleting = remove();
    rig.journal.release();
    expect([await committing, await deleting]).toEqual([0, { whole: 0, partition: 0 }]);
    expect(await rig.offsetOf()).toBe(-1);
  });

  test('that could not be written has not happened', async () => {
    await rig.commit(1);
    rig.journal.isFull = true;
    expect((await remove()).whole).toBe(ERROR.coordinatorNotAvailable);
    expect(await rig.offsetOf()).toBe(1);
  });

  test('a topic takes its offsets from every group', async () => {
    await rig.commit(1);
    await rig.commit(2, { groupId: 'another' });
    await rig.commit(3, { topic: 'telemetry.alerts' });
    await rig.coordinator.topicDeleted(TOPIC);
    expect([await rig.offsetOf(), await rig.offsetOf(0, TOPIC, 'another')]).toEqual([-1, -1]);
    expect(await rig.offsetOf(0, 'telemetry.alerts')).toBe(3);
    await rig.restart();
    expect([await rig.offsetOf(), await rig.offsetOf(0, TOPIC, 'another')]).toEqual([-1, -1]);
  });
});

describe('expiry', () => {
  test('seven days after the last member went, the offsets go, and then the group', async () => {
    const member = await rig.stable();
    await rig.commit(5, { by: member });
    await rig.leave(member.memberId);
    await rig.clock.advance(7 * DAY_MS - A_MOMENT_MS);
    expect(await rig.offsetOf()).toBe(5);
    await rig.clock.advance(3_600_000);
    expect(await rig.offsetOf()).toBe(-1);
    expect(await rig.state()).toBe('Dead');
    rig.journal.compact();
    expect(rig.journal.size).toBe(0);
  });

  test('never while a member is there', async () => {
    const member = await rig.stable({ sessionTimeoutMs: 30 * 60_000 });
    await rig.commit(5, { by: member });
    for (let ms = 0; ms < 8 * DAY_MS; ms += 20 * 60_000) {
      await rig.clock.advance(20 * 60_000);
      await rig.heartbeat(member);
    }
    expect(await rig.offsetOf()).toBe(5);
  });

  test('of a group that never had members counts from each commit', async () => {
    await rig.commit(1, { partition: 0 });
    await rig.clock.advance(4 * DAY_MS);
    await rig.commit(1, { partition: 1 });
    await rig.clock.advance(4 * DAY_MS);
    expect([await rig.offsetOf(0), await rig.offsetOf(1)]).toEqual([-1, 1]);
  });

  test('counts from when the group became empty, over a restart as well', async () => {
    const member = await rig.stable();
    await rig.commit(5, { by: member });
    await rig.leave(member.memberId);
    await rig.clock.advance(6 * DAY_MS);
    await rig.restart();
    expect(await rig.offsetOf()).toBe(5);
    await rig.clock.advance(2 * DAY_MS);
    expect(await rig.offsetOf()).toBe(-1);
  });

  test('of a group with members counts from the restart that they did not survive', async () => {
    const member = await rig.stable();
    await rig.commit(5, { by: member });
    await rig.clock.advance(1_000);
    await rig.restart();
    await rig.clock.advance(6 * DAY_MS);
    expect(await rig.offsetOf()).toBe(5);
  });

  test('a client may ask for its own (versions 2 to 4)', async () => {
    await rig.commit(1, { retentionTimeMs: 3_600_000, version: 4 });
    await rig.clock.advance(50 * 60_000);
    expect(await rig.offsetOf()).toBe(1);
    await rig.clock.advance(20 * 60_000);
    expect(await rig.offsetOf()).toBe(-1);
  });
});
