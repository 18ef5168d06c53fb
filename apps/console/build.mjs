// Builds the console into dist/console, unless that is what these very inputs gave already.
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'vite';

const root = join(import.meta.dirname, '..', '..');
const mark = join(root, 'dist', 'console', '.inputs');
const INPUTS = ['apps/console', 'libs/domain/src', 'libs/grafana/src', 'package-lock.json'];

function inputsHash() {
  const hash = createHash('sha256');
  for (const input of INPUTS) {
    const path = join(root, input);
    const files = input.includes('.')
      ? [path]
      : readdirSync(path, { recursive: true, withFileTypes: true })
          .filter((entry) => entry.isFile() && !entry.name.includes('.test.'))
          .map((entry) => join(entry.parentPath, entry.name))
          .sort();
    for (const file of files) hash.update(`${file.slice(root.length)}\0`).update(readFileSync(file));
  }
  return hash.digest('hex');
}

const hash = inputsHash();
if (!existsSync(mark) || readFileSync(mark, 'utf8') !== hash) {
  const startedMs = performance.now();
  await build({ configFile: join(import.meta.dirname, 'vite.config.ts'), logLevel: 'warn' });
  writeFileSync(mark, hash);
  process.stdout.write(`Built the console in ${((performance.now() - startedMs) / 1_000).toFixed(1)} s\n`);
}
