import { spawn } from 'node:child_process';
import { accessSync, closeSync, constants, openSync, readFileSync, renameSync, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { StackError } from './stack-error.js';

/** INVARIANT: the logs of an engine take at most twice this, plus what it logs in one run. */
const MAX_LOG_BYTES = 16 * 1024 * 1024;

/** A program with its arguments, and the environment that it gets instead of ours, if it does. */
export interface Command {
  readonly file: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
}

/** Runs a command to its end and resolves to what it printed. Throws StackError COMMAND_FAILED with its last lines. */
export async function runCommand(command: Command): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(command.file, command.args, {
      cwd: command.cwd,
      env: command.env === undefined ? process.env : { ...command.env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    const collect = (chunk: Buffer): void => {
      output = (output + chunk.toString('utf8')).slice(-64 * 1024);
    };
    child.stdout.on('data', collect);
    child.stderr.on('data', collect);
    child.once('error', (cause) => {
      reject(
        new StackError('COMMAND_FAILED', `${command.file} could not be run: ${cause.message}`, { cause }),
      );
    });
    child.once('close', (code, signal) => {
      if (code === 0) resolve(output);
      else {
        reject(
          new StackError(
            'COMMAND_FAILED',
            `${command.file} ended with ${signal ?? `exit code ${code}`}:\n${lastLines(output, 20)}`,
          ),
        );
      }
    });
  });
}

/** Starts a command that outlives this process, its output appended to a log file. Resolves to its process ID. */
export async function startDetached(command: Command, log: string): Promise<number> {
  rotate(log);
  const descriptor = openSync(log, 'a');
  try {
    return await new Promise((resolve, reject) => {
      const child = spawn(command.file, command.args, {
        cwd: command.cwd,
        env: command.env === undefined ? process.env : { ...command.env },
        detached: true,
        stdio: ['ignore', descriptor, descriptor],
      });
      child.once('error', (cause) => {
        reject(
          new StackError('COMMAND_FAILED', `${command.file} could not be run: ${cause.message}`, { cause }),
        );
      });
      child.once('spawn', () => {
        child.unref();
        if (child.pid !== undefined) resolve(child.pid);
      });
    });
  } finally {
    closeSync(descriptor);
  }
}

/** Whether a program of this name can be run. */
export function hasProgram(name: string): boolean {
  return (process.env['PATH'] ?? '').split(delimiter).some((dir) => {
    try {
      accessSync(join(dir, name), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

/** The last lines of a log file, for an error message; it says so when there are none. */
export function tailOf(log: string, lines: number): string {
  try {
    return lastLines(readFileSync(log, 'utf8'), lines) || '(the log is empty)';
  } catch {
    return '(there is no log)';
  }
}

function lastLines(text: string, count: number): string {
  return text.trimEnd().split('\n').slice(-count).join('\n');
}

function rotate(log: string): void {
  if ((statSync(log, { throwIfNoEntry: false })?.size ?? 0) > MAX_LOG_BYTES) renameSync(log, `${log}.old`);
}
