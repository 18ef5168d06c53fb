import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { z } from 'zod';
import { StackError } from './stack-error.js';

const port = z.int().min(1).max(65_535);
const pid = z.int().min(2).nullable();

const stateSchema = z.object({
  format: z.literal(1),
  kafka: z.object({ port, controllerPort: port, pid, jarsDir: z.string().startsWith('/') }),
  postgres: z.object({
    port,
    pid,
    /** Where `postgres` and `initdb` are, as seen inside `rootfs` if there is one. */
    binDir: z.string().startsWith('/'),
    /** The Debian system that the server runs in; null when it runs in the machine's own. */
    rootfs: z.string().startsWith('/').nullable(),
  }),
});

/** The broker of a stack; `jarsDir` is where its programs are. */
export type KafkaState = z.infer<typeof stateSchema>['kafka'];
/** The database server of a stack. */
export type PostgresState = z.infer<typeof stateSchema>['postgres'];
/** The two servers that make up a stack. */
export type EngineName = 'kafka' | 'postgres';

/** What is known of the stack of one data folder. A `pid` is what was started last; the process may be gone. */
export interface StackState {
  /** Absolute path. */
  readonly dataDir: string;
  readonly kafka: KafkaState;
  readonly postgres: PostgresState;
}

/** Validates the text of a state file. Throws StackError BAD_STATE. */
export function parseState(text: string, dataDir: string): StackState {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (cause) {
    throw new StackError('BAD_STATE', `${stateFile(dataDir)} is not JSON`, { cause });
  }
  const result = stateSchema.safeParse(json);
  if (!result.success) {
    const faults = result.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('; ');
    throw new StackError('BAD_STATE', `${stateFile(dataDir)} is not a state of the stack: ${faults}`, {
      cause: result.error,
    });
  }
  return { dataDir, kafka: result.data.kafka, postgres: result.data.postgres };
}

/** The state of a data folder, or null when no stack was ever started there. Throws StackError BAD_STATE. */
export function readState(dataDir: string): StackState | null {
  const absolute = resolve(dataDir);
  let text: string;
  try {
    text = readFileSync(stateFile(absolute), 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
  return parseState(text, absolute);
}

/** Replaces the state file as a whole. */
export function writeState(state: StackState): void {
  mkdirSync(state.dataDir, { recursive: true });
  const file = stateFile(state.dataDir);
  const next = `${file}.next`;
  writeFileSync(
    next,
    JSON.stringify({ format: 1, kafka: state.kafka, postgres: state.postgres }, null, 2) + '\n',
  );
  renameSync(next, file);
}

/** A short name for a data folder that its engines carry on their command lines, so that they can be recognised. */
export function stackId(dataDir: string): string {
  return createHash('sha256').update(resolve(dataDir)).digest('hex').slice(0, 12);
}

/** Where the state of a data folder is kept. */
export function stateFile(dataDir: string): string {
  return join(dataDir, 'stack.json');
}

/** Where an engine's output goes. */
export function logFile(dataDir: string, engine: EngineName): string {
  return join(dataDir, `${engine}.log`);
}
