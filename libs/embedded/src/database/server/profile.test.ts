import { expect, test } from '@jest/globals';
import {
  durationMs,
  OWNER_PROFILE,
  type Profile,
  quoteText,
  sameProfile,
  switchStatements,
} from './profile.js';

const reader: Profile = {
  login: { name: 'reader', roleId: 9, restricted: true },
  authorization: 'reader',
  role: 'none',
  settings: new Map([['statement_timeout', '15s']]),
};
const owner = (settings: Record<string, string>, role = 'none'): Profile => ({
  ...OWNER_PROFILE,
  role,
  settings: new Map(Object.entries(settings)),
});

test.each<[what: string, from: Profile, to: Profile, statements: string[]]>([
  ['the same', owner({ a: '1' }), owner({ a: '1' }), []],
  [
    'a setting more',
    owner({}),
    owner({ a: "it's" }),
    ["SELECT pg_catalog.set_config(E'a', E'it''s', false)"],
  ],
  ['a setting less', owner({ 'x.a': '1', b: '2' }), owner({ b: '2' }), ['RESET "x"."a"']],
  [
    'to a role',
    owner({ a: '1' }),
    reader,
    [
      'RESET "a"',
      "SELECT pg_catalog.set_config(E'statement_timeout', E'15s', false)",
      'SET SESSION AUTHORIZATION "reader"',
    ],
  ],
  [
    'back from a role',
    reader,
    OWNER_PROFILE,
    ['SET SESSION AUTHORIZATION fieldstream', 'SET ROLE NONE', 'RESET "statement_timeout"'],
  ],
  ['to SET ROLE', OWNER_PROFILE, owner({}, 'a"b'), ['SET ROLE "a""b"']],
])('%s', (_, from, to, statements) => {
  expect(switchStatements(from, to)).toEqual(statements);
  expect(sameProfile(from, to)).toBe(statements.length === 0);
});

test('a text is quoted for whatever standard_conforming_strings is', () => {
  expect(quoteText("a'b\\c")).toBe("E'a''b\\\\c'");
});

test.each([
  ['15s', 15_000],
  ['250', 250],
  ['250ms', 250],
  ['2min', 120_000],
  ['1h', 3_600_000],
  ['0', undefined],
  ['', undefined],
  ['soon', undefined],
  [undefined, undefined],
])('%s is %s ms', (text, ms) => {
  expect(durationMs(text)).toBe(ms);
});
