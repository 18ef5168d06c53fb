import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { advance, type AlertTerms, applyReading, dueAtMs, timerAtMs } from './alert-machine.js';
import { type AlertState, parseAlertState } from './alert-state.js';
import { compileRule } from './compiled-rule.js';
import { parseRule, type Rule } from './rule.js';

/** Fires above 30, clears at or below 28. */
function terms(forMs: number, clearForMs: number): AlertTerms {
  return { forMs, clearForMs, breaches: (value) => value > 30, clears: (value) => value <= 28 };
}

type Point = readonly [timeMs: number, value: number];

interface Seen {
  readonly events: string[];
  readonly state: AlertState | undefined;
  readonly late: number;
}

function evaluate(rule: AlertTerms, points: readonly Point[], endMs?: number): Seen {
  const events: string[] = [];
  let state: AlertState | undefined;
  let late = 0;
  const note = (transitions: readonly { transition: string; atMs: number; startedAtMs: number }[]): void => {
    for (const { transition, atMs, startedAtMs } of transitions)
      events.push(`${transition} at ${atMs} since ${startedAtMs}`);
  };
  for (const [timeMs, value] of points) {
    const step = applyReading(rule, state, { timeMs, value, receivedAtMs: timeMs });
    if (step === 'late') late++;
    else {
      state = step.state;
      note(step.transitions);
    }
  }
  if (endMs !== undefined && state) {
    const step = advance(rule, state, endMs);
    state = step.state;
    note(step.transitions);
  }
  return { events, state, late };
}

describe('a rule without durations', () => {
  test.each<[string, Point[], string[]]>([
    ['fires at the reading that breaches', [[10, 31]], ['firing at 10 since 10']],
    ['does not fire at the threshold', [[10, 30]], []],
    [
      'fires once however long it lasts',
      [
        [10, 31],
        [20, 35],
        [30, 31],
      ],
      ['firing at 10 since 10'],
    ],
    [
      'is resolved at the reading that clears',
      [
        [10, 31],
        [20, 28],
      ],
      ['firing at 10 since 10', 'resolved at 20 since 10'],
    ],
    [
      'stays open between the thresholds',
      [
        [10, 31],
        [20, 29],
        [30, 31],
        [40, 29],
      ],
      ['firing at 10 since 10'],
    ],
    [
      'does not flap at noise around the threshold',
      [
        [10, 30.1],
        [20, 29.9],
        [30, 30.1],
        [40, 29.9],
        [50, 27],
      ],
      ['firing at 10 since 10', 'resolved at 50 since 10'],
    ],
    [
      'fires again after it was resolved',
      [
        [10, 31],
        [20, 20],
        [30, 31],
      ],
      ['firing at 10 since 10', 'resolved at 20 since 10', 'firing at 30 since 30'],
    ],
  ])('%s', (_, points, events) => {
    expect(evaluate(terms(0, 0), points).events).toEqual(events);
  });
});

describe('for', () => {
  test.each<[string, Point[], number | undefined, string[]]>([
    [
      'does not fire before the time',
      [
        [0, 31],
        [59, 31],
      ],
      59,
      [],
    ],
    [
      'fires exactly after the time, noticed by a later reading',
      [
        [0, 31],
        [500, 31],
      ],
      undefined,
      ['firing at 60 since 0'],
    ],
    ['fires exactly after the time, noticed by a timer', [[0, 31]], 1000, ['firing at 60 since 0']],
    [
      'fires although the reading that ends it comes at that very moment',
      [
        [0, 31],
        [60, 20],
      ],
      undefined,
      ['firing at 60 since 0', 'resolved at 60 since 0'],
    ],
    [
      'counts from the first reading that breaches',
      [
        [0, 31],
        [30, 40],
        [60, 31],
      ],
      undefined,
      ['firing at 60 since 0'],
    ],
    [
      'begins anew after a calm reading',
      [
        [0, 31],
        [30, 20],
        [40, 31],
        [70, 31],
      ],
      undefined,
      [],
    ],
    [
      'begins anew even after a value between the thresholds',
      [
        [0, 31],
        [30, 29],
        [40, 31],
      ],
      99,
      [],
    ],
  ])('%s', (_, points, endMs, events) => {
    expect(evaluate(terms(60, 0), points, endMs).events).toEqual(events);
  });
});

