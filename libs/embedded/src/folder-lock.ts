import { createHash } from 'node:crypto';
import { realpathSync, rmSync } from 'node:fs';
import { connect, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EmbeddedError } from './embedded-error.js';

export interface FolderLock {
  close(): Promise<void>;
}

/**
 * Holds a folder against the other processes of this machine. The lock is a listening local socket with a name made from
 * the folder's path, so that the kernel gives it free when its owner dies, and no process ID has to be trusted.
 * Containers that share a folder do not see each other's sockets: it does not protect there.
 * @throws EmbeddedError `in-use`
 */
export async function lockFolder(path: string): Promise<FolderLock> {
  const address = addressOf(realpathSync(path));
  let server = await tryListen(address);
  if (!server && address.startsWith('/') && !(await answers(address))) {
    // A socket file outlives its owner.
    rmSync(address, { force: true });
    server = await tryListen(address);
  }
  if (!server) {
    throw new EmbeddedError(
      'in-use',
      `the data folder ${path} is in use by another process: stop that one, or set DATA_DIR to another folder`,
    );
  }
  const held = server;
  held.unref();
  return { close: () => new Promise((done) => held.close(() => done())) };
}

/** Linux's abstract sockets and Windows' pipes leave nothing behind; elsewhere it is a file in the temporary folder. */
function addressOf(path: string): string {
  const name = `fieldstream-${createHash('sha256').update(path).digest('hex').slice(0, 32)}`;
  if (process.platform === 'linux') return `\0${name}`;
  return process.platform === 'win32' ? `\\\\.\\pipe\\${name}` : join(tmpdir(), `${name}.lock`);
}

function tryListen(address: string): Promise<Server | undefined> {
  const server = createServer((socket) => socket.destroy());
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE') resolve(undefined);
      else reject(error);
    });
    server.listen(address, () => resolve(server));
  });
}

function answers(address: string): Promise<boolean> {
  const socket = connect(address);
  return new Promise((resolve) => {
    socket.once('connect', () => resolve(true));
    socket.once('error', () => resolve(false));
  }).finally(() => socket.destroy()) as Promise<boolean>;
}
