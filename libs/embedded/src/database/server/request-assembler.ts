import { type FrameReader, FramingError } from '../wire/frame-reader.js';
import { FRONTEND, readCString } from '../wire/frontend-messages.js';
import { copyFromStdin } from '../wire/sql-text.js';
import type { Unit } from './conversation.js';
import { CopySpool } from './copy-spool.js';

export interface AssemblerOptions {
  /** Where COPY's data waits that is too much for memory. */
  readonly spoolPath: string;
  readonly maxWaitingBytes: number;
  readonly maxCopyBytes: number;
  /** The client is to send the data of a COPY. */
  readonly onCopy: (format: 'text' | 'binary') => void;
}

/** A pipeline without a Sync so far is handed to the engine in parts of this size. */
const PART_BYTES = 1024 * 1024;
const UNIT_ENDS = new Set<number>([FRONTEND.query, FRONTEND.sync, FRONTEND.flush, FRONTEND.functionCall]);
const EXTENDED = new Set<number>([
  FRONTEND.parse,
  FRONTEND.bind,
  FRONTEND.describe,
  FRONTEND.execute,
  FRONTEND.close,
]);
const COPY_MESSAGES = new Set<number>([FRONTEND.copyData, FRONTEND.copyDone, FRONTEND.copyFail]);

/** Puts a client's messages together to what the engine gets in one turn. */
export class RequestAssembler {
  private messages: Buffer[] = [];
  private bytes = 0;
  private spool: CopySpool | undefined;
  private isDone = false;

  constructor(
    private readonly reader: FrameReader,
    private readonly options: AssemblerOptions,
  ) {}

  get isComplete(): boolean {
    return this.isDone;
  }

  get unit(): Unit {
    const { messages, spool } = this;
    return spool ? { messages, copyData: () => spool.take() } : { messages };
  }

  /** Whether the request ends with ReadyForQuery. */
  get endsReady(): boolean {
    const type = this.messages.at(-1)?.[0] ?? 0;
    return UNIT_ENDS.has(type) && type !== FRONTEND.flush;
  }

  /**
   * Takes one message.
   * @returns what the caller is to do: nothing, as none is there; ask again; end the connection
   * @throws FramingError, RangeError
   */
  step(): 'starved' | 'took' | 'terminate' {
    const message = this.reader.takeMessage();
    if (!message) return 'starved';
    const type = message[0] ?? 0;
    if (type === FRONTEND.terminate) return 'terminate';
    if (this.spool) this.takeCopy(this.spool, type, message);
    else if (!COPY_MESSAGES.has(type)) this.takeRequest(type, message);
    // Else it is what is left of a COPY that has failed.
    return 'took';
  }

  clear(): void {
    this.messages = [];
    this.bytes = 0;
    this.isDone = false;
    this.spool?.close();
    this.spool = undefined;
  }

  private takeRequest(type: number, message: Buffer): void {
    if (!UNIT_ENDS.has(type) && !EXTENDED.has(type)) {
      throw new FramingError(`invalid frontend message type ${type}`);
    }
    const isFirst = this.messages.length === 0;
    this.messages.push(message);
    this.bytes += message.length;
    const format =
      type === FRONTEND.query && isFirst ? copyFromStdin(readCString(message, 5).text) : undefined;
    if (format) {
      // Asked for before the engine sees the statement, as the engine could not wait for it.
      const { spoolPath, maxWaitingBytes, maxCopyBytes } = this.options;
      this.spool = new CopySpool(spoolPath, maxWaitingBytes, maxCopyBytes);
      this.options.onCopy(format);
    } else this.isDone = UNIT_ENDS.has(type) || this.bytes >= PART_BYTES;
  }

  private takeCopy(spool: CopySpool, type: number, message: Buffer): void {
    if (COPY_MESSAGES.has(type)) spool.add(message);
    else if (type !== FRONTEND.flush && type !== FRONTEND.sync) {
      throw new FramingError(`unexpected message type ${type} during COPY from stdin`);
    }
    this.isDone = type === FRONTEND.copyDone || type === FRONTEND.copyFail;
  }
}
