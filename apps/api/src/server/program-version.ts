import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

let version: string | undefined;

/** Version of the program, from the project's `package.json`, which stands in a folder above this module. */
export function programVersion(): string {
  return (version ??= readVersion());
}

function readVersion(): string {
  for (let folder = dirname(fileURLToPath(import.meta.url)); ; folder = dirname(folder)) {
    const file = join(folder, 'package.json');
    if (existsSync(file)) {
      const { name, version: found } = JSON.parse(readFileSync(file, 'utf8')) as {
        name?: string;
        version?: string;
      };
      if (name === 'fieldstream' && found !== undefined) return found;
    }
    if (folder === dirname(folder)) throw new Error('no package.json of fieldstream is in a folder above');
  }
}
