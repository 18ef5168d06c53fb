import 'reflect-metadata';
import { loadConfig } from '@fieldstream/config';
import { createLogger, reportConfigError, runService } from '@fieldstream/observability';
import { startAggregator } from './start.js';

try {
  const config = loadConfig('aggregator');
  const logger = createLogger({ name: 'aggregator', level: config.log.level });
  for (const warning of config.warnings) logger.warn({}, warning);
  await runService({ name: 'aggregator', logger, start: () => startAggregator(config, logger) });
} catch (error) {
  reportConfigError(error);
}
