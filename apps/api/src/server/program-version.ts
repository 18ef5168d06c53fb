import { readFileSync } from 'node:fs';
import { insideProject } from '../inside-project.js';

let version: string | undefined;

/** Version of the program, from the project's `package.json`. */
export function programVersion(): string {
  return (version ??= readVersion());
}

function readVersion(): string {
  const file = insideProject('package.json');
  if (file === undefined) throw new Error('package.json is in no folder above this program');
  return (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version;
}
