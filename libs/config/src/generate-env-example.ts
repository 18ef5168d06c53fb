/** Writes `.env.example`, and the environment tables of the Markdown documents that have marks for them. */
import { readFile, writeFile } from 'node:fs/promises';
import { APPS } from './app.js';
import { envExample } from './env-example.js';
import { fillEnvironmentTables } from './environment-table.js';

const root = new URL('../../../', import.meta.url);
await writeFile(new URL('.env.example', root), envExample());
for (const app of APPS) {
  const file = new URL(`apps/${app}/README.md`, root);
  const text = await readFile(file, 'utf8').catch(() => undefined);
  if (text !== undefined) await writeFile(file, fillEnvironmentTables(text));
}
