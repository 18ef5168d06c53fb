import { startDetached, tailOf } from './command.js';
import type { Engine } from './engine.js';
import { poll } from './poll.js';
import { endingProcesses, findProcesses, isAlive, isProcess } from './process-table.js';
import { step, type Progress } from './progress.js';
import { StackError, type StackErrorCode } from './stack-error.js';
import { logFile, type StackState } from './state.js';

const STOP_TIMEOUT_MS = 60_000;
/** What an engine left behind may finish what it is at for so long; then it is killed too. */
const LEFTOVERS_GRACE_MS = 5000;

/** The process ID of an engine, or null when it does not run. It is found even if the state file does not know it. */
export function runningPid(engine: Engine, state: StackState): number | null {
  const mark = engine.mark(state.dataDir);
  const { pid } = state[engine.name];
  if (pid !== null && isProcess(pid, mark)) return pid;
  return findProcesses((args) => args.includes(mark))[0] ?? null;
}

/** Whether an engine runs. If it does not, then nothing of it is left either: its port can be judged. */
export async function isRunning(engine: Engine, state: StackState): Promise<boolean> {
  if (runningPid(engine, state) !== null) return true;
  await clearLeftovers(engine, state.dataDir, LEFTOVERS_GRACE_MS);
  return false;
}

/**
 * Starts an engine unless it runs, and resolves when it serves. `onRunning` is told the process ID at once, so that it
 * is on record before anything can go wrong. Throws StackError NOT_READY with the end of the engine's log.
 */
export async function ensureServing(
  engine: Engine,
  state: StackState,
  options: {
    readonly timeoutMs: number;
    readonly progress: Progress;
    readonly onRunning: (pid: number) => void;
  },
): Promise<void> {
  const { timeoutMs, progress, onRunning } = options;
  const pid = runningPid(engine, state);
  if (pid !== null) {
    onRunning(pid);
    // A process that was killed a moment ago looks like a running one until it is gone.
    if ((await awaitServing(engine, state, pid, timeoutMs, () => engine.probe(state))) === 'serves') return;
  }
  await step(progress, `${engine.name}: starting on port ${state[engine.name].port}`, async () => {
    await clearLeftovers(engine, state.dataDir, LEFTOVERS_GRACE_MS);
    const started = await startDetached(await engine.prepare(state), logFile(state.dataDir, engine.name));
    onRunning(started);
    const probe = async (): Promise<void> => {
      await engine.probe(state);
      await engine.probeData(state);
    };
    if ((await awaitServing(engine, state, started, timeoutMs, probe)) === 'ended') {
      throw failure('NOT_READY', `${engine.name} ended while it started`, engine, state);
    }
  });
}

async function awaitServing(
  engine: Engine,
  state: StackState,
  pid: number,
  timeoutMs: number,
  probe: () => Promise<void>,
): Promise<'serves' | 'ended'> {
  let lastError: unknown;
  const outcome = await poll(timeoutMs, 100, async () => {
    if (!isAlive(pid)) return 'ended' as const;
    try {
      await probe();
      return 'serves' as const;
    } catch (error) {
      lastError = error;
      return undefined;
    }
  });
  if (outcome !== undefined) return outcome;
  const reason = lastError instanceof Error ? lastError.message : String(lastError);
  const message = `${engine.name} does not serve after ${timeoutMs / 1000} s (${reason})`;
  throw failure('NOT_READY', message, engine, state, lastError);
}

/**
 * Ends an engine and waits until its processes are gone; nothing happens when it does not run. SIGKILL goes to all of
 * them, as when the machine fails. Throws StackError NOT_STOPPED with the end of its log when it takes too long.
 */
export async function stop(engine: Engine, state: StackState, signal: NodeJS.Signals): Promise<void> {
  const pid = runningPid(engine, state);
  if (pid !== null) {
    const mark = engine.mark(state.dataDir);
    send(pid, signal);
    const gone = await poll(STOP_TIMEOUT_MS, 20, () => (isProcess(pid, mark) ? undefined : true));
    if (gone === undefined) {
      const message = `${engine.name} (process ${pid}) has not ended ${STOP_TIMEOUT_MS / 1000} s after ${signal}`;
      throw failure('NOT_STOPPED', message, engine, state);
    }
  }
  await clearLeftovers(engine, state.dataDir, signal === 'SIGKILL' ? 0 : LEFTOVERS_GRACE_MS);
}

/** Waits until no process of an engine is left that should not run any more, and kills what takes too long. */
export async function clearLeftovers(engine: Engine, dataDir: string, graceMs: number): Promise<void> {
  const gone = (): true | undefined =>
    engine.leftovers(dataDir).length === 0 && endingProcesses(engine.processName).length === 0
      ? true
      : undefined;
  if ((await poll(graceMs, 20, gone)) !== undefined) return;
  const killed = await poll(STOP_TIMEOUT_MS, 20, () => {
    for (const pid of engine.leftovers(dataDir)) send(pid, 'SIGKILL');
    return gone();
  });
  if (killed === undefined) {
    const left = [...engine.leftovers(dataDir), ...endingProcesses(engine.processName)];
    throw new StackError('NOT_STOPPED', `Processes of ${engine.name} do not end: ${left.join(', ')}`);
  }
}

function send(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

function failure(
  code: StackErrorCode,
  message: string,
  engine: Engine,
  state: StackState,
  cause?: unknown,
): StackError {
  const log = logFile(state.dataDir, engine.name);
  return new StackError(code, `${message}. The end of ${log}:\n${tailOf(log, 25)}`, { cause });
}
