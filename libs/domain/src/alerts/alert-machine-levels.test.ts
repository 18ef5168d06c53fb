import { describe, expect, test } from '@jest/globals';
import { advance, type AlertTerms, applyObservation, beginWith, dueAtMs } from './alert-machine.js';
import { evaluate, type Point, SILENCE, terms } from './machine-support.js';

describe('levels', () => {
  test.each<[string, Point[], string[]]>([
    [
      'move one alert up and down',
      [
        [10, 31],
        [20, 41],
        [30, 39],
        [40, 38],
        [50, 28],
      ],
      [
        'firing at 10 since 10',
        'severity 1 to 2 at 20 since 10',
        'severity 2 to 1 at 40 since 10',
        'resolved at 50 since 10',
      ],
    ],
    [
      'fire and clear together where one value passes both',
      [
        [10, 45],
        [20, 20],
      ],
      ['firing at 10 since 10', 'resolved at 20 since 10'],
    ],
  ])('%s', (_, points, events) => {
    expect(evaluate(terms(0, 0), points).events).toEqual(events);
  });

  test('each has a duration of its own', () => {
    const points: Point[] = [
      [0, 31],
      [20, 41],
      [200, 35],
      [250, 20],
    ];
    expect(evaluate(terms(60, 60), points, 500).events).toEqual([
      'firing at 60 since 0',
      'severity 1 to 2 at 80 since 0',
      'severity 2 to 1 at 260 since 0',
      'resolved at 310 since 0',
    ]);
  });
});

describe('what changes with time alone', () => {
  test('changes at its own moment, noticed by a timer or by the next observation', () => {
    expect(evaluate(SILENCE, [[0, 1]], 1000).events).toEqual(['firing at 100 since 100']);
    expect(
      evaluate(SILENCE, [
        [0, 1],
        [300, 1],
      ]).events,
    ).toEqual(['firing at 100 since 100', 'resolved at 300 since 100']);
  });

  test('comes before an observation of that very moment', () => {
    const points: Point[] = [
      [0, 1],
      [100, 1],
    ];
    expect(evaluate(SILENCE, points).events).toEqual([
      'firing at 100 since 100',
      'resolved at 100 since 100',
    ]);
  });

  test('starts durations', () => {
    const rule = { ...SILENCE, forMs: 50 };
    expect(evaluate(rule, [[0, 1]], 149).events).toEqual([]);
    expect(evaluate(rule, [[0, 1]], 150).events).toEqual(['firing at 150 since 100']);
  });

  test('is due when it changes, then when the duration ends, then never', () => {
    const rule = { ...SILENCE, forMs: 50 };
    const at = (endMs: number): number | undefined => {
      const { state } = evaluate(rule, [[0, 1]], endMs);
      return state && dueAtMs(rule, state);
    };
    expect([at(0), at(100), at(150)]).toEqual([100, 150, undefined]);
  });

  test('does not make readings late while nothing has changed', () => {
    const { state } = evaluate(SILENCE, [[0, 1]], 99);
    expect(applyObservation(SILENCE, state, { timeMs: 1, value: 1, receivedAtMs: 1 })).not.toBe('late');
  });
});

test('where a duration ends as time changes the value, the value is what had held', () => {
  const rising: AlertTerms = {
    ...SILENCE,
    forMs: 100,
    assess: (_, atMs) => ({ breached: atMs < 200 ? 1 : 0, held: 0, value: atMs < 200 ? 7 : 3 }),
    changesAtMs: (_, afterMs) => (afterMs < 200 ? 200 : undefined),
  };
  const first = applyObservation(rising, undefined, { timeMs: 100, value: 1, receivedAtMs: 100 });
  if (first === 'late') throw new Error('late');
  expect(advance(rising, first.state, 200).transitions).toMatchObject([
    { transition: 'firing', atMs: 200, value: 7 },
    { transition: 'resolved', atMs: 200, value: 3 },
  ]);
});

test('where ties count, an observation of the last moment is applied', () => {
  const rule = { ...terms(0, 0), takesTies: true };
  const { events, late } = evaluate(rule, [
    [10, 31],
    [10, 20],
    [9, 31],
  ]);
  expect(events).toEqual(['firing at 10 since 10', 'resolved at 10 since 10']);
  expect(late).toBe(1);
});

describe('beginning with what was observed last', () => {
  const last = { timeMs: 100, value: 31, receivedAtMs: 150 };

  test('judges it at its own moment', () => {
    expect(beginWith(terms(0, 0), undefined, last)).toMatchObject({
      state: { evaluatedToMs: 100, lagMs: 50 },
      transitions: [{ transition: 'firing', atMs: 100, startedAtMs: 100, value: 31 }],
    });
    expect(dueAtMs(terms(60, 0), beginWith(terms(60, 0), undefined, last).state)).toBe(160);
  });

  test('forgets what other terms made of it, but not how far they came', () => {
    const { state: before } = evaluate(terms(0, 0), [[500, 45]]);
    const { state, transitions } = beginWith(terms(0, 0), before, last);
    expect(transitions).toMatchObject([{ level: 1 }]);
    expect(state).toMatchObject({ evaluatedToMs: 500, memory: { value: 31 }, levels: [{ sinceMs: 100 }] });
    expect(applyObservation(terms(0, 0), state, { timeMs: 500, value: 1, receivedAtMs: 500 })).toBe('late');
  });

  test('until something is observed, nothing holds and nothing is due', () => {
    const { state } = evaluate(SILENCE, [[500, 1]]);
    if (state === undefined) throw new Error('nothing was evaluated');
    const emptied = { ...state, memory: null };
    expect(dueAtMs(SILENCE, emptied)).toBeUndefined();
    expect(advance(SILENCE, emptied, 10_000)).toEqual({ state: emptied, transitions: [] });
    const step = applyObservation(SILENCE, emptied, { timeMs: 600, value: 1, receivedAtMs: 600 });
    expect(step).toMatchObject({ state: { memory: { timeMs: 600 } } });
  });
});
