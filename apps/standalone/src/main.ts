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
    start: () => startStandalone(config, logger, startUp),
  });
} catch (error) {
  reportConfigError(error);
}
