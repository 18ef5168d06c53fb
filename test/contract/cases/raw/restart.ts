import { expect } from '@jest/globals';
import { ERROR } from '../../raw/protocol-numbers.js';
import { RawConnection } from '../../raw/raw-connection.js';
import { recordBatch } from '../../raw/record-batch.js';
import { initProducerId, listOffsets, produce } from '../../raw/requests.js';
import type { ContractCase } from '../../support/contract-case.js';

/** What a broker must not forget, by the protocol. */
export const RAW_RESTART_CASES: readonly ContractCase[] = [
  {
    name: 'knows a resend of an idempotent producer after a restart too, and gives its ID to nobody else',
    restarts: true,
    run: async (scope) => {
      const topic = await scope.topic();
      const before = await RawConnection.open(scope);
      const { producerId } = await before.ask(initProducerId());
      const batch = (baseSequence: number): Buffer =>
        recordBatch({
          producerId,
          producerEpoch: 0,
          baseSequence,
          records: [{ value: String(baseSequence) }],
        });
      for (const sequence of [0, 1]) await before.ask(produce({ topic, records: batch(sequence) }));
      await scope.target.restart?.();
      const after = await RawConnection.open(scope);
      expect(await after.ask(produce({ topic, records: batch(1) }))).toMatchObject({
        errorCode: 0,
        baseOffset: 1,
      });
      const gap = await after.ask(produce({ topic, records: batch(3) }));
      expect(gap.errorCode).toBe(ERROR.outOfOrderSequenceNumber);
      expect(await after.ask(produce({ topic, records: batch(2) }))).toMatchObject({
        errorCode: 0,
        baseOffset: 2,
      });
      expect((await after.ask(listOffsets(topic, -1))).offset).toBe(3);
      expect((await after.ask(initProducerId())).producerId).not.toBe(producerId);
    },
  },
  {
    name: 'has every record that it acknowledged while it was being stopped, and none twice',
    restarts: true,
    run: async (scope) => {
      const topic = await scope.topic();
      const connection = await RawConnection.open(scope);
      const count = 200;
      for (let n = 0; n < count; n += 1) {
        connection.send(produce({ topic, records: recordBatch({ records: [{ value: String(n) }] }) }));
      }
      const restarting = scope.target.restart?.();
      let acknowledged = 0;
      try {
        for (; acknowledged < count; acknowledged += 1) await connection.receive();
      } catch {
        // It was closed before it had answered all of them.
      }
      await restarting;
      const { offset } = await (await RawConnection.open(scope)).ask(listOffsets(topic, -1));
      expect(offset).toBeGreaterThanOrEqual(acknowledged);
      expect(offset).toBeLessThanOrEqual(count);
    },
  },
];
