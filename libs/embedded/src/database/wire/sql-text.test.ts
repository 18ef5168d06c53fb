import { describe, expect, test } from '@jest/globals';
import { changesNoSetting, copyFromStdin, splitStatements } from './sql-text.js';

test.each([
  ['SELECT 1; SELECT 2', ['SELECT 1', 'SELECT 2']],
  [" ;; SELECT ';' ; ", ["SELECT ''"]],
  ["SELECT 'it''s; one', 2", ["SELECT '', 2"]],
  ["SELECT E'\\'; SELECT 2", ["SELECT ''"]],
  ["SELECT '\\'; SELECT 2", ["SELECT ''", 'SELECT 2']],
  ['SELECT ";" FROM t; SELECT 2', ['SELECT " " FROM t', 'SELECT 2']],
  ['SELECT 1 -- one; two\n; SELECT 2', ['SELECT 1', 'SELECT 2']],
  ['SELECT /* a /* nested; */ b; */ 1; SELECT 2', ['SELECT 1', 'SELECT 2']],
  ['DO $$ BEGIN; END $$; SELECT 2', ["DO ''", 'SELECT 2']],
  ['DO $a$ $$; $b$ $a$; SELECT 2', ["DO ''", 'SELECT 2']],
  ['SELECT a$b$; SELECT $1; SELECT 2', ['SELECT a$b$', 'SELECT $1', 'SELECT 2']],
  ["SELECT 'no end; SELECT 2", ["SELECT ''"]],
  ['/* no end; SELECT 2', []],
])('%j is split to %j', (text, statements) => {
  expect(splitStatements(text)).toEqual(statements);
});

describe('changes no setting beyond its transaction', () => {
  test.each([
    ['BEGIN; SET LOCAL lock_timeout = 1; set  local b = 2', true],
    ['SET TRANSACTION READ ONLY', true],
    ['SET CONSTRAINTS ALL DEFERRED', true],
    ["UPDATE t SET a = 'SET b'", true],
    ['SET lock_timeout = 1', false],
    ['SET SESSION lock_timeout = 1', false],
    ['SET LOCAL a = 1; SET a = 1', false],
    ["SELECT '; SET LOCAL a = 1'; SET a = 1", false],
    ['/* SET LOCAL */ SET a = 1', false],
    ['SET /* LOCAL */ a = 1', false],
    ['RESET ALL', false],
  ])('%s: %s', (text, expected) => {
    expect(changesNoSetting(text)).toBe(expected);
  });
});

describe('COPY from the client', () => {
  test.each([
    ['COPY t FROM STDIN', 'text'],
    ['copy public.t (a, b) from stdin with (format csv, header)', 'text'],
    ['COPY t FROM STDIN WITH (FORMAT binary)', 'binary'],
    ['COPY BINARY t FROM STDIN', 'binary'],
    ['COPY "binary" FROM STDIN;', 'text'],
    ['-- load\nCOPY t FROM /* the */ STDIN', 'text'],
    ['COPY t TO STDOUT', undefined],
    ["COPY t FROM '/tmp/stdin'", undefined],
    ["SELECT 'COPY t FROM STDIN'", undefined],
    ['COPY t FROM STDIN; SELECT 1', undefined],
  ])('%s: %s', (text, format) => {
    expect(copyFromStdin(text)).toBe(format);
  });
});
