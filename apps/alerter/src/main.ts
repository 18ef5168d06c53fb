import 'reflect-metadata';
import { loadConfig } from '@fieldstream/config';
import { createLogger, reportConfigError, runService } from '@fieldstream/observability';
import { startAlerter } from './start.js';

try {
  const config = loadConfig('alerter');
  const logger = createLogger({ name: 'alerter', level: config.log.level });
  for (const warning of config.warnings) logger.warn({}, warning);
  await runService({ name: 'alerter', logger, start: () => startAlerter(config, logger) });
} catch (error) {
  reportConfigError(error);
}
