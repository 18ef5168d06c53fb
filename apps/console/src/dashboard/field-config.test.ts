import { describe, expect, test } from '@jest/globals';
import {
  applyFieldOverrides,
  createTheme,
  formattedValueToString,
  toDataFrame,
  type FieldConfigSource,
} from '@grafana/data';
import { fieldConfigRegistry, withDefaultFieldConfig, withDefaultOptions } from './field-config.js';
import { toggleSeries, withVisibility } from './visibility.js';
import { interpolator } from './interpolate.js';
import { evaluateRange } from './time-range.js';

Object.assign(globalThis, { navigator: { language: 'en', languages: ['en'] }, window: globalThis });

const kind = {
  options: { legend: { calcs: [], show: true } },
  custom: { lineWidth: 1, hideFrom: { viz: false, legend: false } },
  colorMode: 'palette-classic',
};
const frame = toDataFrame({
  refId: 'A',
  fields: [
    { name: 'a', values: [1.234, 90] },
    { name: 'b', values: [2, 3], labels: { site: 'n' } },
    { name: 'text', values: ['on', 'off'] },
  ],
});
const replaceVariables = interpolator({
  values: new Map(),
  range: evaluateRange({ from: 'now-1h', to: 'now' }, 'utc'),
  timeZone: 'utc',
  dashboard: { uid: 'u', title: 't' },
  timeParams: '',
  variableParams: () => '',
});
const apply = (config: FieldConfigSource) =>
  applyFieldOverrides({
    data: [frame],
    fieldConfig: config,
    fieldConfigRegistry: fieldConfigRegistry(config.defaults.custom ?? {}),
    replaceVariables,
    theme: createTheme(),
    timeZone: 'utc',
  })[0]?.fields ?? [];
const shown = (fields: ReturnType<typeof apply>, column: number, row: number): string => {
  const field = fields[column];
  return field?.display === undefined ? '' : formattedValueToString(field.display(field.values[row]));
};

test('options of a panel go over those of its type, lists whole', () => {
  expect(withDefaultOptions({ legend: { calcs: ['max'] }, more: 1 }, kind)).toEqual({
    legend: { calcs: ['max'], show: true },
    more: 1,
  });
});

test('a panel that says nothing looks as in Grafana', () => {
  const { defaults } = withDefaultFieldConfig({ defaults: {}, overrides: [] }, kind);
  expect(defaults).toMatchObject({
    color: { mode: 'palette-classic' },
    mappings: [],
    custom: { lineWidth: 1 },
    thresholds: {
      mode: 'absolute',
      steps: [
        { value: Number.NEGATIVE_INFINITY, color: 'green' },
        { value: 80, color: 'red' },
      ],
    },
  });
});

describe('field configuration', () => {
  const config = withDefaultFieldConfig(
    {
      defaults: { unit: 'celsius', decimals: 1, custom: { lineWidth: 3 }, displayName: '${__field.name}!' },
      overrides: [
        {
          matcher: { id: 'byName', options: 'b!' },
          properties: [
            { id: 'unit', value: 'volt' },
            { id: 'custom.lineWidth', value: 0 },
            { id: 'custom.hideFrom.legend', value: true },
          ],
        },
        {
          matcher: { id: 'byType', options: 'string' },
          properties: [
            { id: 'mappings', value: [{ type: 'value', options: { on: { text: 'On', color: 'green' } } }] },
            { id: 'unit', value: 'string' },
          ],
        },
        {
          matcher: { id: 'byFrameRefID', options: 'A' },
          properties: [
            {
              id: 'links',
              value: [
                { title: 'go', url: '/d/x?v=${__data.fields.text:percentencode}&l=${__field.labels.site}' },
              ],
            },
          ],
        },
        { matcher: { id: 'noSuchMatcher' }, properties: [{ id: 'unit', value: 'watt' }] },
      ],
    },
    kind,
  );
  const fields = apply(config);

  test('defaults, units and decimals', () => {
    expect(shown(fields, 0, 0)).toBe('1.2 °C');
    expect(fields[0]?.config).toMatchObject({
      displayName: 'a!',
      custom: { lineWidth: 3, hideFrom: { legend: false } },
    });
  });

  test('overrides, also deep ones, of one field alone', () => {
    expect(shown(fields, 1, 0)).toBe('2.0 V');
    expect(fields[1]?.config.custom).toEqual({ lineWidth: 0, hideFrom: { viz: false, legend: true } });
    expect(shown(fields, 2, 0)).toBe('On');
  });

  test('colours by threshold are those of the theme', () => {
    const [field] = apply(
      withDefaultFieldConfig({ defaults: { color: { mode: 'thresholds' } }, overrides: [] }, kind),
    );
    const theme = createTheme();
    expect(field?.display?.(90).color).toBe(theme.visualization.getColorByName('red'));
    expect(field?.display?.(1).color).toBe(theme.visualization.getColorByName('green'));
  });

  test('links take values from their row', () => {
    expect(fields[1]?.getLinks?.({ valueRowIndex: 1 })[0]?.href).toBe('/d/x?v=off&l=n');
  });
});

describe('series that are shown', () => {
  const all = ['a', 'b', 'c'];
  test.each<
    [string, readonly string[] | undefined, string, 'select' | 'append', readonly string[] | undefined]
  >([
    ['one alone', undefined, 'a', 'select', ['a']],
    ['all again', ['a'], 'a', 'select', undefined],
    ['another alone', ['a'], 'b', 'select', ['b']],
    ['all but one', undefined, 'b', 'append', ['a', 'c']],
    ['one more', ['a'], 'b', 'append', ['a', 'b']],
    ['all after the last', ['a', 'b'], 'c', 'append', undefined],
    ['all rather than none', ['a'], 'a', 'append', undefined],
  ])('%s', (_, visible, label, mode, after) => {
    expect(toggleSeries(visible, label, mode, all)).toEqual(after);
  });

  test('the others are hidden in the picture, not in the legend', () => {
    const config = withVisibility(withDefaultFieldConfig({ defaults: {}, overrides: [] }, kind), ['a']);
    const [a, b] = apply(config);
    expect(a?.config.custom).toMatchObject({ hideFrom: { viz: false } });
    expect(b?.config.custom).toMatchObject({ hideFrom: { viz: true, legend: false } });
  });
});
