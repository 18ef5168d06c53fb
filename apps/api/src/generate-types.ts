import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { apiTypes } from './openapi-types.js';

// `npm run console:api-types`: after a change of the API's schemas. A unit test fails while the two differ.
const target = join(import.meta.dirname, '..', '..', 'console', 'src', 'client', 'schema.d.ts');
await writeFile(target, await apiTypes());
