import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Logger } from '@fieldstream/domain';
import { EmbeddedLog } from '../../../libs/embedded/src/log/broker/embedded-log.js';

/** A broker that the cases are run against. It forbids auto-creation of topics and has one node. */
export interface Target {
  /** Bootstrap address, `host:port`. */
  readonly brokers: string;
  /** Closes the broker and opens it again on the same data and port. Missing where it is not ours to restart. */
  readonly restart?: () => Promise<void>;
  /** Ends what was started for the cases. @throws Error naming what the broker logged at `error` */
  stop(): Promise<void>;
}

export interface TargetKind {
  readonly name: string;
  /** Why it cannot be had here, in a sentence for whoever runs the tests. */
  readonly missing?: string;
  readonly restartable: boolean;
  start(): Promise<Target>;
}

/** Both brokers. Whatever a case expects it expects of each of them. */
export function targetKinds(env: NodeJS.ProcessEnv = process.env): readonly TargetKind[] {
  const brokers = env['KAFKA_BROKERS'];
  return [
    { name: 'the embedded log', restartable: true, start: startEmbedded },
    {
      name: 'Apache Kafka',
      restartable: false,
      ...(brokers ? {} : { missing: 'KAFKA_BROKERS is not set (npm run stack:up prints it)' }),
      start: () => Promise.resolve({ brokers: brokers ?? '', stop: () => Promise.resolve() }),
    },
  ];
}

async function startEmbedded(): Promise<Target> {
  const dataDir = await mkdtemp(join(tmpdir(), 'fieldstream-contract-'));
  const faults: string[] = [];
  const logger: Logger = {
    debug: () => {},
    info: () => {},
    warn: () => {},
    error: (fields, message) => faults.push(`${message} ${JSON.stringify(fields)}`),
  };
  let log = await EmbeddedLog.open({ dataDir, logger });
  const { port } = log;
  return {
    brokers: `127.0.0.1:${port}`,
    restart: async () => {
      await log.close();
      log = await EmbeddedLog.open({ dataDir, port, logger });
    },
    stop: async () => {
      await log.close();
      await rm(dataDir, { recursive: true, force: true });
      if (faults.length > 0) throw new Error(`the embedded log reported faults:\n${faults.join('\n')}`);
    },
  };
}
