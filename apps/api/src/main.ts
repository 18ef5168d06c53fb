import 'reflect-metadata';
import { loadConfig } from '@fieldstream/config';
import { createLogger, reportConfigError, runService } from '@fieldstream/observability';
import { startApi } from './start.js';

try {
  const config = loadConfig('api');
  const logger = createLogger({ name: 'api', level: config.log.level });
  for (const warning of config.warnings) logger.warn({}, warning);
  await runService({ name: 'api', logger, start: () => startApi(config, logger) });
} catch (error) {
  reportConfigError(error);
}
