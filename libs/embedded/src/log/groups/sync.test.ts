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

describe('sync', () => {
  test('members wait for the leader, and each gets what it was assigned', async () => {
    const [leader, follower] = await rig.joinedPair();
    const waiting = rig.sync(follower);
    expect(await answerOf(waiting)).toBeUndefined();
    const mine = await rig.sync(leader, { [leader.memberId]: 'left', [follower.memberId]: 'right' });
    expect(mine).toMatchObject({
      errorCode: ERROR.none,
      protocolName: 'range',
      assignment: Buffer.from('left'),
    });
    expect(String((await waiting).assignment)).toBe('right');
    expect(await rig.state()).toBe('Stable');
    expect(String((await rig.sync(follower)).assignment)).toBe('right');
  });

  test('a member that the leader has forgotten gets nothing', async () => {
    const [leader, follower] = await rig.joinedPair();
    await rig.sync(leader, { [leader.memberId]: 'everything', 'somebody-else': 'x' });
    expect(await rig.sync(follower)).toMatchObject({ errorCode: ERROR.none, assignment: Buffer.alloc(0) });
  });

  test('nobody works before the generation is durable', async () => {
    const [leader, follower] = await rig.joinedPair();
    rig.journal.hold();
    const both = Promise.all([rig.sync(leader, { [leader.memberId]: 'all' }), rig.sync(follower)]);
    expect(await answerOf(both)).toBeUndefined();
    expect(await rig.state()).toBe('CompletingRebalance');
    rig.journal.release();
    expect((await both).map(({ errorCode }) => errorCode)).toEqual([ERROR.none, ERROR.none]);
  });

  test('when the generation cannot be stored, everybody looks for a coordinator and joins again', async () => {
    const [leader, follower] = await rig.joinedPair();
    rig.journal.isFull = true;
    const waiting = rig.sync(follower);
    expect((await rig.sync(leader)).errorCode).toBe(ERROR.notCoordinator);
    expect((await waiting).errorCode).toBe(ERROR.notCoordinator);
    expect(await rig.state()).toBe('PreparingRebalance');
    expect(rig.logged).toContainEqual({
      level: 'warn',
      message: 'the group journal cannot be written: consumers have to retry',
    });
    rig.journal.isFull = false;
    const again = rig.join({ memberId: leader.memberId });
    await rig.join({ memberId: follower.memberId });
    expect((await rig.sync(await again)).errorCode).toBe(ERROR.none);
    expect(rig.logged.at(-1)?.message).toBe('the group journal can be written again');
  });

  test('a member that comes while the generation is being stored starts the next round', async () => {
    const [leader, follower] = await rig.joinedPair();
    rig.journal.hold();
    const both = [rig.sync(leader), rig.sync(follower)];
    const third = rig.joinNew();
    for (const waiting of both) expect((await waiting).errorCode).toBe(ERROR.rebalanceInProgress);
    rig.journal.release();
    const again = rig.join({ memberId: leader.memberId });
    await rig.join({ memberId: follower.memberId });
    expect((await again).generationId).toBe(2);
    expect((await third).generationId).toBe(2);
    expect(await rig.state()).toBe('CompletingRebalance');
  });

  test('a generation that is stored too late does not end the round that came after it', async () => {
    const [leader, follower] = await rig.joinedPair();
    rig.journal.hold();
    const superseded = rig.sync(leader, { [leader.memberId]: 'old' });
    const changed = [{ name: 'range', metadata: Buffer.from('more') }];
    const again = rig.join({ memberId: follower.memberId, protocols: changed });
    expect((await superseded).errorCode).toBe(ERROR.rebalanceInProgress);
    const next = await rig.join({ memberId: leader.memberId });
    expect(next.generationId).toBe(2);
    const waiting = [rig.sync(await again), rig.sync(next, { [leader.memberId]: 'new' })];
    rig.journal.releaseOne();
    expect(await answerOf(Promise.race(waiting))).toBeUndefined();
    expect(await rig.state()).toBe('CompletingRebalance');
    rig.journal.release();
    expect((await Promise.all(waiting)).map(({ assignment }) => String(assignment))).toEqual(['', 'new']);
  });

  test('an assignment beyond the bound fails the round', async () => {
    const leader = await rig.stable();
    const again = rig.join({ memberId: leader.memberId });
    const { errorCode } = await rig.sync(await again, { [leader.memberId]: 'x'.repeat(300_000) });
    expect(errorCode).toBe(ERROR.unknownServerError);
    expect(await rig.state()).toBe('PreparingRebalance');
  });

  test.each([
    ['another generation', { generationId: 7 }, ERROR.illegalGeneration],
    ['an ID that nobody has', { memberId: 'nobody' }, ERROR.unknownMemberId],
    ['another protocol', { protocolName: 'sticky' }, ERROR.inconsistentGroupProtocol],
    ['another protocol type', { protocolType: 'connect' }, ERROR.inconsistentGroupProtocol],
    ['an instance ID that nobody has', { groupInstanceId: 'nobody' }, ERROR.unknownMemberId],
    ['a group that is not there', { groupId: 'nothing' }, ERROR.unknownMemberId],
    ['an empty group ID', { groupId: '' }, ERROR.invalidGroupId],
  ])('%s is refused', async (_, given, error) => {
    const [leader] = await rig.joinedPair();
    expect(await rig.sync(leader, {}, given)).toMatchObject({
      errorCode: error,
      protocolName: null,
      assignment: Buffer.alloc(0),
    });
  });

  test('the protocol by its right name is accepted', async () => {
    const [leader] = await rig.joinedPair();
    const { errorCode } = await rig.sync(leader, {}, { protocolType: 'consumer', protocolName: 'range' });
    expect(errorCode).toBe(ERROR.none);
  });

  test('during a round members are told to join', async () => {
    const leader = await rig.stable();
    await answerOf(rig.joinNew());
    expect((await rig.sync(leader)).errorCode).toBe(ERROR.rebalanceInProgress);
  });

  test('a follower that sends heartbeats but never asks for its assignment is put out', async () => {
    const [leader, follower] = await rig.joinedPair();
    await rig.sync(leader, { [leader.memberId]: 'left', [follower.memberId]: 'right' });
    for (let ms = 0; ms < REBALANCE_MS; ms += 5_000) {
      expect(await rig.heartbeat(leader)).toBe(ERROR.none);
      expect(await rig.heartbeat(follower)).toBe(ERROR.none);
      await rig.clock.advance(5_000);
    }
    expect(await rig.heartbeat(follower)).toBe(ERROR.unknownMemberId);
    expect(await rig.heartbeat(leader)).toBe(ERROR.rebalanceInProgress);
  });

  test('a leader that falls silent does not keep the others waiting', async () => {
    const [, follower] = await rig.joinedPair();
    const waiting = rig.sync(follower);
    await rig.clock.advance(SESSION_MS);
    expect(await answerOf(waiting)).toMatchObject({ errorCode: ERROR.rebalanceInProgress });
    const again = await rig.join({ memberId: follower.memberId });
    expect(again).toMatchObject({ generationId: 2, leader: follower.memberId });
  });

  test('a second sync of one member ends the first', async () => {
    const [leader, follower] = await rig.joinedPair();
    const lost = rig.sync(follower);
    const retried = rig.sync(follower);
    expect((await lost).errorCode).toBe(ERROR.rebalanceInProgress);
    await rig.sync(leader, { [follower.memberId]: 'right' });
    expect(String((await retried).assignment)).toBe('right');
  });
});
