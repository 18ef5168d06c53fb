import type { Readable } from 'node:stream';
import { CsvError, parse } from 'csv-parse';
import { z } from 'zod';
import { isTokenShaped } from '@fieldstream/wire';
import { Problem } from '../http/problem.js';
import { invalid, valid } from '../http/valid.js';
import { NewDevice } from './registration-schemas.js';

/** A device as a line of the file has it. */
export interface ImportedDevice {
  readonly line: number;
  readonly deviceId: string;
  readonly name?: string | undefined;
  readonly labels?: Readonly<Record<string, string>> | undefined;
  readonly gatewayId?: string | undefined;
  /** One that the platform made elsewhere. Undefined: it gets a new one. */
  readonly token?: string | undefined;
}

/** A line that names no device that could be registered. */
export interface ImportFault {
  readonly line: number;
  readonly deviceId: string;
  readonly fault: string;
}

export interface ImportFile {
  readonly devices: readonly ImportedDevice[];
  readonly faults: readonly ImportFault[];
}

export const MAX_IMPORT_ROWS = 100_000;
export const MAX_IMPORT_BYTES = 32 * 1024 * 1024;
const MAX_RECORD_BYTES = 64 * 1024;
const LABEL = 'label.';
const COLUMNS = ['deviceId', 'name', 'site', 'gatewayId', 'token'];

const Row = NewDevice.extend({
  token: z
    .string()
    .refine(isTokenShaped, 'must be 32 characters of A-Z, a-z, 0-9, - and _, as tokens made here are')
    .optional(),
});

type CsvRecord = { readonly record: readonly string[]; readonly info: { readonly lines: number } };

/**
 * Reads a CSV file (RFC 4180, UTF-8) of devices as it comes in. Its first line names the columns: `deviceId`, and any of
 * `name`, `site` (short for `label.site`), `gatewayId`, `token` and `label.<name>`; an empty cell is none.
 * @throws Problem where the file as a whole cannot be read
 */
export async function readImport(body: Readable): Promise<ImportFile> {
  const devices: ImportedDevice[] = [];
  const faults: ImportFault[] = [];
  const lineOf = new Map<string, number>();
  let columns: readonly string[] | undefined;
  for await (const { record, info } of records(body)) {
    if (columns === undefined) {
      columns = columnsOf(record);
      continue;
    }
    if (devices.length + faults.length >= MAX_IMPORT_ROWS) {
      throw new Problem('body-too-large', `The file has more than ${MAX_IMPORT_ROWS} devices; split it.`);
    }
    const line = info.lines;
    const read = readRow(columns, record);
    const earlier = lineOf.get(read.deviceId);
    if ('fault' in read) faults.push({ line, ...read });
    else if (earlier !== undefined)
      faults.push({ line, deviceId: read.deviceId, fault: `deviceId stands in line ${earlier} already` });
    else devices.push({ line, ...read });
    if (earlier === undefined && !('fault' in read)) lineOf.set(read.deviceId, line);
  }
  if (columns === undefined) throw fileFault('is empty; its first line must name the columns');
  return { devices, faults };
}

async function* records(body: Readable): AsyncGenerator<CsvRecord> {
  const parser = parse({
    bom: true,
    info: true,
    relaxColumnCount: true,
    skipEmptyLines: true,
    trim: true,
    maxRecordSize: MAX_RECORD_BYTES,
  });
  let bytes = 0;
  body.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes > MAX_IMPORT_BYTES) {
      parser.destroy(
        new Problem('body-too-large', `The file has more than ${MAX_IMPORT_BYTES} bytes; split it.`),
      );
    }
  });
  body.once('error', (error) => parser.destroy(error));
  body.once('close', () => {
    if (!body.readableEnded) parser.destroy(fileFault('did not arrive whole'));
  });
  body.pipe(parser);
  try {
    yield* parser as AsyncIterable<CsvRecord>;
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    throw fileFault(`is no CSV: ${error.message.slice(0, 300)}`);
  } finally {
    body.unpipe(parser);
    // What is still to come is read and thrown away, so that the answer can be.
    body.resume();
  }
}

function columnsOf(record: readonly string[]): readonly string[] {
  const unknown = record.find((name) => !COLUMNS.includes(name) && !isLabel(name));
  if (unknown !== undefined) {
    throw fileFault(
      `has a column ${JSON.stringify(unknown.slice(0, 100))}; the columns are ${COLUMNS.join(', ')} and ${LABEL}<name>`,
    );
  }
  if (!record.includes('deviceId')) throw fileFault('has no column deviceId');
  const meant = record.map((name) => (name === 'site' ? `${LABEL}site` : name));
  const twice = meant.find((name, index) => meant.indexOf(name) !== index);
  if (twice !== undefined) throw fileFault(`has two columns ${JSON.stringify(twice.slice(0, 100))}`);
  return meant;
}

function isLabel(name: string): boolean {
  return name.startsWith(LABEL) && name.length > LABEL.length;
}

function readRow(
  columns: readonly string[],
  record: readonly string[],
): Omit<ImportedDevice, 'line'> | Omit<ImportFault, 'line'> {
  const fields: Record<string, string> = {};
  const labels: [string, string][] = [];
  for (const [index, column] of columns.entries()) {
    const cell = record[index] ?? '';
    if (cell === '') continue;
    if (isLabel(column)) labels.push([column.slice(LABEL.length), cell]);
    else fields[column] = cell;
  }
  const deviceId = fields['deviceId'] ?? '';
  if (record.length > columns.length) {
    return { deviceId, fault: `has ${record.length} cells, and there are ${columns.length} columns` };
  }
  const row = labels.length > 0 ? { ...fields, labels: Object.fromEntries(labels) } : fields;
  try {
    return valid(Row).transform(row, { type: 'body' });
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    return { deviceId, fault: error.detail };
  }
}

function fileFault(fault: string): Problem {
  return invalid([{ in: 'body', field: '', fault }]);
}
