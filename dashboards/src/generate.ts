import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DASHBOARDS, renderDashboard } from './dashboards.js';

// Writes dashboards/json from the sources: `npm run dashboards`.
const folder = join(import.meta.dirname, '..', 'json');
mkdirSync(folder, { recursive: true });
for (const { file, build } of DASHBOARDS) {
  writeFileSync(join(folder, file), renderDashboard(build()));
  process.stdout.write(`dashboards/json/${file}\n`);
}
