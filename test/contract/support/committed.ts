import { eventually } from '@fieldstream/testing';
import type { CaseScope } from './case-scope.js';

/** Resolves when a group has committed so many records of a topic, over all partitions. */
export async function committed(
  scope: CaseScope,
  groupId: string,
  topic: string,
  count: number,
): Promise<void> {
  await eventually(
    async () => {
      const [found] = await scope.admin.fetchOffsets({ groupId, topics: [topic] });
      return found?.partitions.reduce((sum, { offset }) => sum + Math.max(0, Number(offset)), 0) === count;
    },
    { what: `${count} records to be committed`, everyMs: 20 },
  );
}
