import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { decodeJournalBatches, encodeJournalBatch } from './journal-batch.js';

const bytes = fc.uint8Array({ maxLength: 300 }).map((given) => Buffer.from(given));
const entry = fc.record({ key: bytes, value: fc.option(bytes) });
const batch = fc.array(entry, { minLength: 1, maxLength: 20 });

test('entries come back as they were, in order, over several batches', () => {
  fc.assert(
    fc.property(fc.array(batch, { minLength: 1, maxLength: 4 }), (batches) => {
      let offset = 0;
      const stored = batches.map((entries) => {
        const encoded = encodeJournalBatch(entries, 1_700_000_000_000);
        encoded.writeBigInt64BE(BigInt(offset), 0);
        offset += entries.length;
        return encoded;
      });
      const decoded = decodeJournalBatches(Buffer.concat(stored));
      expect(decoded.entries).toEqual(batches.flat());
      expect(decoded.nextOffset).toBe(offset);
    }),
  );
});

test('compressed batches are refused with a reason', () => {
  const encoded = encodeJournalBatch([{ key: Buffer.from('k'), value: null }], 0);
  encoded.writeInt16BE(1, 21);
  expect(() => decodeJournalBatches(encoded)).toThrow('stored compressed');
});
