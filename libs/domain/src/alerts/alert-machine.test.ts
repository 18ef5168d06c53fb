import { describe, expect, test } from '@jest/globals';
import { advance, applyObservation, dueAtMs, timerAtMs } from './alert-machine.js';
import { evaluate, type Point, terms } from './machine-support.js';

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
    expect(state?.levels).toMatchObject([{ isFiring: true }]);
    expect(applyObservation(rule, state, { timeMs: 59, value: 20, receivedAtMs: 59 })).toBe('late');
    expect(applyObservation(rule, state, { timeMs: 60, value: 20, receivedAtMs: 60 })).toMatchObject({
      transitions: [{ transition: 'resolved', atMs: 60 }],
    });
  });
});

test('a transition carries the value that held', () => {
  const rule = terms(60, 0);
  const first = applyObservation(rule, undefined, { timeMs: 0, value: 31, receivedAtMs: 0 });
  const second =
    first !== 'late' && applyObservation(rule, first.state, { timeMs: 30, value: 35, receivedAtMs: 30 });
  if (second === false || second === 'late') throw new Error('late');
  expect(advance(rule, second.state, 60).transitions).toMatchObject([{ value: 35 }]);
});

test('a timer waits in the clock of the device', () => {
  const rule = terms(60_000, 0);
  const hour = 3_600_000;
  const step = applyObservation(rule, undefined, { timeMs: 1000, value: 31, receivedAtMs: 1000 + hour });
  if (step === 'late') throw new Error('late');
  expect(dueAtMs(rule, step.state)).toBe(61_000);
  expect(timerAtMs(rule, step.state)).toBe(61_000 + hour);
});
