import 'reflect-metadata';
import { loadConfig } from '@fieldstream/config';
import { createLogger, reportConfigError, runService } from '@fieldstream/observability';
import { startStandalone } from './start.js';

try {
  const config = loadConfig('standalone');
  const logger = createLogger({ name: 'fieldstream', level: config.log.level });
  for (const warning of config.warnings) logger.warn({}, warning);
  await runService({ name: 'fieldstream', logger, start: () => startStandalone(config, logger) });
} catch (error) {
  reportConfigError(error);
}
