import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { ERROR } from '../protocol/error-codes.js';
import { A_MOMENT_MS, answerOf, GROUP, Rig } from './testing/rig.js';

let rig: Rig;

beforeEach(async () => {
  rig = await Rig.open();
});

afterEach(async () => {
  rig.journal.release();
  await rig.coordinator.close();
  expect(rig.clock.timerCount).toBe(0);
});

async function describeOne(groupId = GROUP): Promise<unknown> {
  const request = { groups: [groupId], includeAuthorizedOperations: true };
  return (await rig.coordinator.describeGroups(request)).groups[0];
}

describe('describing', () => {
  test('a group that is not there is Dead', async () => {
    expect(await describeOne('nothing')).toEqual({
      errorCode: ERROR.none,
      groupId: 'nothing',
      groupState: 'Dead',
      protocolType: '',
      protocolData: '',
      members: [],
      authorizedOperations: -2_147_483_648,
    });
  });

  // As seen with Apache Kafka 4.3.1: metadata and protocol while the group is Stable only.
  test('a group through its states', async () => {
    const seen: unknown[] = [];
    const joining = rig.joinNew();
    await answerOf(joining);
    seen.push(await describeOne());
    await rig.clock.advance(A_MOMENT_MS);
    const joined = await joining;
    seen.push(await describeOne());
    await rig.sync(joined, { [joined.memberId]: 'all' });
    seen.push(await describeOne());
    await rig.leave(joined.memberId);
    seen.push(await describeOne());
    const member = (metadata: string, assignment: string): object => ({
      memberId: joined.memberId,
      groupInstanceId: null,
      clientId: 'client',
      clientHost: '/127.0.0.1',
      memberMetadata: Buffer.from(metadata),
      memberAssignment: Buffer.from(assignment),
    });
    expect(seen).toMatchObject([
      { groupState: 'PreparingRebalance', protocolData: '', members: [member('', '')] },
      { groupState: 'CompletingRebalance', protocolData: '', members: [member('', '')] },
      { groupState: 'Stable', protocolData: 'range', members: [member('range', 'all')] },
      { groupState: 'Empty', protocolType: 'consumer', protocolData: '', members: [] },
    ]);
  });
});

describe('listing', () => {
  test.each([
    { statesFilter: [], found: ['stable', 'simple'] },
    { statesFilter: ['stable'], found: ['stable'] },
    { statesFilter: ['Empty', 'Dead'], found: ['simple'] },
    { statesFilter: ['Dead'], found: [] },
  ])('$statesFilter', async ({ statesFilter, found }) => {
    const joining = rig.join({ groupId: 'stable', version: 3 });
    await rig.clock.advance(A_MOMENT_MS);
    await rig.sync(await joining, {}, { groupId: 'stable' });
    await rig.commit(1, { groupId: 'simple' });
    const { groups } = await rig.coordinator.listGroups({ statesFilter });
    const all = [
      { groupId: 'stable', protocolType: 'consumer', groupState: 'Stable' },
      { groupId: 'simple', protocolType: '', groupState: 'Empty' },
    ];
    expect(groups).toEqual(all.filter(({ groupId }) => found.includes(groupId)));
  });
});

describe('deleting groups', () => {
  const remove = async (...groupsNames: string[]): Promise<unknown> =>
    (await rig.coordinator.deleteGroups({ groupsNames })).results;

  test('each by itself', async () => {
    const member = await rig.stable();
    await rig.commit(1, { groupId: 'simple' });
    expect(await remove(GROUP, 'simple', 'nothing', 'simple')).toEqual([
      { groupId: GROUP, errorCode: ERROR.nonEmptyGroup },
      { groupId: 'simple', errorCode: ERROR.none },
      { groupId: 'nothing', errorCode: ERROR.groupIdNotFound },
    ]);
    expect(await rig.offsetOf(0, undefined, 'simple')).toBe(-1);
    await rig.leave(member.memberId);
    expect(await remove(GROUP)).toEqual([{ groupId: GROUP, errorCode: ERROR.none }]);
    expect(await rig.state()).toBe('Dead');
  });

  test('a client that had been given an ID has to ask again', async () => {
    const { memberId } = await rig.join();
    expect(await remove(GROUP)).toEqual([{ groupId: GROUP, errorCode: ERROR.none }]);
    expect((await rig.join({ memberId })).errorCode).toBe(ERROR.unknownMemberId);
  });

  test('a commit that comes meanwhile outlives the deletion, in memory as in the journal', async () => {
    await rig.commit(1);
    await rig.commit(1, { partition: 1 });
    rig.journal.hold();
    const deleting = remove(GROUP);
    await answerOf(deleting);
    const committing = rig.commit(2, { partition: 1 });
    rig.journal.release();
    expect([await deleting, await committing]).toEqual([[{ groupId: GROUP, errorCode: 0 }], 0]);
    expect([await rig.offsetOf(0), await rig.offsetOf(1)]).toEqual([-1, 2]);
    await rig.restart();
    expect([await rig.offsetOf(0), await rig.offsetOf(1)]).toEqual([-1, 2]);
  });

  test('also one whose write ends when the group is gone', async () => {
    await rig.commit(1);
    rig.journal.hold();
    const deleting = remove(GROUP);
    await answerOf(deleting);
    const committing = rig.commit(2);
    rig.journal.releaseOne();
    await deleting;
    expect(await rig.state()).toBe('Dead');
    rig.journal.release();
    expect(await committing).toBe(ERROR.none);
    expect(await rig.offsetOf()).toBe(2);
  });

  test('a member that joins meanwhile keeps the group', async () => {
    await rig.commit(1);
    rig.journal.hold();
    const deleting = remove(GROUP);
    await answerOf(deleting);
    const joining = rig.joinNew();
    await answerOf(joining);
    rig.journal.release();
    await deleting;
    await rig.clock.advance(A_MOMENT_MS);
    expect(await joining).toMatchObject({ errorCode: ERROR.none });
    expect(await rig.offsetOf()).toBe(-1);
  });

  test('that could not be written has not happened', async () => {
    await rig.commit(1);
    rig.journal.isFull = true;
    expect(await remove(GROUP)).toEqual([{ groupId: GROUP, errorCode: ERROR.coordinatorNotAvailable }]);
    expect(await rig.offsetOf()).toBe(1);
  });
});