describe('clear for', () => {
  const fired = 'firing at 0 since 0';
  test.each<[string, Point[], number | undefined, string[]]>([
    [
      'does not resolve before the time',
      [
        [0, 31],
        [10, 20],
      ],
      69,
      [fired],
    ],
    [
      'resolves exactly after the time',
      [
        [0, 31],
        [10, 20],
      ],
      500,
      [fired, 'resolved at 70 since 0'],
    ],
    [
      'is stopped by a value between the thresholds',
      [
        [0, 31],
        [10, 20],
        [20, 29],
      ],
      500,
      [fired],
    ],
    [
      'begins anew',
      [
        [0, 31],
        [10, 20],
        [20, 29],
        [30, 20],
      ],
      500,
      [fired, 'resolved at 90 since 0'],
    ],
    [
      'ends before a reading that breaches again',
      [
        [0, 31],
        [10, 20],
        [100, 31],
      ],
      undefined,
      [fired, 'resolved at 70 since 0', 'firing at 100 since 100'],
    ],
  ])('%s', (_, points, endMs, events) => {
    expect(evaluate(terms(0, 60), points, endMs).events).toEqual(events);
  });
});

describe('late readings', () => {
  test('change nothing and are told', () => {
    const { events, late } = evaluate(terms(0, 0), [
      [10, 20],
      [5, 99],
      [10, 99],
      [20, 20],
    ]);
    expect(events).toEqual([]);
    expect(late).toBe(2);
  });

  test('a timer makes everything before its moment late, but not that moment itself', () => {
    const rule = terms(60, 0);
    const { state } = evaluate(rule, [[0, 31]], 60);
    expect(state?.phase).toBe('firing');
    expect(applyReading(rule, state, { timeMs: 59, value: 20, receivedAtMs: 59 })).toBe('late');
    expect(applyReading(rule, state, { timeMs: 60, value: 20, receivedAtMs: 60 })).toMatchObject({
      transitions: [{ transition: 'resolved', atMs: 60 }],
    });
  });
});

test('a transition carries the value that held', () => {
  const rule = terms(60, 0);
  const first = applyReading(rule, undefined, { timeMs: 0, value: 31, receivedAtMs: 0 });
  const second =
    first !== 'late' && applyReading(rule, first.state, { timeMs: 30, value: 35, receivedAtMs: 30 });
  if (second === false || second === 'late') throw new Error('late');
  expect(advance(rule, second.state, 60).transitions).toMatchObject([{ value: 35 }]);
});

test('a timer waits in the clock of the device', () => {
  const rule = terms(60_000, 0);
  const hour = 3_600_000;
  const step = applyReading(rule, undefined, { timeMs: 1000, value: 31, receivedAtMs: 1000 + hour });
  if (step === 'late') throw new Error('late');
  expect(dueAtMs(rule, step.state)).toBe(61_000);
  expect(timerAtMs(rule, step.state)).toBe(61_000 + hour);
});

/**
 * Plain evaluation over the whole history, moment by moment: at each one the value that holds, and for how long it has
 * been one that breaches or clears.
 */
function oracle(rule: AlertTerms, history: readonly Point[], endMs: number): string[] {
  const events: string[] = [];
  const values = new Map(history);
  let value: number | undefined;
  let isOpen = false;
  let since: number | undefined;
  let startedAt = 0;
  const lastsFor = (durationMs: number, nowMs: number): boolean =>
    since !== undefined && nowMs - since >= durationMs;
  const check = (nowMs: number): void => {
    if (!isOpen && lastsFor(rule.forMs, nowMs)) {
      isOpen = true;
      startedAt = since ?? 0;
      since = undefined;
      events.push(`firing at ${nowMs} since ${startedAt}`);
    } else if (isOpen && lastsFor(rule.clearForMs, nowMs)) {
      isOpen = false;
      since = undefined;
      events.push(`resolved at ${nowMs} since ${startedAt}`);
    }
  };
  for (let nowMs = 0; nowMs <= endMs; nowMs++) {
    check(nowMs);
    value = values.get(nowMs);
    if (value === undefined) continue;
    const holds = isOpen ? rule.clears(value) : rule.breaches(value);
    since = holds ? (since ?? nowMs) : undefined;
    check(nowMs);
  }
  return events;
}

