import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { ERROR } from '../protocol/error-codes.js';
import { A_MOMENT_MS, answerOf, GROUP, offers, REBALANCE_MS, Rig, SESSION_MS } from './testing/rig.js';

const INSTANCE = 'rack-1';

describe('static members (KIP-345)', () => {
  let rig: Rig;

  beforeEach(async () => {
    rig = await Rig.open();
  });

  afterEach(async () => {
    await rig.coordinator.close();
    expect(rig.clock.timerCount).toBe(0);
  });

  test('need no ID in advance', async () => {
    const joining = rig.join({ groupInstanceId: INSTANCE });
    await rig.clock.advance(A_MOMENT_MS);
    expect(await joining).toMatchObject({
      errorCode: ERROR.none,
      memberId: expect.stringMatching(/^rack-1-/),
    });
  });

  test.each([
    { version: 5, skipAssignment: false, leads: false },
    { version: 9, skipAssignment: true, leads: true },
  ])(
    'a restarted one goes on in its place without a round (version $version)',
    async ({ version, ...expected }) => {
      const before = await rig.stable({ groupInstanceId: INSTANCE });
      const after = await rig.join({ groupInstanceId: INSTANCE, version });
      expect(after).toMatchObject({
        errorCode: ERROR.none,
        generationId: 1,
        skipAssignment: expected.skipAssignment,
      });
      expect(after.memberId).not.toBe(before.memberId);
      // A client of an older version that believed itself leader would assign anew.
      expect(after.leader).toBe(expected.leads ? after.memberId : before.memberId);
      expect(after.members).toHaveLength(expected.leads ? 1 : 0);
      expect(await rig.state()).toBe('Stable');
      const synced = await rig.sync(after, {}, { groupInstanceId: INSTANCE });
      expect(String(synced.assignment)).toBe('all');
      expect(await rig.heartbeat(before, INSTANCE)).toBe(ERROR.fencedInstanceId);
      expect(await rig.heartbeat(before)).toBe(ERROR.unknownMemberId);
      expect(await rig.heartbeat(after, INSTANCE)).toBe(ERROR.none);
    },
  );

  test('a restarted leader leads, and a restarted follower follows', async () => {
    const both = [rig.join({ groupInstanceId: INSTANCE }), rig.join({ groupInstanceId: 'rack-2' })] as const;
    await rig.clock.advance(A_MOMENT_MS);
    const [leader, follower] = await Promise.all(both);
    await rig.sync(leader, {}, { groupInstanceId: INSTANCE });
    await rig.sync(follower, {}, { groupInstanceId: 'rack-2' });
    const newLeader = await rig.join({ groupInstanceId: INSTANCE, version: 9 });
    expect(newLeader).toMatchObject({ leader: newLeader.memberId, skipAssignment: true });
    expect(newLeader.members).toHaveLength(2);
    const newFollower = await rig.join({ groupInstanceId: 'rack-2', version: 9 });
    expect(newFollower).toMatchObject({ leader: newLeader.memberId, skipAssignment: false, members: [] });
  });

  test('one that restarts before it has fetched its assignment has to fetch it like any other', async () => {
    const first = rig.join({ version: 3 });
    const second = rig.join({ groupInstanceId: INSTANCE });
    await rig.clock.advance(A_MOMENT_MS);
    const leader = await first;
    await second;
    await rig.sync(leader);
    const restarted = await rig.join({ groupInstanceId: INSTANCE });
    for (let ms = 0; ms < REBALANCE_MS; ms += 5_000) {
      expect(await rig.heartbeat(restarted, INSTANCE)).toBe(ERROR.none);
      expect(await rig.heartbeat(leader)).toBe(ERROR.none);
      await rig.clock.advance(5_000);
    }
    expect(await rig.heartbeat(restarted, INSTANCE)).toBe(ERROR.unknownMemberId);
    expect(await rig.heartbeat(leader)).toBe(ERROR.rebalanceInProgress);
  });

  test('one that prefers another protocol starts a round', async () => {
    const names = ['range', 'sticky'];
    await rig.stable({ groupInstanceId: INSTANCE, protocols: offers(...names) });
    const joining = rig.join({ groupInstanceId: INSTANCE, protocols: offers(...names.toReversed()) });
    expect(await answerOf(joining)).toMatchObject({ generationId: 2, protocolName: 'sticky' });
  });

  test('two that run under one instance ID: the earlier is fenced, in mid-wait as well', async () => {
    const earlier = rig.join({ groupInstanceId: INSTANCE });
    const later = rig.join({ groupInstanceId: INSTANCE });
    expect(await answerOf(earlier)).toMatchObject({ errorCode: ERROR.fencedInstanceId });
    await rig.clock.advance(A_MOMENT_MS);
    const joined = await later;
    const syncing = rig.sync(joined, {}, { groupInstanceId: INSTANCE });
    await syncing;
    expect(await rig.heartbeat(joined, INSTANCE)).toBe(ERROR.none);
  });

  test('a restart before the assignment starts a round anew', async () => {
    const joining = rig.join({ groupInstanceId: INSTANCE });
    await rig.clock.advance(A_MOMENT_MS);
    await joining;
    const again = await rig.join({ groupInstanceId: INSTANCE });
    expect(again).toMatchObject({ generationId: 2, leader: again.memberId });
  });

  test('one that is away keeps its place in a round until its session ends', async () => {
    const sessionTimeoutMs = 5 * REBALANCE_MS;
    const absent = await rig.stable({ groupInstanceId: INSTANCE, sessionTimeoutMs });
    const joining = rig.joinNew();
    await rig.clock.advance(REBALANCE_MS);
    const joined = await joining;
    expect(joined.leader).toBe(joined.memberId);
    expect(joined.members.map(({ memberId }) => memberId)).toEqual([absent.memberId, joined.memberId]);
    await rig.sync(joined, { [absent.memberId]: 'kept', [joined.memberId]: 'rest' });
    const back = await rig.join({ groupInstanceId: INSTANCE, sessionTimeoutMs });
    expect(String((await rig.sync(back, {}, { groupInstanceId: INSTANCE })).assignment)).toBe('kept');
  });

  test('when all who are left are away, the group waits for them', async () => {
    const sessionTimeoutMs = 5 * REBALANCE_MS;
    const absent = await rig.stable({ groupInstanceId: INSTANCE, sessionTimeoutMs });
    const { memberId } = await rig.join();
    const joining = rig.join({ memberId });
    await rig.leave(memberId);
    expect((await joining).errorCode).toBe(ERROR.unknownMemberId);
    await rig.clock.advance(2 * REBALANCE_MS);
    expect(await rig.heartbeat(absent, INSTANCE)).toBe(ERROR.rebalanceInProgress);
    const back = await rig.join({ groupInstanceId: INSTANCE, sessionTimeoutMs });
    expect(back).toMatchObject({ errorCode: ERROR.none, generationId: 2, leader: back.memberId });
  });

  test('leaves by its instance ID alone', async () => {
    await rig.stable({ groupInstanceId: INSTANCE });
    expect(await rig.leaveAll({ memberId: '', groupInstanceId: 'nobody' })).toEqual([ERROR.unknownMemberId]);
    expect(await rig.leaveAll({ memberId: 'stale', groupInstanceId: INSTANCE })).toEqual([
      ERROR.fencedInstanceId,
    ]);
    expect(await rig.leaveAll({ memberId: '', groupInstanceId: INSTANCE })).toEqual([ERROR.none]);
    expect(await rig.state()).toBe('Empty');
  });

  test('its session ends as any other', async () => {
    const member = await rig.stable({ groupInstanceId: INSTANCE });
    await rig.clock.advance(SESSION_MS);
    expect(await rig.heartbeat(member, INSTANCE)).toBe(ERROR.unknownMemberId);
    expect(await rig.state()).toBe('Empty');
  });

  test('is described with its instance ID', async () => {
    const { memberId } = await rig.stable({ groupInstanceId: INSTANCE });
    const request = { groups: [GROUP], includeAuthorizedOperations: false };
    const { groups } = await rig.coordinator.describeGroups(request);
    expect(groups[0]?.members).toMatchObject([{ memberId, groupInstanceId: INSTANCE }]);
  });
});
