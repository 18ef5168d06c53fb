import {
  accessSync,
  constants,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  writeFileSync,
} from 'node:fs';
import { join, resolve } from 'node:path';
import { EmbeddedError } from './embedded-error.js';
import { lockFolder } from './folder-lock.js';

/** Of what lies in the folder, as a whole; raised when an older program could no longer read it. */
const FORMAT = 1;
const FORMAT_FILE = 'format.json';

export interface DataFolder {
  readonly path: string;
  /** Where each engine keeps its files; made by the engine. */
  readonly logDir: string;
  readonly databaseDir: string;
  /** Gives the folder free. */
  close(): Promise<void>;
}

/**
 * Makes the folder where it is missing, and holds it against every other process of this machine until it is closed or
 * the process ends, however that ends.
 * @throws EmbeddedError `not-writable`, `in-use`, `wrong-format`; nothing has been changed then
 */
export async function openDataFolder(dataDir: string): Promise<DataFolder> {
  const path = resolve(dataDir);
  makeWritable(path);
  const lock = await lockFolder(path);
  try {
    checkFormat(path);
  } catch (error) {
    await lock.close();
    throw error;
  }
  return {
    path,
    logDir: join(path, 'log'),
    databaseDir: join(path, 'database'),
    close: () => lock.close(),
  };
}

function makeWritable(path: string): void {
  try {
    mkdirSync(path, { recursive: true });
    accessSync(path, constants.R_OK | constants.W_OK | constants.X_OK);
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    throw new EmbeddedError(
      'not-writable',
      `the data folder ${path} cannot be written (${code}): give this user write permission, or set DATA_DIR to another folder`,
      { cause },
    );
  }
}

function checkFormat(path: string): void {
  const file = join(path, FORMAT_FILE);
  if (!existsSync(file)) {
    const stranger = ['log', 'database'].find((name) => existsSync(join(path, name)));
    if (stranger !== undefined) {
      throw new EmbeddedError(
        'wrong-format',
        `${path} has a folder "${stranger}" but no ${FORMAT_FILE}, so it is not one of Fieldstream's data folders: set DATA_DIR to an empty or new folder`,
      );
    }
    writeFormat(file);
    return;
  }
  const format = readFormat(file);
  if (format === undefined) {
    throw new EmbeddedError(
      'wrong-format',
      `${file} does not say which format the folder has: restore it from a backup, or set DATA_DIR to another folder`,
    );
  }
  if (format > FORMAT) {
    throw new EmbeddedError(
      'wrong-format',
      `${path} was written by a newer Fieldstream (format ${format}; this one knows ${FORMAT}): start that version, or set DATA_DIR to another folder`,
    );
  }
}

function readFormat(file: string): number | undefined {
  try {
    const { format } = JSON.parse(readFileSync(file, 'utf8')) as { format?: unknown };
    return Number.isInteger(format) && (format as number) >= 1 ? (format as number) : undefined;
  } catch {
    return undefined;
  }
}

function writeFormat(file: string): void {
  writeFileSync(`${file}.new`, `${JSON.stringify({ format: FORMAT })}\n`, { flush: true });
  renameSync(`${file}.new`, file);
}
