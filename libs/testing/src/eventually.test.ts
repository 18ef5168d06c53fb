import { expect, test } from '@jest/globals';
import { eventually } from './eventually.js';

test('resolves with what the check returns once it stops failing', async () => {
  let calls = 0;
  const value = await eventually(
    () => {
      calls++;
      if (calls === 1) throw new Error('not yet');
      return calls === 2 ? false : 'there';
    },
    { everyMs: 1, what: 'the third call' },
  );
  expect(value).toBe('there');
  expect(calls).toBe(3);
});

test('a check without a result passes by not throwing', async () => {
  await expect(eventually(() => {}, { what: 'nothing' })).resolves.toBeUndefined();
});

test('reports what it waited for and the last failure, and keeps it as the cause', async () => {
  const failure = new Error('3 of 4 rows');
  await expect(
    eventually(() => Promise.reject(failure), { timeoutMs: 20, everyMs: 5, what: 'all rows' }),
  ).rejects.toMatchObject({
    message: 'all rows: not within 20 ms; last failure: 3 of 4 rows',
    cause: failure,
  });
});

test('a check that hangs cannot hold it beyond its bound', async () => {
  const hanging = eventually(() => new Promise(() => {}), { timeoutMs: 20, what: 'an answer' });
  await expect(hanging).rejects.toThrow(
    'an answer: not within 20 ms; last failure: the check has not answered',
  );
});
