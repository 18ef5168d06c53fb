import { beforeEach, describe, expect, test } from '@jest/globals';
import {
  closeStatementMessage,
  cString,
  FRONTEND,
  frontendMessage,
  queryMessage,
  readCString,
  syncMessage,
} from '../wire/frontend-messages.js';
import { PreparedStatements, type StatementSpace } from './prepared-statements.js';

const counts = (count: number): Buffer => Buffer.alloc(2 * count);
const parse = (name: string, sql = 'SELECT 1'): Buffer =>
  frontendMessage(FRONTEND.parse, cString(name), cString(sql), counts(1));
const bind = (name: string): Buffer => frontendMessage(FRONTEND.bind, cString('p'), cString(name), counts(3));
const describeStatement = (name: string): Buffer =>
  frontendMessage(FRONTEND.describe, Buffer.from('S'), cString(name));

let space: { generation: number; unnamedOwner: object | undefined };
let texts: string[];
beforeEach(() => {
  space = { generation: 0, unnamedOwner: undefined };
  texts = [];
});

const make = (number = 1, maxBytes = 1_000): PreparedStatements =>
  new PreparedStatements(number, space satisfies StatementSpace, maxBytes);
const rewrite = (statements: PreparedStatements, ...messages: Buffer[]): Buffer[] =>
  statements.rewrite(messages, (text) => {
    texts.push(text);
    return undefined;
  });
/** Runs messages as an engine that refuses none of them. @returns what the engine got */
function run(statements: PreparedStatements, ...messages: Buffer[]): Buffer[] {
  const sent = rewrite(statements, ...messages);
  for (const message of sent) {
    if (message[0] === FRONTEND.parse) statements.parsed();
    else if (message[0] === FRONTEND.close) statements.closed();
  }
  statements.synced();
  return sent;
}

test('names carry the number of the client; portals and everything else stay', () => {
  const statements = make(7);
  const portal = frontendMessage(FRONTEND.close, Buffer.from('P'), cString('p'));
  expect(rewrite(statements, parse('s'), bind('s'), describeStatement('s'), portal, syncMessage())).toEqual([
    parse('7:s'),
    bind('7:s'),
    describeStatement('7:s'),
    portal,
    syncMessage(),
  ]);
});

test('names that PostgreSQL would cut off stay different', () => {
  const names = ['a', 'b'].map((end) => {
    const [sent] = rewrite(make(), parse('n'.repeat(100) + end));
    return sent && readCString(sent, 5).text;
  });
  expect(names[0]).not.toBe(names[1]);
  for (const name of names) expect(Buffer.byteLength(name ?? '')).toBeLessThanOrEqual(63);
});

describe('a statement that the engine has lost is made again, unseen', () => {
  test('after the end of all of them', () => {
    const statements = make();
    run(statements, parse('s', 'SELECT 5'));
    space.generation++;
    expect(rewrite(statements, bind('s'), bind('s'))).toEqual([
      parse('1:s', 'SELECT 5'),
      bind('1:s'),
      bind('1:s'),
    ]);
    expect(statements.parsed()).toBe(false);
    expect(rewrite(statements, bind('s'))).toEqual([bind('1:s')]);
  });

  test('the unnamed one, after another client has made its own', () => {
    const [a, b] = [make(1), make(2)];
    run(a, parse(''));
    run(b, parse('', 'SELECT 2'));
    expect(run(a, bind(''))).toEqual([parse(''), bind('')]);
    expect(run(a, bind(''))).toEqual([bind('')]);
  });

  test('but not one that its own client has ended', () => {
    const statements = make();
    run(statements, parse('s'), parse(''));
    run(statements, closeStatementMessage('s'), queryMessage('SELECT 1'));
    space.generation++;
    expect(run(statements, bind('s'), bind(''))).toEqual([bind('1:s'), bind('')]);
  });
});

test('a Parse that was refused changes nothing: the one that succeeded is made again', () => {
  const statements = make();
  run(statements, parse('s', 'SELECT 1'));
  rewrite(statements, parse('s', 'SELECT 2'), syncMessage());
  statements.synced();
  space.generation++;
  expect(rewrite(statements, bind('s'))).toEqual([parse('1:s', 'SELECT 1'), bind('1:s')]);
});

test('all that are there are closed when the client goes', () => {
  const statements = make();
  run(statements, parse('a'), parse('b'), parse(''), closeStatementMessage('a'));
  expect(statements.hasNamed).toBe(true);
  expect(statements.closeMessages()).toEqual([closeStatementMessage('1:b')]);
  space.generation++;
  expect(statements.closeMessages()).toEqual([]);
});

test('the text is shown when it is parsed, queried and bound', () => {
  const statements = make();
  run(statements, parse('s', 'A'), queryMessage('B'), bind('s'));
  expect(texts).toEqual(['A', 'B']);
  run(statements, bind('s'));
  expect(texts).toEqual(['A', 'B', 'A']);
});

test('another text can take its place', () => {
  const sent = make().rewrite([parse('s', 'A'), queryMessage('B')], () => 'C');
  expect(sent).toEqual([parse('1:s', 'C'), queryMessage('C')]);
});

test('the bytes of all statements are bounded', () => {
  const statements = make(1, 100);
  run(statements, parse('a', 'x'.repeat(60)));
  expect(() => rewrite(statements, parse('b', 'x'.repeat(60)))).toThrow(RangeError);
});
