import { createReadStream } from 'node:fs';
import { parse, type CsvError } from 'csv-parse';

/** One row of a CSV file. */
export type CsvRow =
  | { readonly kind: 'row'; readonly line: number; readonly cells: readonly string[] }
  /** A quote that is never closed: no row after it can be told. */
  | { readonly kind: 'unreadable'; readonly line: number; readonly reason: string };

const MAX_ROW_CHARACTERS = 1024 * 1024;

/**
 * Reads a CSV file (RFC 4180, UTF-8, with or without byte-order mark), row by row, empty lines left out. `line` is the
 * row's last line, from 1. A row that cannot be read is reported, in its place among the others as far as the parser tells.
 * @throws the file system's error when the file cannot be read.
 */
export async function* readCsvRows(file: string, delimiter: string): AsyncGenerator<CsvRow> {
  const unreadable: CsvRow[] = [];
  const note = (error: CsvError): void => {
    const line = (error as { lines?: number }).lines ?? 0;
    unreadable.push({ kind: 'unreadable', line, reason: error.message });
  };
  const parser = parse({
    delimiter,
    bom: true,
    info: true,
    skip_empty_lines: true,
    relax_column_count: true,
    // A misplaced quote then spoils its own field, not all rows that follow.
    relax_quotes: true,
    skip_records_with_error: true,
    max_record_size: MAX_ROW_CHARACTERS,
  });
  parser.on('skip', (error: CsvError | undefined) => {
    if (error) note(error);
  });
  const source = createReadStream(file);
  // `pipe` does not pass errors on, and an unreadable file has to end the loop below.
  source.on('error', (error) => parser.destroy(error));
  source.pipe(parser);
  try {
    for await (const { record, info } of parser as AsyncIterable<{
      record: string[];
      info: { lines: number };
    }>) {
      yield* unreadable.splice(0);
      yield { kind: 'row', line: info.lines, cells: record };
    }
  } catch (error) {
    if (!isCsvError(error)) throw error;
    note(error);
  } finally {
    source.destroy();
  }
  yield* unreadable.splice(0);
}

function isCsvError(error: unknown): error is CsvError {
  return error instanceof Error && String((error as { code?: unknown }).code).startsWith('CSV_');
}
