/**
 * One-dimensional arrays in PostgreSQL's binary format (`array_recv`): a Buffer is sent by `pg` as a binary parameter.
 * Against array literals it saves most of the client's work and a fifth of the server's, and every number stays exact.
 */
const OID = { int4: 23, float8: 701, timestamptz: 1184 } as const;
const HEADER_BYTES = 20;
/** 2000-01-01T00:00:00Z, PostgreSQL's epoch. */
const POSTGRES_EPOCH_MS = 946_684_800_000;

function allocate(oid: number, length: number, itemBytes: number): { buffer: Buffer; view: DataView } {
  const buffer = Buffer.allocUnsafe(length === 0 ? 12 : HEADER_BYTES + length * (4 + itemBytes));
  const view = new DataView(buffer.buffer, buffer.byteOffset, buffer.byteLength);
  view.setInt32(0, length === 0 ? 0 : 1); // dimensions
  view.setInt32(4, 0); // no NULLs
  view.setInt32(8, oid);
  if (length > 0) {
    view.setInt32(12, length);
    view.setInt32(16, 1); // lower bound
  }
  return { buffer, view };
}

/** `int4[]` of `of(0)`, `of(1)`, … */
export function int4Array(length: number, of: (index: number) => number): Buffer {
  const { buffer, view } = allocate(OID.int4, length, 4);
  for (let index = 0, at = HEADER_BYTES; index < length; index++, at += 8) {
    view.setInt32(at, 4);
    view.setInt32(at + 4, of(index));
  }
  return buffer;
}

/** `float8[]`. */
export function float8Array(length: number, of: (index: number) => number): Buffer {
  const { buffer, view } = allocate(OID.float8, length, 8);
  for (let index = 0, at = HEADER_BYTES; index < length; index++, at += 12) {
    view.setInt32(at, 8);
    view.setFloat64(at + 4, of(index));
  }
  return buffer;
}

/** `timestamptz[]` of whole epoch milliseconds. */
export function timestamptzArray(length: number, ofMs: (index: number) => number): Buffer {
  const { buffer, view } = allocate(OID.timestamptz, length, 8);
  for (let index = 0, at = HEADER_BYTES; index < length; index++, at += 12) {
    view.setInt32(at, 8);
    view.setBigInt64(at + 4, BigInt(ofMs(index) - POSTGRES_EPOCH_MS) * 1000n);
  }
  return buffer;
}
