// `npm start`: compiles what has changed, then runs everything in this very process, so that signals reach it.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..', '..');
const startedMs = performance.now();
process.stdout.write('Building\n');
const nest = join(root, 'node_modules', '@nestjs', 'cli', 'bin', 'nest.js');
const { status } = spawnSync(process.execPath, [nest, 'build', 'standalone'], {
  cwd: root,
  stdio: 'inherit',
});
if (status !== 0) process.exit(status ?? 1);
process.stdout.write(`Built in ${((performance.now() - startedMs) / 1_000).toFixed(1)} s\n`);
await import('../../dist/apps/standalone/src/main.js');
