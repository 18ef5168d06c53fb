import { createHash } from 'node:crypto';
import {
  closeStatementMessage,
  cString,
  FRONTEND,
  frontendMessage,
  OBJECT_KIND,
  readCString,
} from '../wire/frontend-messages.js';

/** What the prepared statements of all clients have in common: that they live in one engine. */
export interface StatementSpace {
  /** Moves when every prepared statement of the engine is gone. */
  readonly generation: number;
  /** Whose unnamed statement the engine holds. */
  unnamedOwner: object | undefined;
}

interface Statement {
  /** The Parse message that makes it, as the engine gets it. */
  readonly parse: Buffer;
  readonly text: string;
  generation: number;
}

interface ExpectedParse {
  readonly name: string;
  readonly statement: Statement;
  /** Whether the client has not asked for it, so that it must not see the answer. */
  readonly hidden: boolean;
}

/** PostgreSQL keeps as much of a name. */
const MAX_NAME_BYTES = 63;
const UNNAMED = '';

/**
 * Prepared statements of one client, in an engine that has one space of names for all. Named ones get the client's number
 * in front of their name. The unnamed one keeps its place until another client takes it, and then is made again when its
 * client comes back to it; so are all of them after a DEALLOCATE ALL by anybody.
 *
 * Portals keep their names: they end with the transaction, which no client shares, and SQL cursors are portals as well.
 */
export class PreparedStatements {
  private readonly statements = new Map<string, Statement>();
  private bytes = 0;
  private expectedParses: ExpectedParse[] = [];
  private expectedCloses: (string | undefined)[] = [];

  constructor(
    private readonly clientNumber: number,
    private readonly space: StatementSpace,
    private readonly maxBytes: number,
  ) {}

  /** Whether the engine holds something that must be closed when the client goes. */
  get hasNamed(): boolean {
    return this.statements.size > (this.statements.has(UNNAMED) ? 1 : 0);
  }

  /** @throws RangeError when a message is malformed, or the client's statements take more than they may */
  rewrite(messages: readonly Buffer[], see: (text: string) => string | undefined): Buffer[] {
    const rewritten: Buffer[] = [];
    for (const message of messages) this.rewriteOne(message, rewritten, see);
    return rewritten;
  }

  /** A ParseComplete. @returns whether the client is to see it */
  parsed(): boolean {
    const expected = this.expectedParses.shift();
    if (!expected) return true;
    const { name, statement, hidden } = expected;
    statement.generation = this.space.generation;
    if (name === UNNAMED) this.space.unnamedOwner = this;
    this.forget(name);
    this.statements.set(name, statement);
    this.bytes += statement.parse.length;
    return !hidden;
  }

  /** A CloseComplete. */
  closed(): void {
    const name = this.expectedCloses.shift();
    if (name !== undefined) this.forget(name);
  }

  /** ReadyForQuery: whatever has not been answered was skipped after an error. */
  synced(): void {
    this.expectedParses = [];
    this.expectedCloses = [];
  }

  /** After a DEALLOCATE ALL of this client's own. */
  forgetAll(): void {
    this.statements.clear();
    this.bytes = 0;
  }

  /** Closes every named one. */
  closeMessages(): Buffer[] {
    const alive = [...this.statements].filter(
      ([name, { generation }]) => name !== UNNAMED && generation === this.space.generation,
    );
    return alive.map(([name]) => closeStatementMessage(this.engineName(name)));
  }

  private rewriteOne(message: Buffer, rewritten: Buffer[], see: (text: string) => string | undefined): void {
    const type = message[0] ?? 0;
    switch (type) {
      case FRONTEND.parse: {
        const name = readCString(message, 5);
        const sql = readCString(message, name.next);
        const other = see(sql.text);
        const rest = message.subarray(sql.next);
        const parse =
          name.text === UNNAMED && other === undefined
            ? message
            : frontendMessage(
                FRONTEND.parse,
                cString(this.engineName(name.text)),
                other === undefined ? message.subarray(name.next, sql.next) : cString(other),
                rest,
              );
        this.expect(name.text, { parse, text: sql.text, generation: -1 }, false, rewritten);
        return;
      }
      case FRONTEND.bind: {
        const portal = readCString(message, 5);
        const name = readCString(message, portal.next);
        this.restore(name.text, rewritten, see);
        rewritten.push(
          name.text === UNNAMED
            ? message
            : frontendMessage(
                FRONTEND.bind,
                message.subarray(5, portal.next),
                cString(this.engineName(name.text)),
                message.subarray(name.next),
              ),
        );
        return;
      }
      case FRONTEND.describe:
      case FRONTEND.close: {
        const isClose = type === FRONTEND.close;
        if (message[5] !== OBJECT_KIND.statement) {
          if (isClose) this.expectedCloses.push(undefined);
          rewritten.push(message);
          return;
        }
        const { text: name } = readCString(message, 6);
        if (isClose) this.expectedCloses.push(name);
        else this.restore(name, rewritten, see);
        rewritten.push(frontendMessage(type, message.subarray(5, 6), cString(this.engineName(name))));
        return;
      }
      case FRONTEND.query: {
        const other = see(readCString(message, 5).text);
        this.forget(UNNAMED);
        this.space.unnamedOwner = undefined;
        rewritten.push(other === undefined ? message : frontendMessage(FRONTEND.query, cString(other)));
        return;
      }
      default:
        rewritten.push(message);
    }
  }

  /** Makes a statement again that the engine no longer has. */
  private restore(name: string, rewritten: Buffer[], see: (text: string) => string | undefined): void {
    if (this.expectedParses.some((expected) => expected.name === name)) return;
    const statement = this.statements.get(name);
    if (!statement) return;
    see(statement.text);
    const isThere =
      name === UNNAMED ? this.space.unnamedOwner === this : statement.generation === this.space.generation;
    if (!isThere) this.expect(name, statement, true, rewritten);
  }

  private expect(name: string, statement: Statement, hidden: boolean, rewritten: Buffer[]): void {
    if (this.bytes + statement.parse.length > this.maxBytes && !hidden) {
      throw new RangeError(`the prepared statements of one connection take more than ${this.maxBytes} bytes`);
    }
    this.expectedParses.push({ name, statement, hidden });
    rewritten.push(statement.parse);
  }

  private forget(name: string): void {
    const statement = this.statements.get(name);
    if (!statement) return;
    this.bytes -= statement.parse.length;
    this.statements.delete(name);
  }

  private engineName(name: string): string {
    if (name === UNNAMED) return UNNAMED;
    const prefixed = `${this.clientNumber}:${name}`;
    if (Buffer.byteLength(prefixed) <= MAX_NAME_BYTES) return prefixed;
    return `${this.clientNumber}#${createHash('sha256').update(name).digest('hex').slice(0, 40)}`;
  }
}
