import { parseCommand, USAGE } from './options.js';
import { down, StackError, status, up } from './stack.js';

/** Progress goes to stderr, so that the output of `up` can be evaluated by a shell. */
const progress = (line: string): void => {
  process.stderr.write(`stack: ${line}\n`);
};

async function main(): Promise<void> {
  const command = parseCommand(process.argv.slice(2), process.env, process.cwd());
  switch (command.action) {
    case 'help':
      process.stdout.write(`${USAGE}\n`);
      return;
    case 'up': {
      const info = await up({ ...command, progress });
      const { kafka, postgres, timescaledb, timescaledbEdition } = info.versions;
      progress(
        `Kafka ${kafka}, PostgreSQL ${postgres}, TimescaleDB ${timescaledb} (${timescaledbEdition} edition)`,
      );
      process.stdout.write(
        `export KAFKA_BROKERS=${info.kafkaBrokers}\nexport DATABASE_URL=${info.databaseUrl}\n`,
      );
      return;
    }
    case 'down':
      await down({ ...command, progress });
      return;
    case 'status': {
      const found = status(command.dataDir);
      for (const engine of ['kafka', 'postgres'] as const) {
        const { pid, port } = found?.state[engine] ?? { pid: null, port: null };
        process.stdout.write(
          pid === null ? `${engine}: down\n` : `${engine}: up on 127.0.0.1:${port}, process ${pid}\n`,
        );
      }
      if (found === null || !found.running.kafka || !found.running.postgres) process.exitCode = 3;
    }
  }
}

try {
  await main();
} catch (error) {
  // What the stack throws is told to a person; anything else is a fault in the stack, with its stack trace.
  progress(error instanceof StackError ? error.message : ((error as Error).stack ?? String(error)));
  process.exitCode = error instanceof StackError && error.code === 'BAD_OPTION' ? 2 : 1;
}
