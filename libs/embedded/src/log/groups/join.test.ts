import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { ERROR } from '../protocol/error-codes.js';
import { A_MOMENT_MS, answerOf, offers, REBALANCE_MS, Rig, SESSION_MS } from './testing/rig.js';

describe('joining a group', () => {
  let rig: Rig;

  beforeEach(async () => {
    rig = await Rig.open();
  });

  afterEach(async () => {
    await rig.coordinator.close();
    expect(rig.clock.timerCount).toBe(0);
  });

  test.each([
    ['an empty group ID', { groupId: '' }, ERROR.invalidGroupId],
    ['an endless group ID', { groupId: 'g'.repeat(256) }, ERROR.invalidGroupId],
    ['a session timeout under 6 s', { sessionTimeoutMs: 5_999 }, ERROR.invalidSessionTimeout],
    ['a session timeout over 30 min', { sessionTimeoutMs: 1_800_001 }, ERROR.invalidSessionTimeout],
    ['no protocol', { protocols: [] }, ERROR.inconsistentGroupProtocol],
    ['no protocol type', { protocolType: '' }, ERROR.inconsistentGroupProtocol],
    ['an ID that nobody has', { memberId: 'nobody' }, ERROR.unknownMemberId],
    ['metadata beyond the bound', { protocols: offers('x'.repeat(200_000)) }, ERROR.groupMaxSizeReached],
  ])('%s is refused', async (_, given, error) => {
    const response = await rig.join(given);
    expect(response).toMatchObject({ errorCode: error, generationId: -1, leader: '', members: [] });
    expect(await rig.state()).toBe('Dead');
  });

  test('since version 4 a client has to come with the ID that it is given', async () => {
    const refused = await rig.join({ version: 4 });
    expect(refused).toMatchObject({
      errorCode: ERROR.memberIdRequired,
      memberId: expect.stringMatching(/^client-/),
    });
    expect(await rig.state()).toBe('Empty');
    const joining = rig.join({ version: 4, memberId: refused.memberId });
    expect(await rig.state()).toBe('PreparingRebalance');
    await rig.clock.advance(A_MOMENT_MS);
    expect(await joining).toMatchObject({
      errorCode: ERROR.none,
      generationId: 1,
      protocolName: 'range',
      leader: refused.memberId,
      memberId: refused.memberId,
      members: [{ memberId: refused.memberId, groupInstanceId: null, metadata: Buffer.from('range') }],
    });
    expect(await rig.state()).toBe('CompletingRebalance');
  });

  test('before version 4 the first join is in earnest', async () => {
    const joining = rig.join({ version: 3 });
    await rig.clock.advance(A_MOMENT_MS);
    expect(await joining).toMatchObject({ errorCode: ERROR.none, generationId: 1 });
  });

  test('an ID that nobody comes back with is forgotten after a session', async () => {
    const { memberId } = await rig.join();
    await rig.clock.advance(SESSION_MS);
    expect((await rig.join({ memberId })).errorCode).toBe(ERROR.unknownMemberId);
  });

  test('a very long client ID gives a member ID that can be sent back', async () => {
    const clientId = `${'a'.repeat(254)}😀`;
    const { memberId } = await rig.join({ clientId });
    expect(Buffer.from(memberId).toString()).toBe(memberId);
    expect(memberId.length).toBeLessThan(300);
  });

  test('members that start together share one round, under one leader', async () => {
    const first = rig.joinNew({ clientId: 'first' });
    await rig.clock.advance(40);
    const second = rig.joinNew({ clientId: 'second' });
    await rig.clock.advance(40);
    expect(await answerOf(first)).toBeUndefined();
    await rig.clock.advance(60);
    const [one, other] = [await first, await second];
    expect([one.generationId, other.generationId]).toEqual([1, 1]);
    expect(one.leader).toBe(one.memberId);
    expect(other.leader).toBe(one.memberId);
    expect(one.members.map(({ memberId }) => memberId)).toEqual([one.memberId, other.memberId]);
    expect(other.members).toEqual([]);
  });

  test('newcomers cannot put off the first round beyond the rebalance timeout', async () => {
    const first = rig.joinNew({ rebalanceTimeoutMs: 1_000 });
    const others: Promise<unknown>[] = [];
    for (let ms = 0; ms < 990; ms += 30) {
      others.push(rig.joinNew({ rebalanceTimeoutMs: 1_000 }));
      expect(await answerOf(first)).toBeUndefined();
      await rig.clock.advance(30);
    }
    await rig.clock.advance(10);
    expect(await answerOf(first)).toMatchObject({ errorCode: ERROR.none });
    await Promise.all(others);
  });

  test('another member starts a round; who does not join it in time is out', async () => {
    const leader = await rig.stable();
    const joining = rig.joinNew();
    await rig.clock.advance(A_MOMENT_MS);
    expect(await rig.state()).toBe('PreparingRebalance');
    for (let ms = A_MOMENT_MS; ms < REBALANCE_MS; ms += 5_000) {
      expect(await rig.heartbeat(leader)).toBe(ERROR.rebalanceInProgress);
      expect(await answerOf(joining)).toBeUndefined();
      await rig.clock.advance(5_000);
    }
    const joined = await joining;
    expect(joined).toMatchObject({ generationId: 2, leader: joined.memberId });
    expect(joined.members).toHaveLength(1);
    expect(await rig.heartbeat(leader)).toBe(ERROR.unknownMemberId);
  });

  test('the round ends as soon as everybody has joined, and the leader stays leader', async () => {
    const leader = await rig.stable();
    const second = rig.joinNew();
    await rig.clock.advance(A_MOMENT_MS);
    const again = await rig.join({ memberId: leader.memberId });
    expect(again).toMatchObject({ generationId: 2, leader: leader.memberId });
    expect(again.members.map(({ memberId }) => memberId)).toEqual([leader.memberId, (await second).memberId]);
  });

  test('a round waits for a client that has just been given an ID', async () => {
    const leader = await rig.stable();
    const { memberId } = await rig.join();
    const again = rig.join({ memberId: leader.memberId });
    await rig.clock.advance(A_MOMENT_MS);
    expect(await answerOf(again)).toBeUndefined();
    const second = await rig.join({ memberId });
    expect([(await again).generationId, second.generationId]).toEqual([2, 2]);
  });

  test('and goes on without it when it does not come', async () => {
    const leader = await rig.stable();
    await rig.join();
    const again = rig.join({ memberId: leader.memberId });
    await rig.clock.advance(SESSION_MS);
    expect(await answerOf(again)).toMatchObject({ generationId: 2 });
  });

  test('an unchanged follower that joins a group at work is told where it is; the leader starts a round', async () => {
    const [leader, follower] = await rig.stablePair();
    expect(await rig.join({ memberId: follower.memberId })).toMatchObject({ generationId: 1, members: [] });
    expect(await rig.state()).toBe('Stable');
    const again = rig.join({ memberId: leader.memberId });
    expect(await rig.state()).toBe('PreparingRebalance');
    expect(await rig.heartbeat(follower)).toBe(ERROR.rebalanceInProgress);
    await rig.join({ memberId: follower.memberId });
    expect(await again).toMatchObject({ generationId: 2, leader: leader.memberId });
  });

  test('a follower with another subscription starts a round', async () => {
    const [, follower] = await rig.stablePair();
    void rig.join({
      memberId: follower.memberId,
      protocols: [{ name: 'range', metadata: Buffer.from('more') }],
    });
    expect(await rig.state()).toBe('PreparingRebalance');
  });

  test('a join whose answer was lost is answered again, to the leader with the members', async () => {
    const joining = rig.joinNew();
    await rig.clock.advance(A_MOMENT_MS);
    const joined = await joining;
    expect(await rig.join({ memberId: joined.memberId })).toEqual(joined);
    expect(await rig.state()).toBe('CompletingRebalance');
  });

  test('a second join of one member ends the first', async () => {
    const leader = await rig.stable();
    void rig.joinNew();
    const { memberId } = await rig.join({ version: 4 });
    const lost = rig.join({ memberId });
    const retried = rig.join({ memberId });
    expect(await lost).toMatchObject({ errorCode: ERROR.rebalanceInProgress, memberId });
    await rig.join({ memberId: leader.memberId });
    expect(await retried).toMatchObject({ errorCode: ERROR.none, generationId: 2 });
  });

  test('a join without an ID does not wait for ever', async () => {
    const leader = await rig.stable({ rebalanceTimeoutMs: 3_600_000 });
    const lost = rig.join({ version: 3 });
    const beat = async (forMs: number): Promise<void> => {
      for (let ms = 0; ms < forMs; ms += 5_000) {
        await rig.heartbeat(leader);
        await rig.clock.advance(5_000);
      }
    };
    await beat(295_000);
    expect(await answerOf(lost)).toBeUndefined();
    await beat(5_000);
    expect(await answerOf(lost)).toMatchObject({ errorCode: ERROR.unknownMemberId });
  });

  test.each([
    ['another protocol type', { protocolType: 'connect' }],
    ['no common protocol', { protocols: offers('cooperative-sticky') }],
  ])('%s does not fit a group with members', async (_, given) => {
    await rig.stable();
    expect((await rig.join(given)).errorCode).toBe(ERROR.inconsistentGroupProtocol);
    expect(await rig.state()).toBe('Stable');
  });

  test.each([
    {
      preferences: [
        ['a', 'b'],
        ['a', 'b'],
        ['b', 'a'],
      ],
      elected: 'a',
    },
    {
      preferences: [
        ['a', 'b'],
        ['b', 'a'],
        ['b', 'a'],
      ],
      elected: 'b',
    },
    {
      preferences: [
        ['a', 'b'],
        ['b', 'a'],
      ],
      elected: 'a',
    },
    { preferences: [['x', 'b'], ['y', 'b'], ['b']], elected: 'b' },
    {
      preferences: [
        ['a', 'b', 'c'],
        ['c', 'b'],
        ['c', 'b'],
      ],
      elected: 'c',
    },
  ])('$preferences elect $elected', async ({ preferences, elected }) => {
    const joining = preferences.map((names) => rig.joinNew({ protocols: offers(...names) }));
    await rig.clock.advance(A_MOMENT_MS);
    const joined = await Promise.all(joining);
    expect(new Set(joined.map(({ protocolName }) => protocolName))).toEqual(new Set([elected]));
    const leader = joined.find(({ memberId, leader: leads }) => memberId === leads);
    expect(leader?.members.map(({ metadata }) => String(metadata))).toEqual(preferences.map(() => elected));
  });

  test('version 0 has one timeout for session and rebalance', async () => {
    const joining = rig.join({ version: 0, rebalanceTimeoutMs: -1 });
    await rig.clock.advance(A_MOMENT_MS);
    const leader = await joining;
    await rig.sync(leader);
    const second = rig.join({ version: 0, rebalanceTimeoutMs: -1 });
    await rig.clock.advance(SESSION_MS / 2);
    await rig.heartbeat(leader);
    await rig.clock.advance(SESSION_MS / 2);
    expect(await answerOf(second)).toMatchObject({ generationId: 2, members: [expect.anything()] });
  });
});

