import { mkdirSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { lockFolder, startEmbeddedDatabase, startEmbeddedLog } from '@fieldstream/embedded';
import { createLogger, runService } from '@fieldstream/observability';

const USAGE = 'usage: engine log|database --data FOLDER [--port PORT]';

/**
 * One embedded engine alone in its process: for tests, for tools that need no services, and for looking into a data
 * folder. Prints one line of JSON with its address when it serves.
 */
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { data: { type: 'string' }, port: { type: 'string', default: '0' } },
});
const [engine] = positionals;
const port = Number(values.port);
if (
  (engine !== 'log' && engine !== 'database') ||
  values.data === undefined ||
  !Number.isInteger(port) ||
  port < 0 ||
  port > 65_535
) {
  process.stderr.write(`${USAGE}\n`);
  process.exit(2);
}
const dataDir = values.data;
// Logs go to standard error: standard output has the one line only.
const logger = createLogger({
  name: `embedded-${engine}`,
  level: process.env['LOG_LEVEL'] ?? 'info',
  destination: process.stderr,
});

async function start(): Promise<{ close(): Promise<void> }> {
  mkdirSync(dataDir, { recursive: true });
  const lock = await lockFolder(dataDir);
  const options = { dataDir, port, logger };
  const running = engine === 'log' ? await startEmbeddedLog(options) : await startEmbeddedDatabase(options);
  void running.failed.then((error) => {
    throw error;
  });
  const { port: listening } = running;
  const address = 'url' in running ? { url: running.url } : { brokers: running.broker };
  process.stdout.write(`${JSON.stringify({ engine, port: listening, ...address })}\n`);
  return {
    async close() {
      await running.close();
      await lock.close();
    },
  };
}

await runService({ name: `embedded ${engine}`, logger, start });
