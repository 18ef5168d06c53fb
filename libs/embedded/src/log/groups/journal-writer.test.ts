import { describe, expect, test } from '@jest/globals';
import { JournalBusyError, JournalWriter } from './journal-writer.js';
import { settle } from './testing/fake-clock.js';

/** A journal whose appends end when, and as, the test says. */
function controlled(): { writer: JournalWriter; end: (index: number, error?: Error) => Promise<void> } {
  const appends: { resolve: () => void; reject: (error: Error) => void }[] = [];
  const journal = {
    append: () =>
      new Promise<void>((resolve, reject) => {
        appends.push({ resolve, reject });
      }),
    async *entries() {},
  };
  return {
    writer: new JournalWriter(journal, 3),
    end: async (index, error) => {
      if (error === undefined) appends[index]?.resolve();
      else appends[index]?.reject(error);
      await settle();
    },
  };
}

describe('writing to the journal', () => {
  test('memory follows in the order of the calls, whatever order the writes end in', async () => {
    const { writer, end } = controlled();
    const applied: string[] = [];
    const writes = ['first', 'second', 'third'].map((name) => writer.write([], () => applied.push(name)));
    await end(2);
    await end(1);
    expect(applied).toEqual([]);
    await end(0);
    expect(applied).toEqual(['first', 'second', 'third']);
    await Promise.all(writes);
  });

  test('a failed write does not hold up those after it', async () => {
    const { writer, end } = controlled();
    const applied: string[] = [];
    const failed = expect(writer.write([], () => applied.push('first'))).rejects.toThrow('disk full');
    const second = writer.write([], () => applied.push('second'));
    await end(1);
    await end(0, new Error('disk full'));
    await Promise.all([failed, second]);
    expect(applied).toEqual(['second']);
  });

  test('settles with what was begun before', async () => {
    const { writer, end } = controlled();
    const write = writer.write([], () => undefined);
    let isSettled = false;
    const settled = writer.settled().then(() => {
      isSettled = true;
    });
    const later = writer.write([], () => undefined);
    expect(isSettled).toBe(false);
    await end(0);
    expect(isSettled).toBe(true);
    await end(1);
    await Promise.all([write, settled, later]);
  });

  test('has a bound, and room again afterwards', async () => {
    const { writer, end } = controlled();
    const writes = [0, 1, 2].map(() => writer.write([], () => undefined));
    await expect(writer.write([], () => undefined)).rejects.toBeInstanceOf(JournalBusyError);
    for (const index of writes.keys()) await end(index);
    await Promise.all(writes);
    const next = writer.write([], () => undefined);
    await end(3);
    await next;
  });
});
