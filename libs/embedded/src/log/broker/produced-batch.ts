import { ERROR } from '../protocol/error-codes.js';

const LENGTH_AT = 8;
const LENGTH_END = 12;
const MAGIC_AT = 16;
const MAGIC_END = 17;
const ATTRIBUTES_AT = 21;
const ATTRIBUTES_END = 23;
const TRANSACTIONAL_BIT = 0x10;
const CONTROL_BIT = 0x20;
const MAGIC = 2;
/** What the length field of the oldest format counts at least. */
const LEAST_LENGTH = 14;

interface BatchFault {
  readonly code: number;
  readonly message: string;
}

const NOT_ONE: BatchFault = {
  code: ERROR.invalidRecord,
  message: 'there must be exactly one whole record batch for each partition',
};

/**
 * What Kafka refuses in the records of one partition of a Produce before it looks into its log: anything but exactly one
 * batch in the current format, and batches that no plain producer may send.
 */
export function producedBatchFault(records: Buffer | null): BatchFault | undefined {
  if (!records || records.length < MAGIC_END) return NOT_ONE;
  const length = records.readInt32BE(LENGTH_AT);
  if (length < LEAST_LENGTH) {
    return { code: ERROR.corruptMessage, message: `a record batch cannot have the length ${length}` };
  }
  if (LENGTH_END + length !== records.length) return NOT_ONE;
  const magic = records.readInt8(MAGIC_AT);
  if (magic >= 0 && magic < MAGIC) {
    return { code: ERROR.invalidRecord, message: 'record batches must have the format version 2' };
  }
  if (magic !== MAGIC) return { code: ERROR.corruptMessage, message: `there is no format version ${magic}` };
  // Whatever else there is to say of it, the log's own check says.
  if (records.length < ATTRIBUTES_END) return undefined;
  const attributes = records.readInt16BE(ATTRIBUTES_AT);
  if ((attributes & CONTROL_BIT) !== 0) {
    return { code: ERROR.invalidRecord, message: 'clients do not write control batches' };
  }
  if ((attributes & TRANSACTIONAL_BIT) !== 0) {
    return {
      code: ERROR.transactionalIdAuthorizationFailed,
      message: 'the embedded log has no transactions',
    };
  }
  return undefined;
}
