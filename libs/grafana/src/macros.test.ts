import { describe, expect, test } from '@jest/globals';
import {
  expandMacros,
  expandQuery,
  intervalMsFor,
  MacroError,
  variablesIn,
  type MacroContext,
} from './macros.js';

const context: MacroContext = {
  fromMs: Date.UTC(2018, 3, 12, 18, 0, 0),
  toMs: Date.UTC(2018, 3, 12, 18, 5, 0, 500),
  intervalMs: 120_000,
  variables: new Map<string, string | readonly string[]>([
    ['device', "O'Brien's"],
    ['metrics', ['it"s', "can't"]],
    ['one', ['temperature']],
    ['none', []],
  ]),
};

describe('macros of the PostgreSQL data source', () => {
  test.each([
    ['$__time(t)', 't AS "time"'],
    ['$__timeEpoch(t)', 'extract(epoch from t) as "time"'],
    ['$__timeFilter(r.time)', "r.time BETWEEN '2018-04-12T18:00:00Z' AND '2018-04-12T18:05:00.5Z'"],
    ['$__timeFrom()::timestamptz', "'2018-04-12T18:00:00Z'::timestamptz"],
    ['$__timeTo()', "'2018-04-12T18:05:00.5Z'"],
    ["GROUP BY $__timeGroup(t,'5m')", "GROUP BY time_bucket('300.000s',t)"],
    ["$__timeGroup(t , '20ms')", "time_bucket('0.020s',t)"],
    ["$__timeGroup(t, '12d')", "time_bucket('1036800.000s',t)"],
    ['$__timeGroup(t, $__interval)', "time_bucket('120.000s',t)"],
    ["SELECT $__timeGroup(t,'5m'), value", `SELECT time_bucket('300.000s',t) AS "time", value`],
    ["$__timeGroupAlias(t,'1h')", `time_bucket('3600.000s',t) AS "time"`],
    ['$__unixEpochFilter(t)', 't >= 1523556000 AND t <= 1523556300'],
    ['$__unixEpochFrom()-$__unixEpochTo()', '1523556000-1523556300'],
    ["$__unixEpochGroup(t, '5m')", 'floor((t)/300)*300'],
    ["$__unixEpochGroupAlias(t, '5m', NULL)", 'floor((t)/300)*300 AS "time"'],
    ['$__unixEpochNanoFilter(t)', 't >= 1523556000000000000 AND t <= 1523556300500000000'],
    ["$__timeGroup(t, '$__interval', 0)", "time_bucket('120.000s',t)"],
    ['$device($__interval)', "O''Brien''s(2m)"],
  ])('%s', (sql, expanded) => {
    expect(expandMacros(sql, context)).toBe(expanded);
  });

  test.each([
    ['$__nothing(t)', 'unknown-macro'],
    ['$__timeFilter()', 'missing-argument'],
    ['$__timeGroup(t)', 'missing-argument'],
    ["$__timeGroup(t, '5 parsecs')", 'bad-interval'],
    ['${device:nonsense}', 'unknown-format'],
    ["$__timeGroup(t, '1m', something)", 'bad-fill'],
  ])('%s is refused: %s', (sql, code) => {
    expect(() => expandMacros(sql, context)).toThrow(MacroError);
    expect(() => expandMacros(sql, context)).toThrow(expect.objectContaining({ code }));
  });
});

