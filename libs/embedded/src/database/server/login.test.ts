import { expect, test } from '@jest/globals';
import { LoginRefused, readLogin } from './login.js';

const read = (parameters: Record<string, string>): ReturnType<typeof readLogin> =>
  readLogin(new Map(Object.entries(parameters)));

test('whatever is not about the connection is a setting, and stands above the options', () => {
  expect(
    read({
      user: 'u',
      database: 'fieldstream',
      client_encoding: 'utf-8',
      options: '-c a=1 -c b=2',
      b: '3',
      '_pq_.x': 'y',
    }),
  ).toEqual({
    user: 'u',
    settings: new Map([
      ['a', '1'],
      ['b', '3'],
    ]),
  });
});

test.each<[what: string, parameters: Record<string, string>, sqlState: string]>([
  ['no user', { database: 'fieldstream' }, '28000'],
  ['another database', { user: 'u', database: 'other' }, '3D000'],
  ["the user's own database", { user: 'u' }, '3D000'],
  ['replication', { user: 'u', database: 'postgres', replication: 'database' }, '0A000'],
  ['another encoding', { user: 'u', database: 'postgres', client_encoding: 'LATIN1' }, '22023'],
])('%s is refused', (_, parameters, sqlState) => {
  expect(() => read(parameters)).toThrow(expect.objectContaining({ name: LoginRefused.name, sqlState }));
});
