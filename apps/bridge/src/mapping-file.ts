import { readFile, stat } from 'node:fs/promises';
import {
  mappingFaultText,
  MAX_MAPPING_FILE_LENGTH,
  parseMappings,
  type DecoderSet,
  type Mapping,
} from '@fieldstream/decoders';
import type { Logger } from '@fieldstream/domain';
import { BridgeError } from './bridge-error.js';
import type { Feed } from './entrance.js';

const LOOK_EVERY_MS = 2_000;

export interface MappingFileOptions {
  /** Undefined: there is no file, and nothing is done. */
  readonly path: string | undefined;
  readonly decoders: Pick<DecoderSet, 'replaceMappings'>;
  readonly logger: Logger;
  /** Default 2 s. */
  readonly lookEveryMs?: number;
}

/**
 * The mapping file, read before anything is taken in, and again when it changes. It is looked at by name every two seconds:
 * editors put a new file in its place, and Kubernetes turns a link round, neither of which a watch on a file sees. A faulty
 * file stops the start; later it is logged and shown in health, and what was read last stays in force.
 */
export class MappingFile implements Feed {
  readonly name = 'mappings';
  #seen = '';
  #fault: Error | undefined;
  #timer: NodeJS.Timeout | undefined;
  #looking: Promise<void> | undefined;

  constructor(private readonly options: MappingFileOptions) {}

  get fault(): Error | undefined {
    return this.#fault;
  }

  /** @throws BridgeError `mappings-invalid` */
  async start(): Promise<void> {
    const { path, decoders, logger, lookEveryMs = LOOK_EVERY_MS } = this.options;
    if (path === undefined || this.#timer) return;
    this.#seen = await signature(path);
    const mappings = await readMappings(path);
    decoders.replaceMappings(mappings);
    logger.info({ path, mappings: mappings.length }, 'mappings read');
    this.#timer = setInterval(() => {
      this.#looking ??= this.#look(path).finally(() => {
        this.#looking = undefined;
      });
    }, lookEveryMs);
    this.#timer.unref();
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
    await this.#looking;
  }

  async #look(path: string): Promise<void> {
    const { decoders, logger } = this.options;
    // Before reading: what changes meanwhile is seen by the next look.
    const seen = await signature(path);
    if (seen === this.#seen) return;
    this.#seen = seen;
    try {
      const mappings = await readMappings(path);
      decoders.replaceMappings(mappings);
      this.#fault = undefined;
      logger.info({ path, mappings: mappings.length }, 'mappings read again');
    } catch (error) {
      this.#fault = error as Error;
      logger.error(
        { err: error, path },
        'the changed mapping file is not used, what was read before stays in force',
      );
    }
  }
}

/** What changes when the file, or the one that a link points at, is another. */
async function signature(path: string): Promise<string> {
  try {
    const { mtimeMs, ctimeMs, size, ino } = await stat(path);
    return `${mtimeMs} ${ctimeMs} ${size} ${ino}`;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code ?? 'unreadable';
  }
}

/** Reads and checks a mapping file. @throws BridgeError `mappings-invalid`, which names each fault with line and column */
export async function readMappings(path: string): Promise<readonly Mapping[]> {
  let text: string;
  try {
    const { size } = await stat(path);
    // Four bytes a character at most.
    if (size > MAX_MAPPING_FILE_LENGTH * 4) throw new Error(`it has ${size} bytes`);
    text = await readFile(path, 'utf8');
  } catch (error) {
    throw new BridgeError(
      'mappings-invalid',
      `MAPPINGS_PATH: cannot read ${path}: ${(error as Error).message}`,
      {
        cause: error,
      },
    );
  }
  const parsed = parseMappings(text);
  if (parsed.ok) return parsed.mappings;
  const faults = parsed.faults.map((fault) => mappingFaultText(path, fault)).join('\n');
  throw new BridgeError('mappings-invalid', `MAPPINGS_PATH is not a mapping file:\n${faults}`);
}
