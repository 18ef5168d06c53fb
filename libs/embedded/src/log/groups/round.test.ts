import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { ERROR } from '../protocol/error-codes.js';
import { A_MOMENT_MS, answerOf, REBALANCE_MS, Rig, SESSION_MS } from './testing/rig.js';

let rig: Rig;

beforeEach(async () => {
  rig = await Rig.open();
});

afterEach(async () => {
  rig.journal.release();
  await rig.coordinator.close();
  expect(rig.clock.timerCount).toBe(0);
});

/** Two members that have joined and have not yet synced, the leader first. */
async function joinedPair(): Promise<[Awaited<ReturnType<Rig['join']>>, Awaited<ReturnType<Rig['join']>>]> {
  const both = [rig.joinNew(), rig.joinNew()] as const;
  await rig.clock.advance(A_MOMENT_MS);
  return Promise.all(both);
}

describe('sync', () => {
  test('members wait for the leader, and each gets what it was assigned', async () => {
    const [leader, follower] = await joinedPair();
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
    const [leader, follower] = await joinedPair();
    await rig.sync(leader, { [leader.memberId]: 'everything', 'somebody-else': 'x' });
    expect(await rig.sync(follower)).toMatchObject({ errorCode: ERROR.none, assignment: Buffer.alloc(0) });
  });

  test('nobody works before the generation is durable', async () => {
    const [leader, follower] = await joinedPair();
    rig.journal.hold();
    const both = Promise.all([rig.sync(leader, { [leader.memberId]: 'all' }), rig.sync(follower)]);
    expect(await answerOf(both)).toBeUndefined();
    expect(await rig.state()).toBe('CompletingRebalance');
    rig.journal.release();
    expect((await both).map(({ errorCode }) => errorCode)).toEqual([ERROR.none, ERROR.none]);
  });

  test('when the generation cannot be stored, everybody looks for a coordinator and joins again', async () => {
    const [leader, follower] = await joinedPair();
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
    const [leader, follower] = await joinedPair();
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
    const [leader, follower] = await joinedPair();
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
    const [leader] = await joinedPair();
    expect(await rig.sync(leader, {}, given)).toMatchObject({
      errorCode: error,
      protocolName: null,
      assignment: Buffer.alloc(0),
    });
  });

  test('the protocol by its right name is accepted', async () => {
    const [leader] = await joinedPair();
    const { errorCode } = await rig.sync(leader, {}, { protocolType: 'consumer', protocolName: 'range' });
    expect(errorCode).toBe(ERROR.none);
  });

  test('during a round members are told to join', async () => {
    const leader = await rig.stable();
    await answerOf(rig.joinNew());
    expect((await rig.sync(leader)).errorCode).toBe(ERROR.rebalanceInProgress);
  });

  test('a follower that sends heartbeats but never asks for its assignment is put out', async () => {
    const [leader, follower] = await joinedPair();
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
    const [, follower] = await joinedPair();
    const waiting = rig.sync(follower);
    await rig.clock.advance(SESSION_MS);
    expect(await answerOf(waiting)).toMatchObject({ errorCode: ERROR.rebalanceInProgress });
    const again = await rig.join({ memberId: follower.memberId });
    expect(again).toMatchObject({ generationId: 2, leader: follower.memberId });
  });

  test('a second sync of one member ends the first', async () => {
    const [leader, follower] = await joinedPair();
    const lost = rig.sync(follower);
    const retried = rig.sync(follower);
    expect((await lost).errorCode).toBe(ERROR.rebalanceInProgress);
    await rig.sync(leader, { [follower.memberId]: 'right' });
    expect(String((await retried).assignment)).toBe('right');
  });
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
    const [leader, follower] = await joinedPair();
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
    const [leader, follower] = await joinedPair();
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
