// `npm start`: compiles what has changed, then runs everything in this very process, so that signals reach it.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..', '..');
const startedMs = performance.now();

async function run(...command) {
  const [status] = await once(spawn(process.execPath, command, { cwd: root, stdio: 'inherit' }), 'exit');
  if (status !== 0) process.exit(status ?? 1);
}

process.stdout.write('Building\n');
await Promise.all([
  run(join('node_modules', '@nestjs', 'cli', 'bin', 'nest.js'), 'build', 'standalone'),
  run(join('apps', 'console', 'build.mjs')),
]);
process.stdout.write(`Built in ${((performance.now() - startedMs) / 1_000).toFixed(1)} s\n`);
await import('../../dist/apps/standalone/src/main.js');
