import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Kafka, logLevel, type Admin } from 'kafkajs';
import { runCommand } from './command.js';
import type { Engine } from './engine.js';
import { javaProgram } from './kafka-jars.js';
import { findProcesses } from './process-table.js';
import { stackId, type StackState } from './state.js';

/** The bootstrap address of the broker, as in KAFKA_BROKERS. */
export function kafkaBrokers(state: StackState): string {
  return `127.0.0.1:${state.kafka.port}`;
}

/** Apache Kafka in KRaft mode: one process that is broker and controller. */
export const kafkaEngine: Engine = {
  name: 'kafka',
  processName: 'java',
  stopSignal: 'SIGTERM',
  mark: (dataDir) => `-Dfieldstream.stack=${stackId(dataDir)}`,
  leftovers: (dataDir) => findProcesses((args) => args.includes(kafkaEngine.mark(dataDir))),

  async prepare(state) {
    const home = join(state.dataDir, 'kafka');
    mkdirSync(home, { recursive: true });
    writeFileSync(join(home, 'server.properties'), serverProperties(state));
    writeFileSync(join(home, 'log4j2.properties'), LOG4J_PROPERTIES);
    const java = {
      file: javaProgram(),
      // Other projects' settings for the JVM are not for this one.
      env: { PATH: process.env['PATH'] ?? '', LANG: 'C.UTF-8', TZ: 'UTC' },
      cwd: home,
    };
    const common = ['-cp', join(state.kafka.jarsDir, '*'), '-Dlog4j2.configurationFile=log4j2.properties'];
    if (!existsSync(join(home, 'data', 'meta.properties'))) {
      await runCommand({
        ...java,
        args: [
          ...common,
          'kafka.tools.StorageTool',
          'format',
          `--cluster-id=${newClusterId()}`,
          '--config=server.properties',
          '--ignore-formatted',
        ],
      });
    }
    return {
      ...java,
      args: [
        '-Xms256m',
        '-Xmx1g',
        '-XX:+UseG1GC',
        '-XX:MaxGCPauseMillis=20',
        '-XX:+ExitOnOutOfMemoryError',
        '-Djava.awt.headless=true',
        kafkaEngine.mark(state.dataDir),
        ...common,
        'kafka.Kafka',
        'server.properties',
      ],
    };
  },

  async probe(state) {
    await withAdmin(state, async (admin) => {
      // A broker is listed only once the controller has unfenced it: topics can be created from then on.
      const { brokers } = await admin.describeCluster();
      if (brokers.length === 0) throw new Error('The controller does not list the broker yet');
    });
  },

  // The broker becomes leader of its partitions a little after it was unfenced.
  async probeData(state) {
    await withAdmin(state, async (admin) => {
      for (const topic of await admin.listTopics()) await admin.fetchTopicOffsets(topic);
    });
  },
};

async function withAdmin(state: StackState, use: (admin: Admin) => Promise<void>): Promise<void> {
  const admin = new Kafka({
    clientId: 'fieldstream-stack',
    brokers: [kafkaBrokers(state)],
    connectionTimeout: 2000,
    requestTimeout: 2000,
    retry: { retries: 0 },
    logLevel: logLevel.NOTHING,
  }).admin();
  try {
    await admin.connect();
    await use(admin);
  } finally {
    await admin.disconnect();
  }
}

/** Everything not named here is Kafka's default; so records are flushed to disk by the operating system. */
function serverProperties({ dataDir, kafka }: StackState): string {
  const properties: Record<string, string | number | boolean> = {
    'process.roles': 'broker,controller',
    'node.id': 1,
    'controller.quorum.voters': `1@127.0.0.1:${kafka.controllerPort}`,
    listeners: `PLAINTEXT://127.0.0.1:${kafka.port},CONTROLLER://127.0.0.1:${kafka.controllerPort}`,
    'advertised.listeners': `PLAINTEXT://127.0.0.1:${kafka.port}`,
    'controller.listener.names': 'CONTROLLER',
    'listener.security.protocol.map': 'PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT',
    'log.dirs': join(dataDir, 'kafka', 'data'),
    'auto.create.topics.enable': false,
    'num.partitions': 1,
    'default.replication.factor': 1,
    'min.insync.replicas': 1,
    'offsets.topic.replication.factor': 1,
    'offsets.topic.num.partitions': 10,
    'transaction.state.log.replication.factor': 1,
    'transaction.state.log.min.isr': 1,
    'transaction.state.log.num.partitions': 10,
    'share.coordinator.state.topic.replication.factor': 1,
    'share.coordinator.state.topic.min.isr': 1,
    'group.initial.rebalance.delay.ms': 0,
    // After a kill, the controller takes the broker back only when its old session has run out.
    'broker.session.timeout.ms': 4000,
    'broker.heartbeat.interval.ms': 1000,
  };
  return Object.entries(properties)
    .map(([name, value]) => `${name}=${value}\n`)
    .join('');
}

const LOG4J_PROPERTIES = `status = error
appender.console.type = Console
appender.console.name = console
appender.console.layout.type = PatternLayout
appender.console.layout.pattern = %d{ISO8601} %-5p %m (%c)%n
logger.settings.name = org.apache.kafka.common.config
logger.settings.level = warn
logger.partitions.name = state.change.logger
logger.partitions.level = warn
logger.segments.name = org.apache.kafka.storage.internals.log
logger.segments.level = warn
logger.cluster.name = kafka.cluster
logger.cluster.level = warn
logger.controller.name = org.apache.kafka.controller
logger.controller.level = warn
logger.image.name = org.apache.kafka.image
logger.image.level = warn
rootLogger.level = info
rootLogger.appenderRef.console.ref = console
`;

/** A Kafka Uuid: 16 bytes in base64url; those that begin with a dash would be read as an option. */
function newClusterId(): string {
  for (;;) {
    const id = randomBytes(16).toString('base64url');
    if (!id.startsWith('-')) return id;
  }
}
