import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EngineProcess, type EmbeddedEngine } from './engine-process.js';
import { RUN_VARIABLES } from './engines.js';

/** What the tests of one Jest run share on embedded engines. */
export interface TestRun {
  /** Ends the shared log and removes every data folder of the run. */
  close(): Promise<void>;
}

const TEMPLATE = 'database-template';

/**
 * Starts the log for tests that need no other engine, and makes an empty database once, for every test's own to begin as
 * a copy of. Tells the tests by variables of this process's environment.
 */
export async function startTestRun(): Promise<TestRun> {
  const folder = await mkdtemp(join(tmpdir(), 'fieldstream-test-'));
  process.env[RUN_VARIABLES.folder] = folder;
  const [log, database] = await Promise.all([
    startEngine('log'),
    EngineProcess.start({ engine: 'database', dataDir: join(folder, TEMPLATE) }),
  ]);
  await database.takeAway('SIGTERM');
  process.env[RUN_VARIABLES.brokers] = log.address;
  return {
    async close() {
      await log.remove();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** An engine of one test's own, on a new data folder. Remove it at the end. */
export async function startEngine(engine: EmbeddedEngine): Promise<EngineProcess> {
  const run = process.env[RUN_VARIABLES.folder];
  const dataDir = await mkdtemp(join(run ?? tmpdir(), `${run ? '' : 'fieldstream-'}${engine}-`));
  const template = run ? join(run, TEMPLATE) : undefined;
  return EngineProcess.start(
    engine === 'database' && template !== undefined && existsSync(template)
      ? { engine, dataDir, template }
      : { engine, dataDir },
  );
}
