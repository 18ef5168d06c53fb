import { describe, expect, test } from '@jest/globals';
import { EmbeddedError } from '../../embedded-error.js';
import { ERROR } from '../protocol/error-codes.js';
import { A_MOMENT_MS, GROUP, Rig, TOPIC } from './testing/rig.js';

describe('after a restart', () => {
  test.each([false, true])('offsets are there (compacted: %s)', async (isCompacted) => {
    const rig = await Rig.open();
    const member = await rig.stable();
    for (const offset of [1, 2, 3]) await rig.commit(offset, { by: member, metadata: `n° ${offset}` });
    await rig.commit(9, { groupId: 'tool', partition: 3 });
    const before = await rig.fetch();
    if (isCompacted) rig.journal.compact();
    await rig.restart();
    expect(await rig.fetch()).toEqual(before);
    expect(await rig.offsetOf(3, TOPIC, 'tool')).toBe(9);
    await rig.coordinator.close();
  });

  test('members have to join again, and the generation goes on', async () => {
    const rig = await Rig.open();
    const [leader, follower] = await rig.stablePair();
    await rig.restart();
    expect(await rig.state()).toBe('Empty');
    expect(await rig.heartbeat(leader)).toBe(ERROR.unknownMemberId);
    expect((await rig.sync(follower)).errorCode).toBe(ERROR.unknownMemberId);
    expect((await rig.join({ memberId: follower.memberId })).errorCode).toBe(ERROR.unknownMemberId);
    expect(await rig.commit(1, { by: leader })).toBe(ERROR.unknownMemberId);
    const joining = rig.joinNew();
    await rig.clock.advance(A_MOMENT_MS);
    expect((await joining).generationId).toBe(2);
    await rig.coordinator.close();
  });

  test('a deleted group stays deleted, and begins anew', async () => {
    const rig = await Rig.open();
    const member = await rig.stable();
    await rig.commit(1, { by: member });
    await rig.leave(member.memberId);
    await rig.coordinator.deleteGroups({ groupsNames: [GROUP] });
    await rig.restart();
    expect(await rig.state()).toBe('Dead');
    expect(await rig.offsetOf()).toBe(-1);
    await rig.commit(2);
    await rig.restart();
    expect(await rig.offsetOf()).toBe(2);
    await rig.coordinator.close();
  });

  test('entries that cannot be read are reported and passed over', async () => {
    const rig = await Rig.open();
    await rig.commit(7);
    const junk = [
      '',
      '[]',
      '["group"]',
      '["group",1]',
      '["offset","g","t"]',
      '["offset","g","t",-1]',
      '["?","g"]',
    ];
    await rig.journal.append(junk.map((key) => ({ key: Buffer.from(key), value: Buffer.from('{"v":1}') })));
    const values = [
      '',
      'null',
      '{}',
      '{"v":1}',
      '{"v":1,"offset":"7","committedMs":1}',
      '{"v":1,"offset":1e300}',
    ];
    const key = Buffer.from('["offset","g","t",0]');
    await rig.journal.append(values.map((value) => ({ key, value: Buffer.from(value) })));
    await rig.restart();
    expect(await rig.offsetOf()).toBe(7);
    expect(rig.logged.filter(({ level }) => level === 'error')).toHaveLength(2);
    await rig.coordinator.close();
  });

  test('a journal of a newer version is left alone', async () => {
    const rig = await Rig.open();
    await rig.journal.append([{ key: Buffer.from('["group","g"]'), value: Buffer.from('{"v":2}') }]);
    const restarting = rig.restart();
    await expect(restarting).rejects.toThrow(/newer version of Fieldstream .*Start that version/);
    await expect(restarting).rejects.toBeInstanceOf(EmbeddedError);
    await expect(restarting).rejects.toMatchObject({ code: 'wrong-format' });
  });
});
