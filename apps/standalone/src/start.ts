import { join } from 'node:path';
import type { Config, StandaloneConfig } from '@fieldstream/config';
import type { Logger } from '@fieldstream/domain';
import { startAggregator } from '../../aggregator/src/start.js';
import { startAlerter } from '../../alerter/src/start.js';
import { startApi } from '../../api/src/start.js';
import { startBridge } from '../../bridge/src/start.js';
import { startDemo } from '../../simulator/src/demo.js';
import { startEngines } from './engines.js';
import type { StartUp } from './start-up.js';
import { urlOf } from './url-of.js';
import { welcome } from './welcome.js';

interface Running {
  close(): Promise<void>;
}

/**
 * Engines where none are given, all services, and the demo, in one process, from the same modules as the separate ones.
 * What stores and evaluates starts before what takes in, and stops after it, so that nothing is acknowledged that is not
 * already being consumed; the engines come first and go last.
 * @throws whatever keeps a part from starting; nothing is left running then
 */
export async function startStandalone(
  standalone: StandaloneConfig,
  logger: Logger,
  startUp: StartUp,
): Promise<Running> {
  const running: Running[] = [];
  const started = <T extends Running>(part: T): T => {
    running.push(part);
    return part;
  };
  const close = async (): Promise<void> => {
    for (let part = running.pop(); part; part = running.pop()) await part.close();
  };
  try {
    const engines = started(await startEngines(standalone, logger, startUp));
    const { config } = engines;
    started(await startUp.step('aggregator', () => startAggregator(withOpsPort(config, 1), logger)));
    started(
      await startUp.step('alerter', () => startAlerter(withConsoleUrl(withOpsPort(config, 2)), logger)),
    );
    const api = started(await startUp.step('API', () => startApi(config, logger)));
    const bridge = started(
      await startUp.step('MQTT bridge', () => startBridge(withStatePath(config), logger)),
    );

    const { demo = engines.log !== undefined && engines.database !== undefined } = config.embedded;
    const fleet = demo
      ? await startUp.step('demo fleet', () => demoFleet(config, api, bridge, logger))
      : undefined;
    if (fleet) running.push(fleet);
    startUp.say(
      welcome(config.http.host, startUp.elapsed, {
        httpPort: api.port,
        mqttPort: bridge.mqttPort,
        furtherPorts: bridge.furtherPorts,
        sqlUrl: engines.database?.url,
        kafkaBroker: engines.log?.broker,
        dataDir: engines.dataDir,
        demoDevices: fleet?.devices,
      }),
    );
  } catch (error) {
    await close();
    throw error;
  }
  return { close };
}

/** Nothing else stands on the demo: without it everything runs all the same. */
async function demoFleet(
  config: Config,
  api: { readonly port: number },
  bridge: { readonly mqttPort: number },
  logger: Logger,
): Promise<Awaited<ReturnType<typeof startDemo>> | undefined> {
  const { apiToken } = config.http;
  return startDemo({
    mqttUrl: urlOf('mqtt', config.mqtt.host, bridge.mqttPort),
    apiUrl: urlOf('http', config.http.host, api.port),
    ...(apiToken === undefined ? {} : { apiToken }),
    families: true,
    logger,
  }).catch((error: unknown) => {
    logger.warn({ err: error }, 'the demo fleet does not start; DEMO=false turns it off');
    return undefined;
  });
}

/** The console is the API's; where that is given any free port, its address is not known when the alerter starts. */
function withConsoleUrl(config: Config): Config {
  const { host, port } = config.http;
  const own = port === 0 ? undefined : urlOf('http', host, port);
  return { ...config, alerting: { ...config.alerting, consoleUrl: config.alerting.consoleUrl ?? own } };
}

/** Retained messages and sessions outlive the process here, as readings do. */
function withStatePath(config: Config): Config {
  const { bridgeState, embedded } = config;
  return { ...config, bridgeState: { path: bridgeState.path ?? join(embedded.dataDir, 'bridge') } };
}

/** Health and metrics of each service on a port of its own; the API has them on its HTTP port. */
function withOpsPort(config: Config, index: number): Config {
  const { port } = config.ops;
  return { ...config, ops: { ...config.ops, port: port === 0 ? 0 : port + index } };
}
