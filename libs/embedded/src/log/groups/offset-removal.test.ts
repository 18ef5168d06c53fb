import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { ERROR } from '../protocol/error-codes.js';
import { A_MOMENT_MS, GROUP, Rig, subscription, TOPIC } from './testing/rig.js';

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