describe('bounds', () => {
  test('a full group takes no more members, but lets those join again who are in it', async () => {
    const rig = await Rig.open({ maxGroupSize: 2 });
    const [leader, follower] = await rig.stablePair();
    expect((await rig.join()).errorCode).toBe(ERROR.groupMaxSizeReached);
    expect((await rig.join({ version: 3 })).errorCode).toBe(ERROR.groupMaxSizeReached);
    const again = rig.join({ memberId: leader.memberId });
    await rig.join({ memberId: follower.memberId });
    expect(await again).toMatchObject({ errorCode: ERROR.none, generationId: 2 });
    await rig.coordinator.close();
  });

  test('IDs that were handed out count as members', async () => {
    const rig = await Rig.open({ maxGroupSize: 2 });
    await rig.join();
    await rig.join();
    expect((await rig.join()).errorCode).toBe(ERROR.groupMaxSizeReached);
    await rig.coordinator.close();
  });

  test('there are no more groups than allowed; one of which nothing is left makes room', async () => {
    const rig = await Rig.open({ maxGroups: 2 });
    await rig.commit(1, { groupId: 'one' });
    const { memberId } = await rig.join({ groupId: 'two' });
    expect((await rig.join({ groupId: 'three' })).errorCode).toBe(ERROR.groupMaxSizeReached);
    expect(await rig.commit(1, { groupId: 'three' })).toBe(ERROR.groupMaxSizeReached);
    await rig.coordinator.leaveGroup({ groupId: 'two', memberId, members: [] }, { version: 2 });
    expect(await rig.commit(1, { groupId: 'three' })).toBe(ERROR.none);
    expect(await rig.state('two')).toBe('Dead');
    expect(await rig.offsetOf(0, undefined, 'one')).toBe(1);
    await rig.coordinator.close();
  });

  test('all members together hold no more bytes than allowed', async () => {
    const rig = await Rig.open({ maxTotalMemberBytes: 1_000 });
    const large = [{ name: 'range', metadata: Buffer.alloc(600) }];
    void rig.joinNew({ groupId: 'one', protocols: large });
    await rig.clock.advance(A_MOMENT_MS);
    expect((await rig.join({ groupId: 'two', protocols: large })).errorCode).toBe(ERROR.groupMaxSizeReached);
    await rig.coordinator.close();
  });
});