test('equals a plain evaluation over the history, with restarts, duplicates, late readings and timers', () => {
  const point = fc.record({
    gapMs: fc.integer({ min: 1, max: 30 }),
    value: fc.integer({ min: 26, max: 32 }),
    restart: fc.boolean(),
    /** How far before the newest reading a repeated or late one lies; none where undefined. */
    lateByMs: fc.option(fc.integer({ min: 0, max: 40 }), { nil: undefined }),
    timer: fc.boolean(),
  });
  const duration = fc.integer({ min: 0, max: 40 });
  fc.assert(
    fc.property(fc.array(point, { maxLength: 40 }), duration, duration, (points, forMs, clearForMs) => {
      const rule = terms(forMs, clearForMs);
      const history: Point[] = [];
      const events: string[] = [];
      let state: AlertState | undefined;
      let nowMs = 0;
      for (const { gapMs, value, restart, lateByMs, timer } of points) {
        // A timer looks at any moment up to the next reading: never after one that has yet to come.
        if (timer && state) {
          const step = advance(rule, state, nowMs + gapMs);
          state = step.state;
          for (const t of step.transitions)
            events.push(`${t.transition} at ${t.atMs} since ${t.startedAtMs}`);
        }
        nowMs += gapMs;
        history.push([nowMs, value]);
        const step = applyReading(rule, state, { timeMs: nowMs, value, receivedAtMs: nowMs });
        if (step === 'late') throw new Error('a reading in order is not late');
        state = step.state;
        for (const t of step.transitions) events.push(`${t.transition} at ${t.atMs} since ${t.startedAtMs}`);
        if (lateByMs !== undefined) {
          const late = { timeMs: nowMs - lateByMs, value: 99, receivedAtMs: nowMs };
          expect(applyReading(rule, state, late)).toBe('late');
        }
        if (restart) {
          const read = parseAlertState(JSON.parse(JSON.stringify(state)));
          if (!read.ok) throw new Error(JSON.stringify(read.problems));
          expect(read.value).toEqual(state);
          state = read.value;
        }
      }
      if (state) {
        for (const t of advance(rule, state, nowMs + 100).transitions)
          events.push(`${t.transition} at ${t.atMs} since ${t.startedAtMs}`);
      }
      expect(events).toEqual(oracle(rule, history, nowMs + 100));
    }),
    { numRuns: 2000 },
  );
});

test('a state that was stored is checked', () => {
  expect(parseAlertState({ phase: 'pending', evaluatedToMs: 1, lagMs: 0, sinceMs: 'x', value: 3 })).toEqual({
    ok: false,
    problems: [{ field: 'sinceMs', fault: 'must be a number' }],
  });
  expect(parseAlertState(null).ok).toBe(false);
  expect(parseAlertState({ phase: 'odd' }).ok).toBe(false);
});

test('editing name, severity, scope or receivers keeps the condition; editing anything else changes it', () => {
  const conditionOf = (edit: Partial<Record<keyof Rule, unknown>>): string => {
    const params = { operator: '>', threshold: 30 };
    const scope = { devices: ['*'], metric: 'temperature' };
    const parsed = parseRule({ id: 'hot', name: 'Hot', scope, kind: 'threshold', params, ...edit });
    if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
    return compileRule(parsed.rule).condition;
  };
  const condition = conditionOf({});
  expect(conditionOf({ name: 'Warm', severity: 'info', notify: { webhooks: ['http://a.example/'] } })).toBe(
    condition,
  );
  expect(conditionOf({ params: { threshold: 30, operator: '>' } })).toBe(condition);
  expect(conditionOf({ params: { operator: '>', threshold: 31 } })).not.toBe(condition);
  expect(conditionOf({ forMs: 1 })).not.toBe(condition);
  expect(conditionOf({ clearForMs: 1 })).not.toBe(condition);
});
