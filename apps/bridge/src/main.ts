import 'reflect-metadata';
import { loadConfig } from '@fieldstream/config';
import { createLogger, reportConfigError, runService } from '@fieldstream/observability';
import { startBridge } from './start.js';

try {
  const config = loadConfig('bridge');
  const logger = createLogger({ name: 'bridge', level: config.log.level });
  for (const warning of config.warnings) logger.warn({}, warning);
  await runService({ name: 'bridge', logger, start: () => startBridge(config, logger) });
} catch (error) {
  reportConfigError(error);
}
