import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { poll } from './poll.js';
import { startTimeOf } from './process-table.js';
import { StackError } from './stack-error.js';

/**
 * Runs while holding a lock file that excludes all other holders, in this process and others; one left by a process
 * that died does not count. Throws StackError BUSY when it is not free within `timeoutMs`.
 */
export async function withLock<T>(file: string, timeoutMs: number, run: () => Promise<T>): Promise<T> {
  mkdirSync(dirname(file), { recursive: true });
  const acquired = await poll(timeoutMs, 50, () => tryAcquire(file));
  if (acquired === undefined) {
    const owner = ownerOf(file);
    throw new StackError('BUSY', `Process ${owner?.pid ?? '(unknown)'} holds ${file}`);
  }
  try {
    return await run();
  } finally {
    rmSync(file, { force: true });
  }
}

function tryAcquire(file: string): true | undefined {
  const owner = ownerOf(file);
  if (owner !== null && startTimeOf(owner.pid) !== owner.startTime) rmSync(file, { force: true });
  try {
    writeFileSync(file, `${process.pid} ${startTimeOf(process.pid)}\n`, { flag: 'wx' });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return undefined;
    throw error;
  }
}

function ownerOf(file: string): { pid: number; startTime: string } | null {
  try {
    const [, pid, startTime] = /^(\d+) (\d+)\n$/.exec(readFileSync(file, 'utf8')) ?? [];
    return pid === undefined || startTime === undefined ? null : { pid: Number(pid), startTime };
  } catch {
    return null;
  }
}
