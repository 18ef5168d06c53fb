import 'reflect-metadata';
import { loadConfig } from '@fieldstream/config';
import { createLogger, reportConfigError, runService } from '@fieldstream/observability';
import { StartUp } from './start-up.js';
import { startStandalone } from './start.js';

try {
  const config = loadConfig('standalone');
  const logger = createLogger({ name: 'fieldstream', level: config.log.level });
  for (const warning of config.warnings) logger.warn({}, warning);
  const startUp = new StartUp((text) => process.stdout.write(text));
  startUp.say('Starting Fieldstream\n');
  await runService({
    name: 'fieldstream',
    logger,
    async start() {
      try {
        const running = await startStandalone(config, logger, startUp);
        return {
          async close() {
            startUp.say('\nStopping\n');
            await running.close();
            startUp.say('Stopped. What was acknowledged is on disk.\n');
          },
        };
      } catch (error) {
        // For whoever sits before it: a sentence, not a stack.
        logger.debug({ err: error }, 'the start failed');
        process.stderr.write(`\nFieldstream did not start: ${(error as Error).message}.\n`);
        process.exit(1);
      }
    },
  });
} catch (error) {
  reportConfigError(error);
}
