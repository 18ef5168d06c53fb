import { describe, expect, test } from '@jest/globals';
import { chooseValues, queryVariables, resolveVariables, variableValues } from './resolve-variables.js';
import { evaluateRange } from './time-range.js';
import { ALL, inOrderOfDependence, readVariables, type VariableModel } from './variable-model.js';

const options = (...values: string[]) => values.map((value) => ({ value, text: value.toUpperCase() }));
const one = (json: object): VariableModel => {
  const [variable] = readVariables([{ type: 'query', name: 'v', query: 'SELECT 1', ...json }]);
  if (variable === undefined) throw new Error('no variable');
  return variable;
};
const resolve = (
  list: readonly object[],
  asked: Record<string, string[]> = {},
  rows: Record<string, string[]> = {},
) => {
  const told: string[] = [];
  const range = evaluateRange({ from: 'now-1h', to: 'now' }, 'utc');
  const resolved = resolveVariables({
    variables: readVariables(list),
    asked: (name) => asked[name],
    range,
    fetchOptions: async ({ name }, variables) => {
      told.push(`${name} ${JSON.stringify(variables)}`);
      if (name === 'broken') throw new Error('no such table');
      return options(...(rows[name] ?? []));
    },
  });
  return resolved.then((all) => ({ all, told }));
};

describe('choice of values', () => {
  test.each<[string, object, string[], string[], string[]]>([
    ['the first option', {}, ['a', 'b'], [], ['a']],
    ['nothing of nothing', {}, [], [], []],
    ['All where there is no choice', { includeAll: true, multi: true }, ['a'], [], [ALL]],
    ['what is asked', {}, ['a', 'b'], ['b'], ['b']],
    ['one of several asked where one may be chosen', {}, ['a', 'b'], ['b', 'a'], ['b']],
    ['several where several may', { multi: true }, ['a', 'b', 'c'], ['c', 'a'], ['c', 'a']],
    ['All by its name', { includeAll: true }, ['a'], ['All'], [ALL]],
    ['"All" of a variable that has none', { allowCustomValue: false }, ['a'], [ALL], ['a']],
    ['a value that is no option, where the list takes others', {}, ['a'], ['z'], ['z']],
    ['not where it does not', { allowCustomValue: false }, ['a'], ['z'], ['a']],
    ['what the file chose', { current: { value: 'b' } }, ['a', 'b'], [], ['b']],
    ['not when that is gone', { current: { value: 'z' } }, ['a', 'b'], [], ['a']],
  ])('%s', (_, json, values, asked, chosen) => {
    expect(chooseValues(one(json), options(...values), asked)).toEqual(chosen);
  });
});

describe('variables that depend on each other', () => {
  const site = { type: 'query', name: 'site', query: 'SELECT site' };
  const device = { type: 'query', name: 'device', query: "SELECT id WHERE site = '$site'" };

  test('are asked in their order, and listed in that of the file', async () => {
    const { all, told } = await resolve(
      [device, site],
      { device: ['d2'] },
      { site: ['s1', 's2'], device: ['d1', 'd2'] },
    );
    expect(told).toEqual(['site {}', 'device {"site":"s1"}']);
    expect(all.map(({ model, chosen }) => [model.name, chosen])).toEqual([
      ['device', ['d2']],
      ['site', ['s1']],
    ]);
  });

  test('a circle ends', () => {
    const circle = readVariables([
      { type: 'query', name: 'a', query: '$b' },
      { type: 'query', name: 'b', query: '$a' },
    ]);
    expect(inOrderOfDependence(circle).map(({ name }) => name)).toEqual(['b', 'a']);
  });

  test('a query that fails says why, and the others go on', async () => {
    const { all } = await resolve(
      [{ type: 'query', name: 'broken', query: 'x' }, site],
      {},
      { site: ['s1'] },
    );
    expect(all[0]).toMatchObject({ fault: 'no such table', options: [], chosen: [] });
    expect(all[1]?.chosen).toEqual(['s1']);
  });
});

describe('what is told of them', () => {
  const list = [
    { type: 'query', name: 'metric', multi: true, includeAll: true, query: 'x' },
    { type: 'query', name: 'site', includeAll: true, allValue: '.*', query: 'x' },
    { type: 'custom', name: 'top', query: '5, Ten : 10' },
    { type: 'interval', name: 'step', query: '1m,10m', auto: true, auto_count: 60, auto_min: '10s' },
    { type: 'textbox', name: 'word', query: 'hello $top' },
  ];
  const rows = { metric: ['m1', 'm2'], site: ['s1'] };

  test('to the server: lists, All by its own value, an interval that follows the range', async () => {
    const { all } = await resolve(list, { step: ['$__auto'] }, rows);
    expect(queryVariables(all)).toEqual({
      metric: ['m1', 'm2'],
      site: ALL,
      top: '5',
      step: '1m',
      word: 'hello 5',
    });
  });

  test('to people: their texts', async () => {
    const { all } = await resolve(list, { top: ['10'], metric: ['m2'] }, rows);
    const values = variableValues(all);
    expect(values.get('top')).toEqual({ name: 'top', value: '10', text: 'Ten' });
    expect(values.get('metric')).toEqual({ name: 'metric', value: ['m2'], text: ['M2'] });
    expect(values.get('site')).toEqual({ name: 'site', value: '.*', text: 'All' });
  });
});
