import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { apiTypes } from './openapi-types.js';

test("the console's types are those of the API (else: npm run console:api-types)", async () => {
  const file = join(import.meta.dirname, '..', '..', 'console', 'src', 'client', 'schema.d.ts');
  expect(await readFile(file, 'utf8')).toBe(await apiTypes());
});
