import { NestFactory } from '@nestjs/core';
import type { BridgeConfig } from '@fieldstream/config';
import type { Logger } from '@fieldstream/domain';
import { nestLogger } from '@fieldstream/observability';
import { BridgeModule } from './bridge.module.js';
import { Bridge } from './bridge.js';
import { FurtherListeners, type FurtherPorts } from './front/further-listeners.js';

export interface RunningBridge {
  readonly mqttPort: number;
  /** Of the listeners that are configured besides it. */
  readonly furtherPorts: FurtherPorts;
  readonly opsPort: number;
  /** Stops taking in, brings what is in flight to its end and closes every connection; within 25 s. */
  close(): Promise<void>;
}

/**
 * Starts the bridge; resolves when devices can connect. Waits for Kafka as long as it takes.
 * @throws KafkaError, BridgeError; nothing is left running then.
 */
export async function startBridge(config: BridgeConfig, logger: Logger): Promise<RunningBridge> {
  const app = await NestFactory.createApplicationContext(BridgeModule.register(config, logger), {
    logger: nestLogger(logger),
    abortOnError: false,
  });
  const bridge = app.get(Bridge);
  const close = async (): Promise<void> => {
    await bridge.close();
    await app.close();
  };
  try {
    await bridge.open();
  } catch (error) {
    await close();
    throw error;
  }
  return {
    mqttPort: bridge.mqttPort ?? 0,
    furtherPorts: app.get(FurtherListeners).ports,
    opsPort: bridge.opsPort ?? 0,
    close,
  };
}
