import { describe, expect, test } from '@jest/globals';
import { RULE_KINDS } from '@fieldstream/domain';
import { DURATION_FAULT } from './duration-text.js';
import { DURATION_FIELDS, translateChannel, translateRule } from './yaml-fields.js';

describe('a rule', () => {
  test('has durations with units wherever the API has milliseconds', () => {
    const { value, problems } = translateRule({
      id: 'a',
      for: '5m',
      clearFor: '30s',
      params: {
        window: '10m',
        within: '1h',
        after: '1d',
        hold: '90s',
        levels: [{ severity: 'info', after: '2d' }, 7],
      },
    });
    expect(problems).toEqual([]);
    expect(value).toEqual({
      id: 'a',
      forMs: 300_000,
      clearForMs: 30_000,
      params: {
        windowMs: 600_000,
        withinMs: 3_600_000,
        afterMs: 86_400_000,
        holdMs: 90_000,
        levels: [{ severity: 'info', afterMs: 172_800_000 }, 7],
      },
    });
  });

  test('may have milliseconds too, and other names are left alone', () => {
    const rule = {
      forMs: 5,
      window: '5m',
      params: { windowMs: 5, per: 'device', perMs: 1, for: '5m' },
      scope: { labels: { after: '5m' } },
    };
    expect(translateRule(rule)).toEqual({ value: rule, problems: [], written: new Map() });
  });

  test.each<[what: string, rule: Record<string, unknown>, field: string, fault: string]>([
    ['without a unit', { for: 300 }, 'for', DURATION_FAULT],
    ['empty', { clearFor: null }, 'clearFor', DURATION_FAULT],
    ['with an unknown unit', { params: { window: '5 minutes' } }, 'params.window', DURATION_FAULT],
    ['in a level', { params: { levels: [{}, { after: '' }] } }, 'params.levels[1].after', DURATION_FAULT],
    [
      'both ways',
      { for: '5m', forMs: 300_000 },
      'for',
      'stands for forMs in another unit, and both are given: leave one of them out',
    ],
  ])('a duration %s is a fault', (_, rule, field, fault) => {
    expect(translateRule(rule).problems).toEqual([{ field, fault }]);
  });

  test('what is not of the right shape is left to the check that follows', () => {
    for (const params of [undefined, null, 7, [], 'x', { levels: {} }, { levels: [null] }])
      expect(translateRule({ params })).toMatchObject({ value: { params }, problems: [] });
  });
});

test('every duration of every kind can be written with a unit, but for perMs', () => {
  const durations = RULE_KINDS.flatMap((kind) => {
    const checked = kind.parseParams({ 'no such field': 1, operator: '>' });
    if (checked.ok) throw new Error(`${kind.kind} takes any field`);
    const known = checked.problems.map(({ fault }) => /known are (.*)/.exec(fault)?.[1] ?? '').join(', ');
    return known.split(', ').filter((field) => field.endsWith('Ms'));
  });
  const written = DURATION_FIELDS.params.map((stem) => `${stem}Ms`);
  expect([...new Set(durations)].sort()).toEqual([...written, 'perMs'].sort());
});

describe('a channel', () => {
  const env = { URL: 'https://example.org/sesame', USER: 'ops' };

  test('has the environment in its config, and nowhere else', () => {
    const channel = {
      id: '${USER}',
      name: '${USER}',
      groupWait: '5s',
      config: {
        url: '${URL}',
        port: 25,
        to: ['${USER}@example.org', '$${USER}'],
        headers: { '${USER}': '${USER}' },
      },
    };
    expect(translateChannel(channel, env)).toMatchObject({
      problems: [],
      value: {
        id: '${USER}',
        name: '${USER}',
        groupWaitMs: 5_000,
        config: {
          url: 'https://example.org/sesame',
          port: 25,
          to: ['ops@example.org', '${USER}'],
          headers: { '${USER}': 'ops' },
        },
      },
    });
  });

  test('tells every text that cannot be filled', () => {
    const config = { url: '${NONE}', to: ['ops', '${'], headers: { 'X-Key': '${KEY}' } };
    expect(translateChannel({ config }, env).problems).toEqual([
      { field: 'config.url', fault: 'needs the environment variable NONE, which is not set' },
      { field: 'config.to[1]', fault: expect.stringContaining('write $${ for ${ itself') },
      { field: 'config.headers.X-Key', fault: 'needs the environment variable KEY, which is not set' },
    ]);
  });

  test('without a config stays without', () => {
    expect(translateChannel({ id: 'a' }, env).value).toEqual({ id: 'a' });
  });
});
