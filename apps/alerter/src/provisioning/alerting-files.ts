import { readdir, readFile, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { AlertingFilesError, type FileProblem } from './file-problem.js';

/** A file of rules and channels, as it is on disk. */
export interface AlertingFile {
  /** As it was reached: begins with the path that was given. */
  readonly path: string;
  /** Without folders: the same wherever the folder is mounted. */
  readonly name: string;
  readonly text: string;
}

const EXTENSION = /\.ya?ml$/;
/** Ten thousand rules are about 4 MB. */
const MAX_FILE_BYTES = 8 * 1024 * 1024;
const MAX_FILES = 1000;

/**
 * Reads the file at `path`, or every `*.yaml` and `*.yml` of that directory in the order of their names. Subdirectories,
 * hidden files and files with another extension are passed over.
 * @throws AlertingFilesError for what is not there, cannot be read, is too large, or is not UTF-8
 */
export async function readAlertingFiles(path: string): Promise<readonly AlertingFile[]> {
  const paths = await attempt(path, () => listFiles(path));
  if (paths.length > MAX_FILES) {
    const text = `holds ${paths.length} files of rules and channels, and at most ${MAX_FILES} are read`;
    throw new AlertingFilesError([{ file: path, text }]);
  }
  const files: AlertingFile[] = [];
  const faults: FileProblem[] = [];
  for (const file of paths) {
    try {
      files.push({ path: file, name: basename(file), text: await attempt(file, () => readText(file)) });
    } catch (error) {
      if (!(error instanceof AlertingFilesError)) throw error;
      faults.push(...error.faults);
    }
  }
  if (faults.length > 0) throw new AlertingFilesError(faults);
  return files;
}

async function listFiles(path: string): Promise<string[]> {
  if (!(await stat(path)).isDirectory()) return [path];
  const entries = await readdir(path);
  const names = entries.filter((name) => EXTENSION.test(name) && !name.startsWith('.')).sort();
  const files: string[] = [];
  // Not by the entry's own type: Kubernetes mounts files as links.
  for (const name of names) if ((await stat(join(path, name))).isFile()) files.push(join(path, name));
  return files;
}

async function readText(path: string): Promise<string> {
  const { size } = await stat(path);
  if (size > MAX_FILE_BYTES) throw new Fault(`has ${size} bytes, and may have ${MAX_FILE_BYTES}`);
  const bytes = await readFile(path);
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new Fault('is not UTF-8 text');
  }
}

class Fault extends Error {}

async function attempt<T>(file: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const text =
      error instanceof Fault
        ? message
        : code === 'ENOENT'
          ? 'is not there: ALERTING_PATH must name a YAML file, or a directory of such files'
          : `cannot be read: ${message}`;
    throw new AlertingFilesError([{ file, text }]);
  }
}
