import { describe, expect, test } from '@jest/globals';
import { GroupCommit } from './group-commit.js';

interface Item {
  readonly name: string;
  readonly bytes: number;
}

/** A queue whose commits are settled by hand, with what was seen of them. */
function harness(fits = (_before: number, _item: Item): boolean => true) {
  const groups: string[] = [];
  const events: string[] = [];
  let settle: (error?: Error) => void = () => {};
  const queue = new GroupCommit<Item>({
    maxGroupBytes: 100,
    fits,
    commit: (group) => {
      groups.push(group.map((item) => item.name).join());
      return new Promise<void>(
        (resolve, reject) => (settle = (error) => (error ? reject(error) : resolve())),
      );
    },
    rollback: () => void events.push('rollback'),
  });
  const add = (name: string, bytes = 10): void =>
    void queue.add({ name, bytes }).then(
      () => events.push(name),
      (error: Error) => events.push(`${name}: ${error.message}`),
    );
  const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
  const finish = async (error?: Error): Promise<void> => {
    settle(error);
    await turn();
  };
  return { queue, groups, events, add, turn, finish };
}

describe('GroupCommit', () => {
  test('what arrives in one turn, and what arrives during a commit, share one', async () => {
    const { groups, events, add, turn, finish, queue } = harness();
    add('a');
    add('b');
    await turn();
    add('c');
    add('d');
    await finish();
    expect(events).toEqual(['a', 'b']);
    await finish();
    expect(groups).toEqual(['a,b', 'c,d']);
    expect(events).toEqual(['a', 'b', 'c', 'd']);
    await queue.drained();
  });

  test('a group ends at its size, and before what does not fit; a huge item goes alone', async () => {
    const { groups, add, turn, finish } = harness((_, item) => !item.name.startsWith('!'));
    for (const [name, bytes] of [
      ['a', 60],
      ['b', 40],
      ['c', 10],
      ['!d', 10],
      ['e', 10],
      ['f', 500],
      ['g', 1],
    ] as const)
      add(name, bytes);
    await turn();
    for (let i = 0; i < 5; i++) await finish();
    expect(groups).toEqual(['a,b', 'c', '!d,e', 'f', 'g']);
  });

  test('a failed commit takes along what waits, after one rollback; what comes later is tried', async () => {
    const { groups, events, add, turn, finish } = harness();
    add('a');
    await turn();
    add('b');
    await finish(new Error('full'));
    expect(events).toEqual(['rollback', 'a: full', 'b: full']);
    add('c');
    await turn();
    await finish();
    expect(groups).toEqual(['a', 'c']);
    expect(events.at(-1)).toBe('c');
  });
});