describe('variables', () => {
  test.each([
    ["'$device'", "'O''Brien''s'"],
    ["'[[device]]'", "'O''Brien''s'"],
    ['${device:raw}', "O'Brien's"],
    ['${device:sqlstring}', "'O''Brien''s'"],
    ['IN ($metrics)', `IN ('it"s','can''t')`],
    ['IN (${metrics:sqlstring})', `IN ('it\\"s','can''t')`],
    ['${metrics:csv}', `it"s,can't`],
    ['${metrics:pipe}', `it"s|can't`],
    ['${metrics:regex}', `(it"s|can't)`],
    ['${metrics:glob}', `{it"s,can't}`],
    ['${metrics:json}', `["it\\"s","can't"]`],
    ['${metrics:singlequote}', `'it"s','can''t'`],
    ['${metrics:doublequote}', `"it\\"s","can't"`],
    ['${metrics:percentencode}', '%7Bit%22s%2Ccan%27t%7D'],
    ['${metrics:queryparam}', 'var-metrics=it%22s&var-metrics=can%27t'],
    ['${metrics:text}', `it"s + can't`],
    ['ARRAY[$one]', "ARRAY['temperature']"],
    ['ARRAY[$none]::text[]', 'ARRAY[]::text[]'],
    ['$__from $__to', '1523556000000 1523556300500'],
    ['${__from:date}', '2018-04-12T18:00:00.000Z'],
    ['${__from:date:seconds}', '1523556000'],
    ['${__from:date:YYYY-MM-DD HH:mm:ss}', '2018-04-12 18:00:00'],
    ['$__range', '301s'],
    ['$__interval_ms, $__interval', '120000, 2m'],
    ['$__range_s', '301'],
    ['$__range_ms', '300500'],
  ])('%s', (sql, expanded) => {
    expect(expandMacros(sql, context)).toBe(expanded);
  });

  test('what a value says is not expanded', () => {
    const variables = new Map([['v', '$__timeFrom() $v $__interval']]);
    expect(expandMacros("'$v'", { ...context, variables })).toBe("'$__timeFrom() $v $__interval'");
  });

  test.each([
    ['NULL', { mode: 'null', intervalMs: 60_000 }],
    ['previous', { mode: 'previous', intervalMs: 60_000 }],
    ['2.5', { mode: 'value', value: 2.5, intervalMs: 60_000 }],
  ])('$__timeGroup with %s asks for rows in empty buckets', (argument, fill) => {
    expect(expandQuery(`$__timeGroupAlias(t, '1m', ${argument})`, context).fill).toEqual(fill);
  });

  test('an unknown variable stays as it is', () => {
    expect(expandMacros("LIKE '$__searchFilter' AND $other", context)).toBe(
      "LIKE '$__searchFilter' AND $other",
    );
  });

  test('the names in a text, without the macros', () => {
    const text = "'$device' ${metrics:sqlstring} [[one]] $__timeFilter(t) $__interval_ms";
    expect([...variablesIn(text)]).toEqual(['device', 'metrics', 'one', '__interval_ms']);
  });

  test.each([
    [999, '999ms'],
    [90_000, '1m'],
    [3_600_000, '1h'],
    [43_200_000, '12h'],
    [604_800_000, '7d'],
    [31_536_000_000, '1y'],
  ])('an interval of %d ms reads %s', (intervalMs, text) => {
    expect(expandMacros('$__interval', { ...context, intervalMs })).toBe(text);
  });
});

describe('the interval of a panel', () => {
  const HOUR_MS = 3_600_000;
  test.each([
    ['a second', 1_000, 1_000, 1],
    ['15 minutes', HOUR_MS / 4, 1_000, 1_000],
    ['6 hours', 6 * HOUR_MS, 1_000, 20_000],
    ['24 hours', 24 * HOUR_MS, 1_000, 60_000],
    ['4 days', 96 * HOUR_MS, 1_000, 300_000],
    ['30 days', 720 * HOUR_MS, 1_000, 1_800_000],
    ['30 days, narrow', 720 * HOUR_MS, 100, 6 * HOUR_MS],
    ['a year', 8_760 * HOUR_MS, 1_000, 6 * HOUR_MS],
    ['a year, narrow', 8_760 * HOUR_MS, 300, 24 * HOUR_MS],
    ['ten years, two points', 87_600 * HOUR_MS, 2, 8_760 * HOUR_MS],
  ])('%s', (_, spanMs, points, intervalMs) => {
    expect(intervalMsFor(spanMs, points)).toBe(intervalMs);
  });

  test('is never below the least', () => {
    expect(intervalMsFor(1_000, 1_000, 5_000)).toBe(5_000);
  });
});
