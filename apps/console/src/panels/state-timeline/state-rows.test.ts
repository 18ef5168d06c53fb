import { describe, expect, it } from '@jest/globals';
import {
  createTheme,
  FieldType,
  getDisplayProcessor,
  toDataFrame,
  MappingType,
  SpecialValueMatch,
  ThresholdsMode,
  type Field,
  type FieldConfig,
} from '@grafana/data';
import {
  distinctStates,
  hasStates,
  sampleDistanceMs,
  spanAt,
  stateRows,
  type StateRules,
} from './state-rows.js';
import { withNavigator } from '../shared/testing-navigator.js';

withNavigator();
const theme = createTheme();
const END = 1_000;

function frame(
  times: unknown[],
  values: unknown[],
  config: FieldConfig = {},
  type = FieldType.string,
  ends?: unknown[],
) {
  const built = toDataFrame({
    fields: [
      { name: 'time', type: FieldType.time, values: times },
      { name: 'state', type, values, config },
      ...(ends === undefined ? [] : [{ name: 'end', type: FieldType.time, values: ends }]),
    ],
  });
  for (const field of built.fields) field.display = getDisplayProcessor({ field, theme });
  return built;
}

const spansOf = (built: ReturnType<typeof frame>, rules: Partial<StateRules> = {}) =>
  stateRows([built], { merge: true, end: END, ...rules }, theme)[0]?.spans.map(({ from, to, text }) => [
    from,
    to,
    text,
  ]);

describe('stateRows', () => {
  it.each([
    [
      'a state lasts until the next',
      frame([0, 100], ['on', 'off']),
      [
        [0, 100, 'on'],
        [100, END, 'off'],
      ],
    ],
    [
      'equal states are one',
      frame([0, 50, 100], ['on', 'on', 'off']),
      [
        [0, 100, 'on'],
        [100, END, 'off'],
      ],
    ],
    [
      'null ends a state',
      frame([0, 50, 100], ['on', null, 'off']),
      [
        [0, 50, 'on'],
        [100, END, 'off'],
      ],
    ],
    ['null ends the last state', frame([0, 50], ['on', null]), [[0, 50, 'on']]],
    [
      'undefined is no value of the series',
      frame([0, 50, 100], ['on', undefined, 'off']),
      [
        [0, 100, 'on'],
        [100, END, 'off'],
      ],
    ],
    [
      'states out of order',
      frame([100, 0], ['off', 'on']),
      [
        [0, 100, 'on'],
        [100, END, 'off'],
      ],
    ],
    ['one state', frame([0], ['on']), [[0, END, 'on']]],
    ['a state that begins at the end', frame([END], ['on']), []],
    ['times that are none', frame([null, Number.NaN], ['on', 'off']), []],
    ['numbers that are none', frame([0, 50], [1, Number.NaN], {}, FieldType.number), [[0, 50, '1']]],
    [
      'booleans',
      frame([0, 50], [true, false], {}, FieldType.boolean),
      [
        [0, 50, 'true'],
        [50, END, 'false'],
      ],
    ],
  ])('%s', (_name, built, expected) => {
    expect(spansOf(built)).toEqual(expected);
  });

  it('keeps equal states apart where merging is off', () => {
    expect(spansOf(frame([0, 50], ['on', 'on']), { merge: false })).toEqual([
      [0, 50, 'on'],
      [50, END, 'on'],
    ]);
  });

  it.each([
    ['all gaps', true, [[0, END, 'on']]],
    ['gaps that are short enough', 60, [[0, END, 'on']]],
    [
      'no longer gap than allowed',
      40,
      [
        [0, 50, 'on'],
        [100, END, 'on'],
      ],
    ],
  ])('bridges %s', (_name, spanNulls, expected) => {
    expect(spansOf(frame([0, 50, 100], ['on', null, 'on'], { custom: { spanNulls } }))).toEqual(expected);
  });

  it('shows null as a state where a mapping names it', () => {
    const mappings: FieldConfig['mappings'] = [
      {
        type: MappingType.SpecialValue,
        options: { match: SpecialValueMatch.Null, result: { text: 'away', index: 0 } },
      },
    ];
    expect(spansOf(frame([0, 50], ['on', null], { mappings }))).toEqual([
      [0, 50, 'on'],
      [50, END, 'away'],
    ]);
  });

  it('merges numbers that are coloured by the same threshold', () => {
    const config: FieldConfig = {
      color: { mode: 'thresholds' },
      thresholds: {
        mode: ThresholdsMode.Absolute,
        steps: [
          { value: Number.NEGATIVE_INFINITY, color: 'green' },
          { value: 80, color: 'red' },
        ],
      },
    };
    expect(spansOf(frame([0, 10, 20], [1, 2, 90], config, FieldType.number))).toEqual([
      [0, 20, '< 80'],
      [20, END, '80+'],
    ]);
  });

  it('ends states at the times of a second time field', () => {
    expect(spansOf(frame([0, 100], ['on', 'off'], {}, FieldType.string, [40, 500]))).toEqual([
      [0, 40, 'on'],
      [100, 500, 'off'],
    ]);
  });

  it('makes a box around each value of a status history', () => {
    expect(spansOf(frame([0, 100, 200], ['on', null, 'on']), { merge: false, sampleMs: 80 })).toEqual([
      [-40, 40, 'on'],
      [160, 240, 'on'],
    ]);
  });

  it.each([
    ['no fields', toDataFrame({ fields: [] })],
    ['no time', toDataFrame({ fields: [{ name: 'a', values: ['x'] }] })],
    ['no rows', frame([], [])],
  ])('has no states of %s', (_name, built) => {
    expect(hasStates(stateRows([built], { merge: true, end: END }, theme))).toBe(false);
  });

  it('leaves out hidden series', () => {
    const hidden = { custom: { hideFrom: { viz: true } } };
    expect(stateRows([frame([0], ['on'], hidden)], { merge: true, end: END }, theme)).toEqual([]);
  });
});

describe('spanAt', () => {
  const spans = [
    [0, 10],
    [10, 20],
    [30, 40],
  ].map(([from = 0, to = 0]) => ({ from, to, text: '', color: '', index: 0 }));
  it.each([
    [-1, undefined],
    [0, 0],
    [9, 0],
    [10, 1],
    [25, undefined],
    [30, 2],
    [40, undefined],
  ])('at %d', (time, expected) => {
    expect(spanAt(spans, time)).toBe(expected);
  });
});

describe('sampleDistanceMs', () => {
  it.each([
    [[], undefined],
    [[5], undefined],
    [[0, 10, 15, 30], 5],
    [[5, 5, 25], 20],
  ])('of %j', (times, expected) => {
    expect(sampleDistanceMs([frame(times, times.map(String))])).toBe(expected);
  });
});

describe('distinctStates', () => {
  it('has each text and colour once', () => {
    const span = (text: string, color: string) => ({ from: 0, to: 1, text, color, index: 0 });
    const field = {} as Field;
    const rows = [
      { name: 'a', field, spans: [span('on', 'green'), span('off', 'red')] },
      { name: 'b', field, spans: [span('on', 'green'), span('on', 'blue')] },
    ];
    expect(distinctStates(rows)).toEqual([
      { text: 'on', color: 'green' },
      { text: 'off', color: 'red' },
      { text: 'on', color: 'blue' },
    ]);
  });
});
