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
export async function startStandalone(
  config: Config,
  logger: ReturnType<typeof createLogger>,
): Promise<Running> {
  // Health and metrics of each service on a port of its own; the API has them on its HTTP port.
  const opsPort = (index: number): Config => {
    const { port } = config.ops;
    return { ...config, ops: { ...config.ops, port: port === 0 ? 0 : port + index } };
  };
  const starts = [
    () => startAggregator(opsPort(1), logger),
    () => startAlerter(opsPort(2), logger),
    () => startApi(config, logger),
    () => startBridge(opsPort(0), logger),
  ];
  const running: Running[] = [];
  const close = async (): Promise<void> => {
    for (const service of running.splice(0).toReversed()) await service.close();
  };
  try {
    for (const start of starts) running.push(await start());
  } catch (error) {
    await close();
    throw error;
  }
  return { close };
}
