import { expect, test } from '@jest/globals';
import { eventually } from '@fieldstream/testing';
import { type Taker, Turnstile } from './turnstile.js';

/** Takers that write down their turns. */
function setUp(): {
  turnstile: Turnstile;
  turns: string[];
  taker: (name: string, keeps?: boolean[]) => Taker;
} {
  const turns: string[] = [];
  const turnstile = new Turnstile((error) => turns.push(String(error)));
  const taker = (name: string, keeps: boolean[] = []): Taker => ({
    take() {
      turns.push(name);
      return keeps.shift() ?? false;
    },
  });
  return { turnstile, turns, taker };
}
const settled = (turns: string[], count: number): Promise<unknown> =>
  eventually(() => turns.length === count, { what: `${count} turns`, everyMs: 1 });

test('whoever comes first has the first turn, and waits once', async () => {
  const { turnstile, turns, taker } = setUp();
  const holder = taker('holder', [true]);
  const [a, b] = [taker('a'), taker('b')];
  turnstile.request(holder);
  turnstile.request(a);
  turnstile.request(b);
  turnstile.request(a);
  expect(turns).toEqual(['holder']);
  turnstile.release(holder);
  await settled(turns, 3);
  expect(turns).toEqual(['holder', 'a', 'b']);
});

test('who keeps it has all turns until it does not keep it', async () => {
  const { turnstile, turns, taker } = setUp();
  const a = taker('a', [true, true, false]);
  turnstile.request(a);
  turnstile.request(taker('b'));
  turnstile.request(a);
  expect(turnstile.isHeldBy(a)).toBe(true);
  turnstile.request(a);
  await settled(turns, 4);
  expect(turns).toEqual(['a', 'a', 'a', 'b']);
  expect(turnstile.isHeld).toBe(false);
});

test('who withdraws has no turn', async () => {
  const { turnstile, turns, taker } = setUp();
  const [holder, a, b] = [taker('holder', [true]), taker('a'), taker('b')];
  for (const each of [holder, a, b]) turnstile.request(each);
  expect([turnstile.withdraw(a), turnstile.withdraw(a)]).toEqual([true, false]);
  turnstile.release(holder);
  await settled(turns, 2);
  expect(turns).toEqual(['holder', 'b']);
});

test('what must be undone comes before those who wait', async () => {
  const { turnstile, turns, taker } = setUp();
  const [holder, a, undo] = [taker('holder', [true]), taker('a'), taker('undo')];
  turnstile.request(holder);
  turnstile.request(a);
  turnstile.handOver(a, undo);
  turnstile.handOver(holder, undo);
  await settled(turns, 3);
  expect(turns).toEqual(['holder', 'undo', 'a']);
});

test('a taker that throws does not keep it, and is told of', async () => {
  const { turnstile, turns, taker } = setUp();
  turnstile.request({
    take() {
      throw new Error('broken');
    },
  });
  turnstile.request(taker('a'));
  await settled(turns, 2);
  expect(turns).toEqual(['Error: broken', 'a']);
});

test('when it is stopped nobody has a turn; who comes meanwhile has it afterwards', async () => {
  const { turnstile, turns, taker } = setUp();
  turnstile.request(taker('holder', [true]));
  turnstile.request(taker('lost'));
  turnstile.stop();
  turnstile.request(taker('patient'));
  expect(turns).toEqual(['holder']);
  turnstile.start();
  await settled(turns, 2);
  expect(turns).toEqual(['holder', 'patient']);
});
