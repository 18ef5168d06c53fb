import { describe, expect, test } from '@jest/globals';
import { alertKey, type AlertRecord } from '@fieldstream/wire';
import { AlertBoard } from './alert-board.js';

const alert = (
  sequence: number,
  state: 'firing' | 'resolved',
  { deviceId = 'd', metric = 't' }: { deviceId?: string; metric?: string } = {},
): AlertRecord => ({
  v: 1,
  sequence,
  alertId: 'a',
  state,
  change: state,
  ruleId: 'r',
  ruleName: 'hot',
  severity: 'warning',
  deviceId,
  metric,
  labels: {},
  value: 1,
  text: null,
  atMs: 1,
  startedAtMs: 1,
  summary: '',
  description: '',
  acknowledgedBy: null,
  snoozedUntilMs: null,
});
const e = { deviceId: 'e' };
const humidity = { metric: 'h' };

function board(): { board: AlertBoard; shown: string[] } {
  const shown: string[] = [];
  return {
    shown,
    board: new AlertBoard({
      async publish(topic, payload, retain) {
        const { sequence, state } = JSON.parse(payload.toString()) as AlertRecord;
        // Retained publishes take longer, as in the broker.
        if (retain) await new Promise((resolve) => setImmediate(resolve));
        shown.push(`${topic} ${state} ${sequence}${retain ? ' retained' : ''}`);
      },
      async clearRetained(topic) {
        shown.push(`${topic} cleared`);
      },
    }),
  };
}

describe('AlertBoard', () => {
  test('shows of the history only what fires still', async () => {
    const { board: subject, shown } = board();
    await subject.show([
      alert(1, 'firing'),
      alert(2, 'resolved'),
      alert(3, 'firing', e),
      alert(2, 'firing', e),
      alert(4, 'firing', { deviceId: 'f' }),
    ]);
    await subject.remove(alertKey(alert(0, 'firing', { deviceId: 'f' })));
    expect(shown).toEqual([]);
    expect(await subject.historyRead()).toBe(1);
    expect(shown).toEqual(['alerts/e/r firing 3 retained']);
  });

  test('shows changes in order and ignores older ones', async () => {
    const { board: subject, shown } = board();
    await subject.historyRead();
    await subject.show([alert(1, 'firing'), alert(2, 'resolved'), alert(1, 'firing')]);
    await subject.show([alert(2, 'resolved'), alert(3, 'firing')]);
    expect(shown).toEqual([
      'alerts/d/r firing 1 retained',
      'alerts/d/r cleared',
      'alerts/d/r resolved 2',
      'alerts/d/r firing 3 retained',
    ]);
  });

  test('while one of several metrics fires, the newest that does is retained', async () => {
    const { board: subject, shown } = board();
    await subject.historyRead();
    await subject.show([alert(1, 'firing'), alert(2, 'firing', humidity), alert(3, 'resolved', humidity)]);
    await subject.show([alert(4, 'resolved')]);
    expect(shown).toEqual([
      'alerts/d/r firing 1 retained',
      'alerts/d/r firing 2 retained',
      'alerts/d/r cleared',
      'alerts/d/r resolved 3',
      'alerts/d/r firing 1 retained',
      'alerts/d/r cleared',
      'alerts/d/r resolved 4',
    ]);
  });

  test('a change of an alert that comes after a newer one of another metric is told, not retained', async () => {
    const { board: subject, shown } = board();
    await subject.historyRead();
    await subject.show([alert(5, 'firing'), alert(4, 'firing', humidity)]);
    expect(shown).toEqual(['alerts/d/r firing 5 retained', 'alerts/d/r firing 4']);
  });

  test('of the history of several metrics the newest that fires is retained', async () => {
    const { board: subject, shown } = board();
    await subject.show([
      alert(1, 'firing', { metric: 'a' }),
      alert(3, 'firing', { metric: 'b' }),
      alert(2, 'firing', { metric: 'c' }),
      alert(4, 'resolved', { metric: 'b' }),
    ]);
    expect(await subject.historyRead()).toBe(2);
    expect(shown).toEqual(['alerts/d/r firing 2 retained']);
    await subject.show([alert(5, 'resolved', { metric: 'c' })]);
    expect(shown.at(-1)).toBe('alerts/d/r firing 1 retained');
  });

  test.each([
    ['r/d/h', ['alerts/d/r cleared', 'alerts/d/r firing 1 retained']],
    ['r/d/t', ['alerts/d/r cleared', 'alerts/d/r firing 2 retained']],
    ['r/d', ['alerts/d/r cleared']],
    ['r/d/', ['alerts/d/r cleared', 'alerts/d/r firing 2 retained']],
  ])('the key %s takes away what it names', async (key, expected) => {
    const { board: subject, shown } = board();
    await subject.historyRead();
    await subject.show([alert(1, 'firing'), alert(2, 'firing', humidity)]);
    shown.length = 0;
    await subject.remove(key);
    expect(shown).toEqual(expected);
  });

  test('a key of the time before metrics takes away the history of all of them', async () => {
    const { board: subject } = board();
    await subject.show([alert(1, 'firing'), alert(2, 'firing', humidity), alert(3, 'firing', e)]);
    await subject.remove('r/d');
    expect(await subject.historyRead()).toBe(1);
  });

  test('a metric with slashes is told by its key', async () => {
    const { board: subject, shown } = board();
    await subject.historyRead();
    const slashed = alert(1, 'firing', { metric: 'a/b' });
    await subject.show([slashed]);
    await subject.remove(alertKey(slashed));
    await subject.show([alert(2, 'resolved', humidity)]);
    expect(shown).toEqual([
      'alerts/d/r firing 1 retained',
      'alerts/d/r cleared',
      'alerts/d/r cleared',
      'alerts/d/r resolved 2',
    ]);
  });

  test('a rule ID cannot escape its topic level', async () => {
    const { board: subject, shown } = board();
    await subject.historyRead();
    await subject.show([{ ...alert(1, 'firing'), ruleId: 'a/#' }]);
    expect(shown).toEqual(['alerts/d/a__ firing 1 retained']);
  });
});
