import { parseArgs } from 'node:util';
import 'reflect-metadata';
import { loadConfig, type StandaloneConfig } from '@fieldstream/config';
import type { Logger } from '@fieldstream/domain';
import { createLogger } from '@fieldstream/observability';
import { copyHistory, createPool, migrate, type CopyProgress } from '@fieldstream/timescale';
import { catchUp } from './catch-up.js';
import { startEngines } from './engines.js';
import { StartUp } from './start-up.js';

const USAGE = `usage: npm run copy-history -- --to postgres://user:password@host:5432/database

Copies what the embedded TimescaleDB of DATA_DIR has stored into a real one, for moving on to separate services.
Stop Fieldstream first (Ctrl-C). What the log still holds is stored before it is copied. The target is a new database; run again, an interrupted copy goes on.
`;

type Pool = ReturnType<typeof createPool>;

/** Runs the command. @returns the exit code. */
async function main(): Promise<number> {
  const to = parseTarget();
  if (to === undefined) {
    process.stderr.write(USAGE);
    return 2;
  }
  const config = loadConfig('standalone');
  const logger = createLogger({ name: 'copy-history', level: 'warn', destination: process.stderr });
  const closers: (() => Promise<void>)[] = [];
  try {
    const engines = await startEngines(embedded(config), logger, new StartUp(say));
    closers.push(() => engines.close());
    const source = pool(engines.config.database.url, logger, closers);
    say('Storing what the log still holds\n');
    await catchUp(engines.config, source, logger);

    const target = pool(to, logger, closers);
    await migrate(target, logger);
    await copyHistory(source, target, report);
    say(
      'Copied. Now start the services with KAFKA_BROKERS and DATABASE_URL; keep KAFKA_PARTITIONS as it was.\n',
    );
    return 0;
  } catch (error) {
    complain((error as Error).message);
    return 1;
  } finally {
    for (const close of closers.toReversed()) await close();
  }
}

function parseTarget(): string | undefined {
  try {
    const { values } = parseArgs({ options: { to: { type: 'string' } } });
    return values.to && /^postgres(ql)?:\/\//.test(values.to) ? values.to : undefined;
  } catch {
    return undefined;
  }
}

function pool(url: string, logger: Logger, closers: (() => Promise<void>)[]): Pool {
  const made = createPool({ url, maxConnections: 1, applicationName: 'fieldstream-copy-history', logger });
  closers.push(() => made.end());
  return made;
}

/** The engines of the data folder on any free ports, whatever else is configured. */
function embedded(config: StandaloneConfig): StandaloneConfig {
  return {
    ...config,
    kafka: { ...config.kafka, brokers: undefined },
    database: { ...config.database, url: undefined },
    embedded: { ...config.embedded, kafkaPort: 0, sqlPort: 0 },
  };
}

function report({ table, rows, inserted, done }: CopyProgress): void {
  const known = inserted < rows ? `, ${rows - inserted} of them there already` : '';
  if (done) say(`  ${table.padEnd(14)} ${String(rows).padStart(12)} rows${known}\n`);
}

function say(text: string): void {
  process.stdout.write(text);
}

function complain(line: string): void {
  process.stderr.write(`copy-history: ${line}\n`);
}

process.exitCode = await main();
