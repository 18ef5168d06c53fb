import { fork, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/**
 * Starts another module of the benchmark as a process of its own, compiled or from source as this one is.
 * @param name path below this folder, without extension.
 */
export function forkModule(name: string, ...parameters: readonly string[]): ChildProcess {
  const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js';
  return fork(fileURLToPath(new URL(`./${name}.${extension}`, import.meta.url)), parameters);
}
