import { expect, test } from '@jest/globals';
import { alertIdOf, stableId } from './alert-id.js';

test('is FNV-1a with 128 bits, which must never change', () => {
  expect(stableId('')).toBe('6c62272e07bb014262b821756295c58d');
  expect(alertIdOf({ ruleId: 'hot', deviceId: 'dev', metric: 't' }, 1_700_000_000_000)).toBe(
    '54ada28c9ba002a892fb72cd933d7ec4',
  );
});

test('differs with each part', () => {
  const subject = { ruleId: 'a', deviceId: 'b', metric: 'c' };
  const ids = [
    alertIdOf(subject, 1),
    alertIdOf(subject, 2),
    alertIdOf({ ...subject, ruleId: 'x' }, 1),
    alertIdOf({ ...subject, deviceId: 'x' }, 1),
    alertIdOf({ ...subject, metric: 'x' }, 1),
    alertIdOf({ ...subject, deviceId: 'b:c', metric: 'd' }, 1),
    alertIdOf({ ...subject, deviceId: 'b', metric: 'c:d' }, 1),
  ];
  expect(new Set(ids).size).toBe(ids.length);
});
