import { describe, expect, test } from '@jest/globals';
import { FieldType, toDataFrame, type DataFrame } from '@grafana/data';
import { configFromData, partitionByValues, rowsToFields, transformFrames } from './transformers.js';

Object.assign(globalThis, { window: globalThis });

const rows = (frame: DataFrame | undefined) => frame?.fields.map(({ name, values }) => [name, [...values]]);
const same = (text: string): string => text;

describe('transformations of the core', () => {
  const data = toDataFrame({
    refId: 'A',
    fields: [
      { name: 'time', type: FieldType.time, values: [1, 2] },
      { name: 'value', values: [20, 21] },
    ],
  });

  test('configuration from a query, which is then left out', () => {
    const config = toDataFrame({
      refId: 'B',
      fields: [
        { name: 'unit', values: ['celsius'] },
        { name: 'Max', values: ['40'] },
        { name: 'limit', values: [30] },
      ],
    });
    const made = configFromData([data, config], {
      configRefId: 'B',
      mappings: [
        { fieldName: 'unit', handlerKey: 'unit' },
        {
          fieldName: 'limit',
          handlerKey: 'threshold1',
          handlerArguments: { threshold: { color: 'orange' } },
        },
      ],
      applyTo: { id: 'byType', options: 'number' },
    });
    expect(made).toHaveLength(1);
    expect(made[0]?.fields[0]?.config).toEqual({});
    expect(made[0]?.fields[1]?.config).toEqual({
      unit: 'celsius',
      max: 40,
      thresholds: { mode: 'absolute', steps: [{ value: 30, color: 'orange' }] },
    });
  });

  test('a query without rows changes nothing', () => {
    const config = toDataFrame({ refId: 'B', fields: [{ name: 'unit', values: [] }] });
    const [made] = configFromData([data, config], { configRefId: 'B', mappings: [] });
    expect(made?.fields[1]?.config).toEqual({});
  });

  test('rows to fields', () => {
    const frame = toDataFrame({
      fields: [
        { name: 'name', values: ['a', 'b'] },
        { name: 'value', values: [1, 2] },
        { name: 'site', values: ['n', 's'] },
        { name: 'unit', values: ['volt', null] },
      ],
    });
    const made = rowsToFields(frame, {});
    expect(rows(made)).toEqual([
      ['a', [1]],
      ['b', [2]],
    ]);
    expect(made.fields.map(({ labels, config }) => [labels, config])).toEqual([
      [{ site: 'n' }, { unit: 'volt' }],
      [{ site: 's' }, {}],
    ]);
  });

  test('partition by values, with labels', () => {
    const frame = toDataFrame({
      fields: [
        { name: 'time', type: FieldType.time, values: [1, 2, 3] },
        { name: 'metric', values: ['x', 'y', 'x'] },
        { name: 'value', values: ['on', 'off', 'off'] },
      ],
    });
    const made = partitionByValues([frame], { fields: ['metric'], naming: { asLabels: true } });
    expect(made.map(rows)).toEqual([
      [
        ['time', [1, 3]],
        ['value', ['on', 'off']],
      ],
      [
        ['time', [2]],
        ['value', ['off']],
      ],
    ]);
    expect(made[1]?.fields[1]?.labels).toEqual({ metric: 'y' });
  });

  test('partition by values, with names', () => {
    const frame = toDataFrame({
      fields: [
        { name: 'metric', values: ['x'] },
        { name: 'value', values: [1] },
      ],
    });
    const [made] = partitionByValues([frame], {
      fields: ['metric'],
      keepFields: true,
      naming: { asLabels: false, withNames: true },
    });
    expect(made).toMatchObject({ name: 'metric=x', length: 1 });
    expect(made?.fields).toHaveLength(2);
  });
});

describe('a chain of transformations', () => {
  const frame = toDataFrame({
    refId: 'A',
    fields: [
      { name: 'device', values: ['b', 'a', 'b'] },
      { name: 'value', values: [3, 1, 2] },
    ],
  });

  test('goes through those of @grafana/data', async () => {
    const made = await transformFrames(
      [frame],
      [
        {
          id: 'groupBy',
          options: {
            fields: {
              device: { operation: 'groupby', aggregations: [] },
              value: { operation: 'aggregate', aggregations: ['sum'] },
            },
          },
        },
        { id: 'sortBy', options: { sort: [{ field: 'device' }] } },
        { id: 'organize', options: { renameByName: { device: 'Device', 'value (sum)': 'Total' } } },
        { id: 'limit', options: { limitField: 1 }, disabled: true },
      ],
      same,
    );
    expect(made[0]?.fields.map(({ config, values }) => [config.displayName, [...values]])).toEqual([
      ['Device', ['a', 'b']],
      ['Total', [1, 5]],
    ]);
  });

  test.each([
    'reduce',
    'merge',
    'filterFieldsByName',
    'joinByField',
    'seriesToColumns',
    'calculateField',
    'seriesToRows',
    'renameByRegex',
    'filterByValue',
    'labelsToFields',
    'groupingToMatrix',
    'prepareTimeSeries',
  ])('%s is known', async (id) => {
    await expect(transformFrames([], [{ id, options: {} }], same)).resolves.toBeDefined();
  });

  test('says which one it does not know', async () => {
    await expect(transformFrames([frame], [{ id: 'spatial', options: {} }], same)).rejects.toThrow(
      '"spatial"',
    );
  });
});
