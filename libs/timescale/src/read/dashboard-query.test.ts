import { expect, test } from '@jest/globals';
import pg from 'pg';
import { readerUrl } from './dashboard-query.js';

test.each([
  ['postgres://owner:secret@db:5433/fieldstream', 'a b/@:%', undefined],
  ['postgres://owner:secret@db:5433/fieldstream?user=other&password=x', undefined, undefined],
  ['postgres://owner@db:5433/fieldstream?options=-c%20jit%3Doff', 'secret-of-reader', '-c jit=off'],
])('%s leads the reader to the same database', (url, password, options) => {
  const client = new pg.Client({ connectionString: readerUrl(url, password) });
  expect(client).toMatchObject({ host: 'db', port: 5433, database: 'fieldstream', user: 'grafana_reader' });
  expect(client.password ?? '').toBe(password ?? '');
  const { options: sent } = (client as unknown as { connectionParameters: { options: string } })
    .connectionParameters;
  expect(sent).toContain('-c standard_conforming_strings=on');
  if (options !== undefined) expect(sent).toContain(options);
});
