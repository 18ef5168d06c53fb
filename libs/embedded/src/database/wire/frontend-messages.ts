/** Types of the messages that a client sends (PostgreSQL documentation, "Message Formats"). */
export const FRONTEND = {
  bind: 0x42,
  close: 0x43,
  copyData: 0x64,
  copyDone: 0x63,
  copyFail: 0x66,
  describe: 0x44,
  execute: 0x45,
  flush: 0x48,
  functionCall: 0x46,
  parse: 0x50,
  query: 0x51,
  sync: 0x53,
  terminate: 0x58,
} as const;

/** Kind of object that Describe and Close name. */
export const OBJECT_KIND = { statement: 0x53, portal: 0x50 } as const;

const NO_BODY = Buffer.alloc(0);

/** A whole message: type, length, body. */
export function frontendMessage(type: number, ...body: readonly Buffer[]): Buffer {
  const header = Buffer.allocUnsafe(5);
  header.writeUInt8(type, 0);
  header.writeInt32BE(4 + body.reduce((bytes, part) => bytes + part.length, 0), 1);
  return Buffer.concat([header, ...body]);
}

export const cString = (text: string): Buffer => Buffer.from(`${text}\0`);

export const queryMessage = (sql: string): Buffer => frontendMessage(FRONTEND.query, cString(sql));
export const syncMessage = (): Buffer => frontendMessage(FRONTEND.sync, NO_BODY);
export const terminateMessage = (): Buffer => frontendMessage(FRONTEND.terminate, NO_BODY);
export const copyFailMessage = (reason: string): Buffer =>
  frontendMessage(FRONTEND.copyFail, cString(reason));
export const closeStatementMessage = (name: string): Buffer =>
  frontendMessage(FRONTEND.close, Buffer.of(OBJECT_KIND.statement), cString(name));

/** Parse, Bind, Execute and Close of one statement without parameters, under a name that no client can have. */
export function statementMessages(name: string, sql: string): Buffer[] {
  const noCounts = (count: number): Buffer => Buffer.alloc(2 * count);
  return [
    frontendMessage(FRONTEND.parse, cString(name), cString(sql), noCounts(1)),
    frontendMessage(FRONTEND.bind, cString(name), cString(name), noCounts(3)),
    frontendMessage(FRONTEND.execute, cString(name), Buffer.alloc(4)),
    frontendMessage(FRONTEND.close, Buffer.of(OBJECT_KIND.portal), cString(name)),
    closeStatementMessage(name),
  ];
}

/**
 * The text that ends in a zero byte at `offset` of a message, and where the next field begins.
 * @throws RangeError when the message ends before the text does
 */
export function readCString(message: Buffer, offset: number): { text: string; next: number } {
  const end = message.indexOf(0, offset);
  if (end < 0) throw new RangeError('a text in the message has no end');
  return { text: message.toString('utf8', offset, end), next: end + 1 };
}
