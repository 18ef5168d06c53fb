import { expect } from '@jest/globals';
import { eventually } from '@fieldstream/testing';
import { kafkaClient } from '../../support/case-scope.js';
import { committed } from '../../support/committed.js';
import type { ContractCase } from '../../support/contract-case.js';
import { Member } from './member.js';
import { numbers } from '../numbers.js';

/** What must be there again when the broker is. */
export const RESTART_CASES: readonly ContractCase[] = [
  {
    name: 'goes on with producers, consumers and their offsets when it was restarted under them',
    restarts: true,
    run: async (scope) => {
      const topic = await scope.topic({ partitions: 2 });
      const groupId = scope.groupId();
      // Patient clients, as services are.
      const patient = kafkaClient(scope.target.brokers, { retry: { initialRetryTime: 50, retries: 20 } });
      const producer = patient.producer();
      await producer.connect();
      scope.defer(() => producer.disconnect());
      const member = await Member.start(scope, { topic, groupId });
      const send = async (value: string): Promise<void> => {
        await producer.send({ topic, messages: [0, 1].map((partition) => ({ partition, value })) });
      };
      for (const n of numbers(10)) await send(`before ${n}`);
      await member.saw(20);
      await scope.target.restart?.();
      for (const n of numbers(10)) await send(`after ${n}`);
      await eventually(() => distinct(member) === 40, { what: 'all records', timeoutMs: 30_000 });
      // Once it has joined again, that is.
      await committed(scope, groupId, topic, 40);
    },
  },
  {
    name: 'keeps topics, settings, records, offsets and groups over a restart',
    restarts: true,
    run: async (scope) => {
      const topic = await scope.topic({ partitions: 3, config: { 'retention.ms': '7200000' } });
      const groupId = scope.groupId();
      await scope.producer.send({
        topic,
        messages: numbers(30).map((n) => ({ partition: n % 3, key: 'k', value: String(n) })),
      });
      await scope.admin.deleteTopicRecords({ topic, partitions: [{ partition: 1, offset: '4' }] });
      const member = await Member.start(scope, { topic, groupId });
      await member.saw(26);
      await member.leave();
      const state = async (): Promise<unknown> => ({
        offsets: await scope.admin.fetchTopicOffsets(topic),
        committed: await scope.admin.fetchOffsets({ groupId, topics: [topic] }),
        groups: (await scope.admin.describeGroups([groupId])).groups.map((group) => group.state),
        settings: (
          await scope.admin.describeConfigs({
            includeSynonyms: false,
            resources: [{ type: 2, name: topic, configNames: ['retention.ms'] }],
          })
        ).resources[0]?.configEntries[0]?.configValue,
        cluster: (await scope.admin.describeCluster()).clusterId,
      });
      const before = await state();
      await scope.target.restart?.();
      expect(await eventually(state, { what: 'the restarted broker' })).toEqual(before);
    },
  },
];

function distinct(member: Member): number {
  return new Set(member.seen.map((record) => `${record.partition}/${record.offset}`)).size;
}
