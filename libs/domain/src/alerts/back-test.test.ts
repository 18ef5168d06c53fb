import { describe, expect, test } from '@jest/globals';
import { backTest, BackTester, MAX_BACK_TEST_ALERTS } from './back-test.js';
import { type Observation } from './rule-kind.js';
import { parseRule, type Rule } from './rule.js';

const OVER = { operator: '>', threshold: 30 };
const ALL = { fromMs: 0, toMs: 1_000_000_000 };

function ruleOf(edit: Partial<Record<keyof Rule, unknown>> = {}): Rule {
  const parsed = parseRule({ id: 'r', name: 'R', kind: 'threshold', params: OVER, ...edit });
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
  return parsed.rule;
}

function observations(...points: (readonly [timeMs: number, value: Observation['value']])[]): Observation[] {
  return points.map(([timeMs, value]) => ({ timeMs, value }));
}

test('tells when a rule would have fired, how severely, and until when', () => {
  const levels = [{ severity: 'critical', threshold: 40 }];
  const rule = ruleOf({ params: { ...OVER, levels }, forMs: 100 });
  const history = observations([0, 31], [200, 45], [400, 35], [500, 20], [600, 32], [900, 33]);
  expect(backTest(rule, history, { fromMs: 0, toMs: 1000 })).toEqual({
    alerts: [
      {
        startedAtMs: 0,
        firedAtMs: 100,
        resolvedAtMs: 500,
        value: 31,
        severity: 'critical',
        changes: [
          { atMs: 100, severity: 'warning' },
          { atMs: 300, severity: 'critical' },
          { atMs: 400, severity: 'warning' },
        ],
      },
      {
        startedAtMs: 600,
        firedAtMs: 700,
        resolvedAtMs: null,
        value: 32,
        severity: 'warning',
        changes: [{ atMs: 700, severity: 'warning' }],
      },
    ],
    firings: 2,
    naiveFirings: 2,
    observations: 6,
  });
});

test('what time alone brings comes up to the end of the range, and no further', () => {
  const rule = ruleOf({ kind: 'absence', params: { afterMs: 60_000 } });
  const history = observations([0, 1], [1000, 'text'], [500_000, 1]);
  const silence = { startedAtMs: 61_000, firedAtMs: 61_000, value: null, severity: 'warning' };
  const changes = [{ atMs: 61_000, severity: 'warning' }];
  expect(backTest(rule, history, { fromMs: 0, toMs: 60_999 }).alerts).toEqual([]);
  expect(backTest(rule, history, { fromMs: 0, toMs: 100_000 })).toEqual({
    alerts: [{ ...silence, changes, resolvedAtMs: null }],
    firings: 1,
    naiveFirings: 1,
    observations: 2,
  });
  expect(backTest(rule, history, { fromMs: 0, toMs: 500_000 }).alerts).toEqual([
    { ...silence, changes, resolvedAtMs: 500_000 },
  ]);
});

test('a text is told where texts are compared', () => {
  const rule = ruleOf({ kind: 'state', params: { operator: '=', value: 'ERROR' } });
  const { alerts, observations: count } = backTest(rule, observations([0, 5], [1, 'OK'], [2, 'ERROR']), ALL);
  expect(alerts).toMatchObject([{ firedAtMs: 2, value: null, text: 'ERROR' }]);
  expect(count).toBe(2);
});

describe('what lies before the range', () => {
  const history = observations([0, 31], [10, 20], [20, 31], [50, 20], [60, 31]);

  test('prepares, and is not counted; an alert that was open then is told', () => {
    const told = backTest(ruleOf(), history, { fromMs: 30, toMs: 100 });
    expect(told.alerts.map(({ firedAtMs, resolvedAtMs }) => [firedAtMs, resolvedAtMs])).toEqual([
      [20, 50],
      [60, null],
    ]);
    expect([told.firings, told.naiveFirings, told.observations]).toEqual([2, 1, 2]);
  });

  test('what is out of order or after the range changes nothing', () => {
    const disordered = [...history, ...observations([55, 99], [101, 20])];
    const range = { fromMs: 30, toMs: 100 };
    expect(backTest(ruleOf(), disordered, range)).toEqual(backTest(ruleOf(), history, range));
  });
});

test('tells the first alerts of very many, and how many there were', () => {
  const tester = new BackTester(ruleOf(), ALL);
  for (let round = 0; round < 1500; round++) {
    tester.observe({ timeMs: round * 10, value: 31 });
    tester.observe({ timeMs: round * 10 + 5, value: 20 });
  }
  const { alerts, firings } = tester.finish();
  expect([alerts.length, firings, alerts.at(-1)?.firedAtMs]).toEqual([
    MAX_BACK_TEST_ALERTS,
    1500,
    (MAX_BACK_TEST_ALERTS - 1) * 10,
  ]);
});

describe('a noisy signal that rises through the threshold and falls again', () => {
  /** Ten minutes at a reading a second: up to 35 and back, with noise of ±1.5 that depends on the time alone. */
  const noisy = Array.from({ length: 600 }, (_, second): Observation => {
    const slow = 25 + 10 * Math.sin((Math.PI * second) / 600);
    const noise = 1.5 * Math.sin(second * second * 0.7);
    return { timeMs: second * 1000, value: slow + noise };
  });

  test.each<[string, Partial<Record<keyof Rule, unknown>>]>([
    ['hysteresis', { params: { ...OVER, clearThreshold: 26 } }],
    ['durations', { forMs: 20_000, clearForMs: 20_000 }],
  ])('with %s gives one firing and one resolution; a naive rule flaps', (_, edit) => {
    const { alerts, firings, naiveFirings } = backTest(ruleOf(edit), noisy, ALL);
    expect([firings, alerts[0]?.resolvedAtMs]).toEqual([1, expect.any(Number)]);
    expect(naiveFirings).toBeGreaterThan(20);
  });

  test('the naive count is what a rule without hysteresis and durations does', () => {
    const naive = backTest(ruleOf(), noisy, ALL);
    expect(naive.firings).toBe(naive.naiveFirings);
    expect(naive.firings).toBeGreaterThan(20);
  });
});
