import { parseArgs } from 'node:util';
import { loadConfig } from '@fieldstream/config';
import type { Logger } from '@fieldstream/domain';
import { openDataFolder, startEmbeddedDatabase, startEmbeddedLog } from '@fieldstream/embedded';
import { createKafka } from '@fieldstream/kafka';
import { createLogger } from '@fieldstream/observability';
import { copyHistory, createPool, migrate, type CopyProgress } from '@fieldstream/timescale';
import { TOPICS } from '@fieldstream/wire';

const USAGE = `usage: npm run copy-history -- --to postgres://user:password@host:5432/database

Copies what the embedded TimescaleDB of DATA_DIR has stored into a real one, for moving on to separate services.
Stop Fieldstream first (Ctrl-C). The target is a new database; run again, an interrupted copy goes on.
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
    const folder = await openDataFolder(config.embedded.dataDir);
    closers.push(() => folder.close());
    say(`from ${folder.path}`);
    const database = await startEmbeddedDatabase({ dataDir: folder.databaseDir, port: 0, logger });
    closers.push(() => database.close());
    const source = pool(database.url, logger, closers);
    await migrate(source, logger);

    const log = await startEmbeddedLog({ dataDir: folder.logDir, port: 0, logger });
    closers.push(() => log.close());
    const waiting = await recordsNotStored(log.broker, config.kafka.topicPrefix, source, logger);
    if (waiting > 0) {
      complain(
        `${waiting} acknowledged records are in the log but not in the database yet: run npm start until ` +
          '/api/pipeline shows no lag, stop it, and copy again',
      );
      return 1;
    }
    const target = pool(to, logger, closers);
    await migrate(target, logger);
    await copyHistory(source, target, report);
    say(
      `Copied. Now start the services with KAFKA_BROKERS and DATABASE_URL; keep KAFKA_PARTITIONS as it was.`,
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

/** Records of readings that the aggregator has not stored; what is copied would lack them for ever. */
async function recordsNotStored(
  broker: string,
  topicPrefix: string,
  source: Pool,
  logger: Logger,
): Promise<number> {
  const admin = createKafka({ brokers: [broker], clientId: 'fieldstream-copy-history', logger }).admin();
  await admin.connect();
  try {
    const topic = topicPrefix + TOPICS.readings;
    if (!(await admin.listTopics()).includes(topic)) return 0;
    const { rows } = await source.query<{ partition: number; next: string }>(
      'SELECT partition, next_offset AS next FROM consumer_offset WHERE consumer = $1 AND topic = $2',
      [`${topicPrefix}fieldstream-aggregator`, TOPICS.readings],
    );
    const next = new Map(rows.map((row) => [row.partition, Number(row.next)]));
    const ends = await admin.fetchTopicOffsets(topic);
    return ends.reduce(
      (sum, { partition, high, low }) => sum + Number(high) - (next.get(partition) ?? Number(low)),
      0,
    );
  } finally {
    await admin.disconnect();
  }
}

function report({ table, rows, inserted, done }: CopyProgress): void {
  if (done)
    say(`  ${table.padEnd(14)} ${rows} rows${inserted < rows ? `, ${rows - inserted} were there` : ''}`);
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

function complain(line: string): void {
  process.stderr.write(`copy-history: ${line}\n`);
}

process.exitCode = await main();
