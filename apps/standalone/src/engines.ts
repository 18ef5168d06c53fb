import type { Config, StandaloneConfig } from '@fieldstream/config';
import type { Logger } from '@fieldstream/domain';
import {
  EmbeddedError,
  openDataFolder,
  startEmbeddedDatabase,
  startEmbeddedLog,
  type RunningDatabase,
  type RunningLog,
} from '@fieldstream/embedded';
import type { StartUp } from './start-up.js';

export interface Engines {
  /** The configuration with the address of every engine, as the services read it. */
  readonly config: Config;
  /** Undefined where one is given. */
  readonly log: RunningLog | undefined;
  readonly database: RunningDatabase | undefined;
  /** Undefined where both are given. */
  readonly dataDir: string | undefined;
  close(): Promise<void>;
}

/**
 * Starts, in threads, the engines that the configuration does not name. The services above learn nothing of it but
 * addresses.
 * @throws EmbeddedError; nothing is left running then
 */
export async function startEngines(
  config: StandaloneConfig,
  logger: Logger,
  startUp: StartUp,
): Promise<Engines> {
  const { brokers } = config.kafka;
  const { url } = config.database;
  if (brokers && url) {
    return {
      config: named(config, brokers, url),
      log: undefined,
      database: undefined,
      dataDir: undefined,
      close: async () => {},
    };
  }
  const { dataDir, kafkaPort, sqlPort } = config.embedded;
  const folder = await startUp.step('data folder', () => openDataFolder(dataDir));
  const [log, database] = await Promise.allSettled([
    brokers
      ? undefined
      : startUp.step('embedded log, Kafka protocol', () =>
          startEmbeddedLog({ dataDir: folder.logDir, port: kafkaPort, logger }).catch(
            namePort('EMBEDDED_KAFKA_PORT'),
          ),
        ),
    url
      ? undefined
      : startUp.step('embedded TimescaleDB', () =>
          startEmbeddedDatabase({ dataDir: folder.databaseDir, port: sqlPort, logger }).catch(
            namePort('EMBEDDED_SQL_PORT'),
          ),
        ),
  ]);
  const running = [log, database].flatMap((start) =>
    start.status === 'fulfilled' && start.value ? [start.value] : [],
  );
  const close = async (): Promise<void> => {
    try {
      // Nobody asks either of them any more: the services above have closed.
      for (const engine of running.toReversed()) await engine.close();
    } finally {
      await folder.close();
    }
  };
  for (const start of [log, database]) {
    if (start.status === 'fulfilled') continue;
    await close();
    throw start.reason;
  }
  for (const engine of running) void engine.failed.then(endProcess);
  const runningLog = log.status === 'fulfilled' ? log.value : undefined;
  const runningDatabase = database.status === 'fulfilled' ? database.value : undefined;
  return {
    config: named(config, brokers ?? [runningLog?.broker ?? ''], url ?? runningDatabase?.url ?? ''),
    log: runningLog,
    database: runningDatabase,
    dataDir: folder.path,
    close,
  };
}

function named(config: StandaloneConfig, brokers: readonly string[], url: string): Config {
  return {
    ...config,
    kafka: { ...config.kafka, brokers },
    database: { ...config.database, url },
  };
}

/** An engine that is lost cannot be started again below the services; the unhandled rejection ends the process with code 1. */
function endProcess(error: EmbeddedError): never {
  throw error;
}

function namePort(variable: string): (error: unknown) => never {
  return (error) => {
    if (error instanceof EmbeddedError && error.code === 'port-unavailable') {
      throw new EmbeddedError(error.code, `${error.message} (variable ${variable})`, { cause: error });
    }
    throw error;
  };
}
