import type { Config } from '@fieldstream/config';
import type { createLogger } from '@fieldstream/observability';
import { startAggregator } from '../../aggregator/src/start.js';
import { startAlerter } from '../../alerter/src/start.js';
import { startApi } from '../../api/src/start.js';
import { startBridge } from '../../bridge/src/start.js';

interface Running {
  close(): Promise<void>;
}

/**
 * All services in one process, from the same modules as the separate ones. What stores and evaluates starts before what
 * takes in, and stops after it, so that nothing is acknowledged that is not already being consumed.
 */
export async function startStandalone(config: Config, logger: ReturnType<typeof createLogger>): Promise<Running> {
  const services = [startAggregator, startAlerter, startApi, startBridge];
  const running: Running[] = [];
  const close = async (): Promise<void> => {
    for (const service of running.splice(0).toReversed()) await service.close();
  };
  try {
    for (const [index, start] of services.entries()) {
      // Each service has its own health and metrics, on neighbouring ports.
      running.push(await start({ ...config, ops: { ...config.ops, port: config.ops.port + index } }, logger));
    }
  } catch (error) {
    await close();
    throw error;
  }
  return { close };
}
