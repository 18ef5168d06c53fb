import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { ERROR } from '../protocol/error-codes.js';
import { answerOf, REBALANCE_MS, Rig, SESSION_MS } from './testing/rig.js';

let rig: Rig;

beforeEach(async () => {
  rig = await Rig.open();
});

afterEach(async () => {
  rig.journal.release();
  await rig.coordinator.close();
  expect(rig.clock.timerCount).toBe(0);
});

describe('heartbeat', () => {
  test.each([
    ['no group', { memberId: 'x', generationId: 1 }, ERROR.unknownMemberId],
    ['an ID that nobody has', { memberId: 'nobody' }, ERROR.unknownMemberId],
    ['another generation', { generationId: 7 }, ERROR.illegalGeneration],
    ['itself', {}, ERROR.none],
  ])('%s', async (name, given, error) => {
    const joined = name === 'no group' ? { memberId: '', generationId: 0 } : await rig.stable();
    expect(await rig.heartbeat({ ...joined, ...given })).toBe(error);
  });

  test('counts as a sign of life before the assignment, too', async () => {
    const [leader, follower] = await rig.joinedPair();
    for (let beat = 0; beat < 5; beat += 1) {
      await rig.clock.advance(SESSION_MS / 2);
      expect(await rig.heartbeat(leader)).toBe(ERROR.none);
      expect(await rig.heartbeat(follower)).toBe(ERROR.none);
    }
  });

  test('a member without a sign of life for a session is out, and the others share its work', async () => {
    const [leader, follower] = await rig.stablePair();
    await rig.clock.advance(SESSION_MS / 2);
    expect(await rig.heartbeat(leader)).toBe(ERROR.none);
    await rig.clock.advance(SESSION_MS / 2);
    expect(await rig.heartbeat(follower)).toBe(ERROR.unknownMemberId);
    expect(await rig.heartbeat(leader)).toBe(ERROR.rebalanceInProgress);
    const again = await rig.join({ memberId: leader.memberId });
    expect(again.members.map(({ memberId }) => memberId)).toEqual([leader.memberId]);
  });

  test('waiting for the round is a sign of life', async () => {
    const [leader, follower] = await rig.stablePair();
    const again = rig.join({ memberId: leader.memberId });
    for (let ms = 0; ms < REBALANCE_MS - 5_000; ms += 5_000) {
      await rig.clock.advance(5_000);
      expect(await rig.heartbeat(follower)).toBe(ERROR.rebalanceInProgress);
    }
    expect(await answerOf(again)).toBeUndefined();
    await rig.clock.advance(5_000);
    expect(await answerOf(again)).toMatchObject({ errorCode: ERROR.none, generationId: 2 });
  });

  test('a heartbeat in the middle of waiting does not start a session', async () => {
    const [leader] = await rig.stablePair();
    const again = rig.join({ memberId: leader.memberId });
    await rig.heartbeat(leader);
    await rig.clock.advance(SESSION_MS - 1_000);
    expect(await answerOf(again)).toBeUndefined();
    await rig.clock.advance(REBALANCE_MS);
    expect(await answerOf(again)).toMatchObject({ errorCode: ERROR.none, generationId: 2 });
  });

  test('the last one to fall silent leaves an empty group', async () => {
    await rig.stable();
    await rig.clock.advance(SESSION_MS);
    expect(await rig.state()).toBe('Empty');
  });
});

describe('leaving', () => {
  test('the last one leaves an empty group, whose generations go on', async () => {
    const member = await rig.stable();
    expect(await rig.leave(member.memberId)).toBe(ERROR.none);
    expect(await rig.state()).toBe('Empty');
    expect(await rig.leave(member.memberId)).toBe(ERROR.unknownMemberId);
    expect((await rig.stable()).generationId).toBe(3);
  });

  test('the next eldest succeeds a leader', async () => {
    const [leader, follower] = await rig.stablePair();
    await rig.leave(leader.memberId);
    expect(await rig.heartbeat(follower)).toBe(ERROR.rebalanceInProgress);
    const again = await rig.join({ memberId: follower.memberId });
    expect(again).toMatchObject({ generationId: 2, leader: follower.memberId });
  });

  test('a round ends when the one it waits for leaves', async () => {
    const [leader, follower] = await rig.stablePair();
    const again = rig.join({ memberId: leader.memberId });
    expect(await answerOf(again)).toBeUndefined();
    await rig.leave(follower.memberId);
    expect(await answerOf(again)).toMatchObject({ generationId: 2 });
  });

  test('who leaves while it waits is answered', async () => {
    const [leader] = await rig.stablePair();
    const again = rig.join({ memberId: leader.memberId });
    await rig.leave(leader.memberId);
    expect(await answerOf(again)).toMatchObject({ errorCode: ERROR.unknownMemberId });
  });

  test('several leave together, in one round', async () => {
    const [leader, follower] = await rig.stablePair();
    const { memberId: pending } = await rig.join();
    const ids = [leader.memberId, 'nobody', leader.memberId, pending, follower.memberId, ''];
    const codes = await rig.leaveAll(...ids.map((memberId) => ({ memberId, groupInstanceId: null })));
    const unknown = ERROR.unknownMemberId;
    expect(codes).toEqual([ERROR.none, unknown, unknown, ERROR.none, ERROR.none, unknown]);
    expect(await rig.state()).toBe('Empty');
    expect((await rig.stable()).generationId).toBe(3);
  });

  test.each([
    ['up to version 2 the error is the whole answer', 2, ERROR.unknownMemberId, []],
    [
      'since version 3 each has its own',
      3,
      ERROR.none,
      [{ memberId: 'x', groupInstanceId: null, errorCode: ERROR.unknownMemberId }],
    ],
  ])('no such group: %s', async (_, version, errorCode, members) => {
    const request = {
      groupId: 'nothing',
      memberId: 'x',
      members: [{ memberId: 'x', groupInstanceId: null, reason: null }],
    };
    expect(await rig.coordinator.leaveGroup(request, { version })).toEqual({
      throttleTimeMs: 0,
      errorCode,
      members,
    });
  });
});

describe('closing', () => {
  test('whoever waits, and whoever comes later, is told to look for a coordinator', async () => {
    const [leader, follower] = await rig.joinedPair();
    const syncing = rig.sync(follower);
    const joining = rig.joinNew({ groupId: 'another' });
    await rig.join({ groupId: 'third' });
    await rig.coordinator.close();
    expect((await syncing).errorCode).toBe(ERROR.notCoordinator);
    expect((await joining).errorCode).toBe(ERROR.notCoordinator);
    expect(await rig.heartbeat(leader)).toBe(ERROR.notCoordinator);
    expect((await rig.join()).errorCode).toBe(ERROR.notCoordinator);
    expect(await rig.commit(1)).toBe(ERROR.coordinatorNotAvailable);
  });

  test('waits for what is being written', async () => {
    rig.journal.hold();
    const committing = rig.commit(5);
    const closing = rig.coordinator.close();
    expect(await answerOf(closing.then(() => true))).toBeUndefined();
    rig.journal.release();
    await closing;
    expect(await committing).toBe(ERROR.none);
  });
});
