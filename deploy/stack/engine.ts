import type { Command } from './command.js';
import type { EngineName, StackState } from './state.js';

/** What the stack needs to know of an engine. */
export interface Engine {
  readonly name: EngineName;
  /** The name of its processes as in proc_pid_comm(5). */
  readonly processName: string;
  /** An argument that is on the command line of this engine's process of this stack, and of no other process. */
  mark(dataDir: string): string;
  /** Asked when the main process is gone: what it left behind, and what would keep a new one from starting. */
  leftovers(dataDir: string): number[];
  /** Makes its folder under the data folder ready, and returns the command that becomes the engine's process. */
  prepare(state: StackState): Promise<Command>;
  /** Resolves when the engine serves; rejects while it does not. Takes a few seconds at most. */
  probe(state: StackState): Promise<void>;
  /** After a start only: resolves when all that was there before is served again; rejects while it is not. */
  probeData(state: StackState): Promise<void>;
  /** What is sent for an orderly end. */
  readonly stopSignal: NodeJS.Signals;
}
