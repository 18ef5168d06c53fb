import { expect, test } from '@jest/globals';
import { type Logger } from '@fieldstream/domain';
import { FaultLog } from './fault-log.js';

test('each kind is logged once a minute, with the number of those that were not', () => {
  const lines: [string, object, string][] = [];
  const note =
    (level: string): Logger['info'] =>
    (fields, message) =>
      void lines.push([level, fields, message]);
  const logger: Logger = {
    debug: note('debug'),
    info: note('info'),
    warn: note('warn'),
    error: note('error'),
  };
  let nowMs = 1_000;
  const faults = new FaultLog(logger, () => nowMs);
  for (let i = 0; i < 5; i++) faults.warn('malformed-request', { i }, 'first');
  faults.error('storage', {}, 'another kind');
  nowMs += 59_999;
  faults.warn('malformed-request', {}, 'still silent');
  nowMs += 1;
  faults.warn('malformed-request', { i: 9 }, 'next minute');
  expect(lines).toEqual([
    ['warn', { i: 0 }, 'first'],
    ['error', {}, 'another kind'],
    ['warn', { i: 9, repeats: 5 }, 'next minute'],
  ]);
  expect(faults.count('malformed-request')).toBe(7);
  expect(faults.count('memory')).toBe(0);
});
