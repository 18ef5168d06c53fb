import { describe, expect, test } from '@jest/globals';
import { alertKey, type AlertRecord } from '@fieldstream/wire';
import { AlertBoard } from './alert-board.js';

const alert = (sequence: number, state: 'firing' | 'resolved', deviceId = 'd'): AlertRecord => ({
  v: 1,
  sequence,
  alertId: 'a',
  state,
  ruleId: 'r',
  ruleName: 'hot',
  severity: 'warning',
  deviceId,
  metric: 't',
  value: 1,
  atMs: 1,
  startedAtMs: 1,
  summary: '',
});

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
      alert(3, 'firing', 'e'),
      alert(2, 'firing', 'e'),
      alert(4, 'firing', 'f'),
    ]);
    await subject.remove(alertKey(alert(0, 'firing', 'f')));
    shown.length = 0;
    expect(await subject.historyRead()).toBe(1);
    expect(shown).toEqual(['alerts/e/r firing 3 retained']);
  });

  test('shows transitions in order and ignores older ones', async () => {
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

  test('a rule ID cannot escape its topic level', async () => {
    const { board: subject, shown } = board();
    await subject.historyRead();
    await subject.show([{ ...alert(1, 'firing'), ruleId: 'a/#' }]);
    expect(shown).toEqual(['alerts/d/a__ firing 1 retained']);
  });
});
