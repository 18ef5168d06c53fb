import { randomUUID } from 'node:crypto';
import { mkdir, open, readFile, rename } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { EmbeddedError } from '../../embedded-error.js';
import { storageFault } from '../storage/storage-fault.js';

const FILE = 'identity.json';
/** Producer IDs are set aside on disk this many at a time, so that handing one out does not write. */
const BLOCK = 1_000;

/**
 * What the log must remember of itself: the cluster ID, which clients compare between connections, and which producer
 * IDs may have been given out, so that none is given out twice, whatever happens in between.
 */
export class Identity {
  #next: number;
  #reserving: Promise<void> | undefined;

  private constructor(
    private readonly path: string,
    readonly clusterId: string,
    private reservedTo: number,
  ) {
    this.#next = reservedTo;
  }

  /** @throws EmbeddedError `corrupt`, `not-writable` or `disk-full` */
  static async open(dir: string): Promise<Identity> {
    const path = join(dir, FILE);
    const text = await read(dir, path);
    if (text === undefined) {
      const identity = new Identity(path, newClusterId(), 0);
      await identity.#save(identity.reservedTo);
      return identity;
    }
    const stored = parse(text);
    if (!stored) {
      throw new EmbeddedError(
        'corrupt',
        `${path} cannot be read as JSON with clusterId and producerIds: restore it from a backup; or delete it, ` +
          'after which running idempotent producers have to be restarted',
      );
    }
    return new Identity(path, stored.clusterId, stored.producerIds);
  }

  /** A producer ID that was never given out before. */
  async nextProducerId(): Promise<number> {
    while (this.#next >= this.reservedTo) {
      this.#reserving ??= this.#reserve().finally(() => {
        this.#reserving = undefined;
      });
      await this.#reserving;
    }
    return this.#next++;
  }

  async #reserve(): Promise<void> {
    const reservedTo = this.reservedTo + BLOCK;
    await this.#save(reservedTo);
    this.reservedTo = reservedTo;
  }

  async #save(producerIds: number): Promise<void> {
    const text = `${JSON.stringify({ clusterId: this.clusterId, producerIds })}\n`;
    try {
      await replaceDurably(this.path, text);
    } catch (error) {
      throw storageFault(error, 'write', this.path);
    }
  }
}

/** The content of the file, or undefined where there is none; makes the folder. */
async function read(dir: string, path: string): Promise<string | undefined> {
  try {
    await mkdir(dir, { recursive: true });
    return await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw storageFault(error, 'read', path);
  }
}

async function replaceDurably(path: string, text: string): Promise<void> {
  const temporary = `${path}.new`;
  const file = await open(temporary, 'w');
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(temporary, path);
  const folder = await open(dirname(path), 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

function parse(text: string): { clusterId: string; producerIds: number } | undefined {
  try {
    const { clusterId, producerIds } = JSON.parse(text) as { clusterId?: unknown; producerIds?: unknown };
    if (typeof clusterId !== 'string' || clusterId === '') return undefined;
    if (!Number.isSafeInteger(producerIds) || (producerIds as number) < 0) return undefined;
    return { clusterId, producerIds: producerIds as number };
  } catch {
    return undefined;
  }
}

/** As Kafka writes them: the 16 bytes of a UUID in 22 URL-safe characters. */
function newClusterId(): string {
  return Buffer.from(randomUUID().replaceAll('-', ''), 'hex').toString('base64url');
}
