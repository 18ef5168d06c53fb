import { startEngine } from '@fieldstream/testing';
import { measureKafkaFetch } from '../ceilings/kafka-fetch.js';
import { measureKafkaProduce } from '../ceilings/kafka-produce.js';
import type { Figure } from '../figure.js';
import { describeUsage, UsageMeter } from '../process-usage.js';
import type { Scenario } from '../scenario.js';

/** The embedded log beside Apache Kafka, in turn, with kafkajs as the client of both: acks from all replicas. */
export const embeddedLog: Scenario = {
  name: 'embedded-log',
  title: 'embedded log beside Apache Kafka, kafkajs as the client',

  async run(context) {
    const { kafkaBrokers } = context.engines;
    const log = await startEngine('log');
    try {
      const figures: Figure[] = [];
      const compare = async (name: string, measure: (brokers: string) => Promise<Figure>): Promise<void> => {
        context.progress(`${name}: Apache Kafka, then the embedded log`);
        const apache = await measure(kafkaBrokers);
        const meter = new UsageMeter({ log: log.pid });
        const embedded = await measure(log.address);
        figures.push({
          ...embedded,
          name: `embedded log, ${name}`,
          ceiling: { name: 'Apache Kafka', value: apache.value },
          detail: `${embedded.detail ? `${embedded.detail}; ` : ''}${describeUsage(meter.read())}`,
        });
      };
      await compare('produce', (brokers) => measureKafkaProduce(brokers, context.seconds));
      await compare('fetch', measureKafkaFetch);
      return figures;
    } finally {
      await log.remove();
    }
  },
};
