/** Types of the messages that the server sends. */
export const BACKEND = {
  authentication: 0x52,
  backendKeyData: 0x4b,
  commandComplete: 0x43,
  copyInResponse: 0x47,
  closeComplete: 0x33,
  dataRow: 0x44,
  error: 0x45,
  negotiateProtocolVersion: 0x76,
  notification: 0x41,
  parameterStatus: 0x53,
  parseComplete: 0x31,
  readyForQuery: 0x5a,
} as const;

/** Transaction status in ReadyForQuery. */
export const STATUS = { idle: 0x49, inTransaction: 0x54, failed: 0x45 } as const;

/** Fields of ErrorResponse by their one-letter names (documentation, "Error and Notice Message Fields"). */
export type ErrorFields = ReadonlyMap<string, string>;

function message(type: number, ...body: readonly (Buffer | string)[]): Buffer {
  const parts = body.map((part) => (typeof part === 'string' ? Buffer.from(`${part}\0`) : part));
  const header = Buffer.allocUnsafe(5);
  header.writeUInt8(type, 0);
  header.writeInt32BE(4 + parts.reduce((bytes, part) => bytes + part.length, 0), 1);
  return Buffer.concat([header, ...parts]);
}

const int32 = (value: number): Buffer => {
  const bytes = Buffer.allocUnsafe(4);
  bytes.writeInt32BE(value);
  return bytes;
};

export const authenticationOk = (): Buffer => message(BACKEND.authentication, int32(0));
export const parameterStatus = (name: string, value: string): Buffer =>
  message(BACKEND.parameterStatus, name, value);
export const backendKeyData = (processId: number, secret: number): Buffer =>
  message(BACKEND.backendKeyData, int32(processId), int32(secret));
export const readyForQuery = (status: number): Buffer => message(BACKEND.readyForQuery, Buffer.of(status));

/** Answer to a client that asks for a newer minor version of protocol 3, or for options that begin with `_pq_.`. */
export const negotiateProtocolVersion = (unknownOptions: readonly string[]): Buffer =>
  message(
    BACKEND.negotiateProtocolVersion,
    int32(0x00030000),
    int32(unknownOptions.length),
    ...unknownOptions,
  );

/** `G` for text or binary; the columns are left out, which libpq, pg and JDBC do not look at. */
export const copyInResponse = (binary: boolean): Buffer =>
  message(BACKEND.copyInResponse, Buffer.of(binary ? 1 : 0, 0, 0));

export function errorResponse(
  severity: 'ERROR' | 'FATAL',
  sqlState: string,
  text: string,
  hint?: string,
): Buffer {
  const fields = [`S${severity}`, `V${severity}`, `C${sqlState}`, `M${text}`];
  if (hint !== undefined) fields.push(`H${hint}`);
  return message(BACKEND.error, ...fields, Buffer.of(0));
}

/** Of an ErrorResponse or NoticeResponse. */
export function readErrorFields(response: Buffer): ErrorFields {
  const fields = new Map<string, string>();
  for (let offset = 5; offset < response.length && response[offset] !== 0;) {
    const end = response.indexOf(0, offset);
    fields.set(String.fromCharCode(response.readUInt8(offset)), response.toString('utf8', offset + 1, end));
    offset = end + 1;
  }
  return fields;
}

/** The same response with another text. */
export function withErrorText(response: Buffer, text: string): Buffer {
  const fields = [...readErrorFields(response)].map(([name, value]) => name + (name === 'M' ? text : value));
  return message(BACKEND.error, ...fields, Buffer.of(0));
}

/** Columns of a DataRow in text format. */
export function readDataRow(row: Buffer): (string | null)[] {
  const columns: (string | null)[] = [];
  let offset = 7;
  for (let count = row.readInt16BE(5); count > 0; count--) {
    const length = row.readInt32BE(offset);
    offset += 4;
    columns.push(length < 0 ? null : row.toString('utf8', offset, offset + length));
    offset += Math.max(length, 0);
  }
  return columns;
}
