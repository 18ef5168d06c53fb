import { existsSync } from 'node:fs';

const LIBRARY = new URL('../../dist/libs/testing/src/index.js', import.meta.url);

/** Before the first test that needs engines: where none are given, starts what all tests on the embedded ones share. */
export default async function setup() {
  if (process.env['KAFKA_BROKERS'] || process.env['DATABASE_URL']) return;
  if (!existsSync(LIBRARY)) {
    throw new Error(
      'not built: the tests run the compiled services and engines. Run `npm run build` first, or `npm test`, which does.',
    );
  }
  const { startTestRun } = await import(LIBRARY.href);
  globalThis.fieldstreamTestRun = await startTestRun();
}
