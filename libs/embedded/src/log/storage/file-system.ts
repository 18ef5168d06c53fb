import {
  type BigIntStats,
  close,
  fdatasync,
  fstat,
  ftruncate,
  fsync,
  open,
  read,
  write,
  writev,
} from 'node:fs';
import { mkdir, readdir, readFile, rename, rm } from 'node:fs/promises';
import { promisify } from 'node:util';

/** An open file. Positions and sizes are bytes from the start of the file. */
export interface OpenFile {
  /** Fills `target` from `position` on; answers how many bytes there were, fewer only at the end of the file. */
  read(target: Buffer, position: number): Promise<number>;
  /** Writes all of it, or rejects; then any part of it may have been written. */
  write(buffers: readonly Buffer[], position: number): Promise<void>;
  /** Resolves when content and size are on the disk. */
  sync(): Promise<void>;
  truncate(size: number): Promise<void>;
  size(): Promise<number>;
  close(): Promise<void>;
}

export interface DirectoryEntry {
  readonly name: string;
  readonly isDirectory: boolean;
}

/** What the storage needs of an operating system. Rejections are Node's own errors, with `code`. */
export interface FileSystem {
  /** `create` makes the file, or empties the one that is there. */
  open(path: string, mode: 'read' | 'write' | 'create'): Promise<OpenFile>;
  /** Undefined when there is no such file. */
  readFile(path: string): Promise<Buffer | undefined>;
  list(directory: string): Promise<readonly DirectoryEntry[]>;
  /** Rejects with EEXIST when it is there already. */
  makeDirectory(path: string): Promise<void>;
  /** The directory and those above it; fine when they are there. */
  makeDirectories(path: string): Promise<void>;
  rename(from: string, to: string): Promise<void>;
  /** Fine when there is no such file. */
  remove(path: string): Promise<void>;
  /** A directory and what is in it; fine when there is none. */
  removeTree(path: string): Promise<void>;
  /** Resolves when the names made, renamed and removed in it are on the disk. */
  syncDirectory(path: string): Promise<void>;
}

/** Below this, copying the parts together costs less than handing over each of them. */
const JOIN_BELOW_BYTES = 64 * 1024;

const openDescriptor = promisify(open);
const closeDescriptor = promisify(close);
const syncDescriptor = promisify(fsync);

class NodeFile implements OpenFile {
  constructor(private readonly descriptor: number) {}

  async read(target: Buffer, position: number): Promise<number> {
    let done = 0;
    while (done < target.length) {
      const count = await new Promise<number>((resolve, reject) => {
        read(this.descriptor, target, done, target.length - done, position + done, (error, bytes) =>
          error ? reject(error) : resolve(bytes),
        );
      });
      if (count === 0) break;
      done += count;
    }
    return done;
  }

  async write(buffers: readonly Buffer[], position: number): Promise<void> {
    const total = buffers.reduce((sum, buffer) => sum + buffer.length, 0);
    let rest = total <= JOIN_BELOW_BYTES && buffers.length > 1 ? [Buffer.concat(buffers)] : [...buffers];
    let done = 0;
    while (done < total) {
      const count = await this.writeSome(rest, position + done);
      done += count;
      if (done < total) rest = dropBytes(rest, count);
    }
  }

  private writeSome(buffers: readonly Buffer[], position: number): Promise<number> {
    const [first] = buffers;
    return new Promise((resolve, reject) => {
      const settle = (error: Error | null, bytes: number): void => (error ? reject(error) : resolve(bytes));
      if (first && buffers.length === 1)
        write(this.descriptor, first, 0, first.length, position, (error, bytes) => settle(error, bytes));
      else writev(this.descriptor, buffers, position, (error, bytes) => settle(error, bytes));
    });
  }

  sync(): Promise<void> {
    return new Promise((resolve, reject) => {
      fdatasync(this.descriptor, (error) => (error ? reject(error) : resolve()));
    });
  }

  truncate(size: number): Promise<void> {
    return new Promise((resolve, reject) => {
      ftruncate(this.descriptor, size, (error) => (error ? reject(error) : resolve()));
    });
  }

  async size(): Promise<number> {
    const found = await new Promise<BigIntStats>((resolve, reject) => {
      fstat(this.descriptor, { bigint: true }, (error, stats) => (error ? reject(error) : resolve(stats)));
    });
    return Number(found.size);
  }

  close(): Promise<void> {
    return closeDescriptor(this.descriptor);
  }
}

function dropBytes(buffers: readonly Buffer[], count: number): Buffer[] {
  let left = count;
  const rest: Buffer[] = [];
  for (const buffer of buffers) {
    if (left < buffer.length) rest.push(buffer.subarray(left));
    left = Math.max(0, left - buffer.length);
  }
  return rest;
}

const OPEN_FLAGS = { read: 'r', write: 'r+', create: 'w+' } as const;

/** The file system of the machine. */
export const NODE_FILE_SYSTEM: FileSystem = {
  open: async (path, mode) => new NodeFile(await openDescriptor(path, OPEN_FLAGS[mode])),
  readFile: async (path) => {
    try {
      return await readFile(path);
    } catch (error) {
      if (errorCode(error) === 'ENOENT') return undefined;
      throw error;
    }
  },
  list: async (directory) => {
    const entries = await readdir(directory, { withFileTypes: true });
    return entries.map((entry) => ({ name: entry.name, isDirectory: entry.isDirectory() }));
  },
  makeDirectory: (path) => mkdir(path),
  makeDirectories: async (path) => void (await mkdir(path, { recursive: true })),
  rename,
  remove: (path) => rm(path, { force: true }),
  removeTree: (path) => rm(path, { force: true, recursive: true }),
  syncDirectory: async (path) => {
    // Windows has no handle of a directory that could be flushed.
    if (process.platform === 'win32') return;
    const descriptor = await openDescriptor(path, 'r');
    try {
      await syncDescriptor(descriptor);
    } finally {
      await closeDescriptor(descriptor);
    }
  },
};

/** The `code` of an operating system's error, such as `ENOSPC`; undefined for anything else. */
export function errorCode(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}
