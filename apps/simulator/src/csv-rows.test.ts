import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { readCsvRows, type CsvRow } from './csv-rows.js';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'replay-'));
});
afterEach(() => rm(folder, { recursive: true }));

async function rowsOf(text: string, delimiter = ','): Promise<CsvRow[]> {
  const file = join(folder, 'rows.csv');
  await writeFile(file, text);
  const rows: CsvRow[] = [];
  for await (const row of readCsvRows(file, delimiter)) rows.push(row);
  return rows;
}

test('byte-order mark, CRLF, quotes, empty lines; lines counted as an editor counts them', async () => {
  expect(await rowsOf('\ufeffa,b\r\n1,"2,5"\r\n\r\n3,4')).toEqual([
    { kind: 'row', line: 1, cells: ['a', 'b'] },
    { kind: 'row', line: 2, cells: ['1', '2,5'] },
    { kind: 'row', line: 4, cells: ['3', '4'] },
  ]);
});

test('rows of any width pass: the mapping judges them', async () => {
  expect((await rowsOf('a;b\n1\n1;2;3\n', ';')).map((row) => row.kind === 'row' && row.cells.length)).toEqual(
    [2, 1, 3],
  );
});

test('a misplaced quote spoils its own field, and the next rows are read', async () => {
  expect(await rowsOf('a,b\n1,"2"x\n1,2"\n3,4\n')).toEqual([
    { kind: 'row', line: 1, cells: ['a', 'b'] },
    { kind: 'row', line: 2, cells: ['1', '"2"x'] },
    { kind: 'row', line: 3, cells: ['1', '2"'] },
    { kind: 'row', line: 4, cells: ['3', '4'] },
  ]);
});

test('a quote that is never closed is reported', async () => {
  const rows = await rowsOf('a,b\n1,2\n3,"4\n5,6\n');
  expect(rows.slice(0, 2)).toMatchObject([{ line: 1 }, { line: 2 }]);
  expect(rows.slice(2)).toEqual([expect.objectContaining({ kind: 'unreadable' })]);
});

test('a row without end is not read into memory', async () => {
  const rows = await rowsOf(`a,b\n1,"${'x,'.repeat(1_500_000)}`);
  expect(rows[1]).toMatchObject({ kind: 'unreadable', reason: expect.stringContaining('Max Record Size') });
});

test('a file that is not there is an error', async () => {
  await expect(readCsvRows(join(folder, 'none.csv'), ',').next()).rejects.toThrow('ENOENT');
});
