import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { MacroContext } from './macros.js';
import { expandSafely } from './safe-expansion.js';
import { differOnlyInLiterals, sqlTokens } from './sql-tokens.js';
import type { VariableValue } from './variable-formats.js';

const own = new Set(['temperature', "it's", 'max(value)']);

function expand(sql: string, values: Record<string, VariableValue>): string {
  const variables = new Map(Object.entries(values));
  const context: MacroContext = { fromMs: 0, toMs: 60_000, intervalMs: 1000, variables };
  return expandSafely(sql, context, (_, value) => own.has(value)).sql;
}

describe('a value that the dashboard does not name', () => {
  test.each<[string, VariableValue, string]>([
    ["id = '$v'", "x' OR '1'='1", "id = 'x'' OR ''1''=''1'"],
    ["id = '[[v]]'", "'; DROP TABLE a; --", "id = '''; DROP TABLE a; --'"],
    ['id IN ($v)', ["a'b", '\\'], "id IN ('a''b','\\')"],
    ['id = ANY (ARRAY[$v]::text[])', [], 'id = ANY (ARRAY[]::text[])'],
    ['id = ${v:sqlstring}', "'||x||'", "id = '''||x||'''"],
    ["id = '$v'", '$__timeFilter(x)', "id = '$__timeFilter(x)'"],
    ["id = '$v'", '$v ${v}', "id = '$v ${v}'"],
    ["id ~ '${v:regex}'", ['a.b', 'c'], "id ~ '(a\\.b|c)'"],
    ['LIMIT $v', '10', 'LIMIT 10'],
    ["GROUP BY $__timeGroup(t, '$v')", '5m', "GROUP BY time_bucket('300.000s',t)"],
    ['SELECT 1 -- $v', 'harmless', 'SELECT 1 -- harmless'],
    ['x IN ($v)', { verbatim: "'#'" }, "x IN ('#')"],
  ])('%s with %j', (sql, value, expanded) => {
    expect(expand(sql, { v: value })).toBe(expanded);
  });

  test.each<[string, VariableValue]>([
    ['LIMIT $v', '1 OFFSET 1'],
    ['SELECT ${v:raw}', 'pg_sleep(1)'],
    ['id = ${v:csv}', ['a', 'b']],
    ["id = '${v:raw}'", "' OR true --"],
    ['SELECT "$v"', 'other'],
    ['SELECT ${v:doublequote}', 'other'],
    ["id = E'$v'", "\\' OR true --"],
    ['SELECT $$ $v $$', 'a'],
    ['SELECT 1 -- $v', '\n UNION SELECT 2'],
    ['SELECT 1 /* $v */', '*/ , 2 /*'],
    ["id = '$v'", ['a', 'b']],
    ['$__timeFilter($v)', 'now()) OR (true'],
    ['x -$v', '-1'],
    ["id = '${v:percentencode}', ${v}", "a'"],
  ])('%s with %j is refused by the name of the variable', (sql, value) => {
    expect(() => expand(sql, { v: value })).toThrow(
      expect.objectContaining({ code: 'unsafe-value', message: expect.stringContaining('"v"') }),
    );
  });

  test('may stand next to one that it names', () => {
    expect(expand("SELECT $f FROM x WHERE id = '$v'", { f: 'max(value)', v: "'" })).toBe(
      "SELECT max(value) FROM x WHERE id = ''''",
    );
  });

  test('names the variable that is at fault', () => {
    expect(() => expand("SELECT ${b:raw} FROM x WHERE id = '$a'", { a: 'fine', b: '1;' })).toThrow(/"b"/);
  });
});

const TEMPLATES = [
  "SELECT * FROM t WHERE a = '$one' AND $__timeFilter(time)",
  'SELECT * FROM t WHERE a IN ($many) OR b = ${one:sqlstring}',
  "SELECT '${one:regex}', '${many:pipe}', '${one:csv}' FROM t -- $one",
  'SELECT "$one", ${many:raw} FROM t LIMIT ${one}',
  "SELECT E'$one', $$ $one $$, U&'${one}' /* ${many:csv} */",
  "SELECT $__timeGroup(time, '$one'), '$__searchFilter' FROM t",
];
const PIECES = [
  "'",
  "''",
  '"',
  '\\',
  '--',
  '/*',
  '*/',
  ';',
  '$$',
  '$1$',
  '$one',
  '${many:raw}',
  '$__timeTo()',
  '\n',
  ')',
  'a',
];
const hostile = fc.oneof(
  fc.string(),
  fc.array(fc.constantFrom(...PIECES), { maxLength: 6 }).map((pieces) => pieces.join('')),
);

test('whatever the values, nothing but the inside of literals and comments changes', () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...TEMPLATES),
      hostile,
      fc.array(hostile, { minLength: 1, maxLength: 3 }),
      (template, one, many) => {
        const values = { one, many, __searchFilter: one };
        const benign = { one: 'a', many: many.map(() => 'a'), __searchFilter: 'a' };
        let sql: string;
        try {
          sql = expand(template, values);
        } catch (error) {
          expect(error).toMatchObject({ name: 'MacroError' });
          return;
        }
        // Numbers may stand anywhere.
        const plain = (token: string): boolean => /^-$|^\d/.test(token);
        const rest = (text: string): string[] =>
          sqlTokens(text)
            .filter(({ kind }) => kind === 'other')
            .map((token) => token.text)
            .filter((token) => !plain(token));
        let expected: string;
        try {
          expected = expand(template, benign);
        } catch {
          return;
        }
        expect(rest(sql)).toEqual(rest(expected));
      },
    ),
    { numRuns: 2000 },
  );
});

describe('tokens', () => {
  test.each([
    ["a='b''c'", ['a', '=', "'b''c'"]],
    ["E'a\\'b' 'c'", ["E'a\\'b'", "'c'"]],
    ["somee'x'", ['somee', "'x'"]],
    ["$a$ ' $b$ $a$ x", ["$a$ ' $b$ $a$", 'x']],
    ['a$b$c', ['a$b$c']],
    ['/* a /* b */ c */ d', ['/* a /* b */ c */', 'd']],
    ['1--2\n3', ['1', '--2', '3']],
    [`U&"a""b" U&'c'`, ['U&"a""b"', "U&'c'"]],
    ["'open", ["'open"]],
  ])('%s', (sql, texts) => {
    expect(sqlTokens(sql).map(({ text }) => text)).toEqual(texts);
  });

  test('a literal that does not end differs from one that does', () => {
    expect(differOnlyInLiterals("'a'", "'b'")).toBe(true);
    expect(differOnlyInLiterals("'a'", "'b")).toBe(false);
    expect(differOnlyInLiterals("'a'", "E'a'")).toBe(false);
  });
});
