import { readFile } from 'node:fs/promises';
import type { SourceDefinition } from './source-definition.js';

/** The password of a source, and the contents of its files. */
export interface SourceSecrets {
  readonly password: string | undefined;
  readonly ca: Buffer | undefined;
  readonly cert: Buffer | undefined;
  readonly key: Buffer | undefined;
}

/** Reads the files of a source anew. @throws Error that names the field whose file cannot be read */
export async function readSecrets({ password, files }: SourceDefinition): Promise<SourceSecrets> {
  const read = async (field: string, path: string | undefined): Promise<Buffer | undefined> => {
    if (path === undefined) return undefined;
    try {
      return await readFile(path);
    } catch (cause) {
      throw new Error(`its ${field} cannot be read: ${(cause as Error).message}`, { cause });
    }
  };
  const passwordText = (await read('passwordFile', files.password))?.toString('utf8').replace(/\r?\n$/, '');
  return {
    password: passwordText ?? password,
    ca: await read('ca', files.ca),
    cert: await read('cert', files.cert),
    key: await read('key', files.key),
  };
}
