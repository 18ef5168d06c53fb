import { existsSync, readdirSync, rmSync, rmdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Engine } from './engine.js';
import { kafkaBrokers, kafkaEngine } from './kafka.js';
import { kafkaJars, kafkaVersion } from './kafka-jars.js';
import { clearLeftovers, ensureServing, isRunning, runningPid, stop } from './lifecycle.js';
import { withLock } from './lock.js';
import { cacheDirOf, PREFERRED_KAFKA_PORT, PREFERRED_POSTGRES_PORT } from './options.js';
import { choosePort } from './ports.js';
import { databaseUrl, postgresEngine, postgresVersions, type PostgresVersions } from './postgres.js';
import { silent, step, type Progress } from './progress.js';
import { rootfsBinDir, timescaleRootfs } from './rootfs.js';
import { StackError } from './stack-error.js';
import {
  readState,
  writeState,
  type EngineName,
  type KafkaState,
  type PostgresState,
  type StackState,
} from './state.js';
import { requireLinux } from './tools.js';

export { StackError, type StackErrorCode } from './stack-error.js';
export { readState, type EngineName, type KafkaState, type PostgresState, type StackState } from './state.js';

/** How long an engine may take to serve: PostgreSQL may have gigabytes of log to replay after a kill. */
const READY_TIMEOUT_MS = 120_000;
/** How long another command on the same data folder is waited for; it may be downloading. */
const LOCK_TIMEOUT_MS = 15 * 60_000;

/** What `up` is to do; only the data folder is needed. */
export interface UpOptions {
  readonly dataDir: string;
  /** Where downloads are kept; by default as the command line has it. */
  readonly cacheDir?: string;
  /** Exactly this port; without it the one used last, the usual one, or a free one. */
  readonly kafkaPort?: number;
  readonly postgresPort?: number;
  /** PostgreSQL programs of this machine to use instead of those in a Debian system of their own. */
  readonly postgresBin?: string;
  /** For each engine, 120 s by default. */
  readonly readyTimeoutMs?: number;
  readonly progress?: Progress;
}

/** A stack that serves. */
export interface StackInfo {
  /** As in KAFKA_BROKERS. */
  readonly kafkaBrokers: string;
  /** As in DATABASE_URL; the role is a superuser. */
  readonly databaseUrl: string;
  readonly state: StackState;
  readonly versions: StackVersions;
}

/** What a stack consists of. */
export interface StackVersions extends PostgresVersions {
  readonly kafka: string;
}

const engines: Readonly<Record<EngineName, Engine>> = { kafka: kafkaEngine, postgres: postgresEngine };

/**
 * Starts what does not run yet of the stack of a data folder, and resolves when both engines serve. The engines outlive
 * this process. Calling it again changes nothing and tells the same. Throws StackError.
 */
export async function up(options: UpOptions): Promise<StackInfo> {
  requireLinux();
  const dataDir = resolve(options.dataDir);
  const timeoutMs = options.readyTimeoutMs ?? READY_TIMEOUT_MS;
  const progress = options.progress ?? silent;
  return withLock(lockFile(dataDir), LOCK_TIMEOUT_MS, async () => {
    const before = readState(dataDir);
    if (before === null) await clearStrays(dataDir, progress);
    let state: StackState = { dataDir, ...(await plan(before, options, progress)) };
    const record = (engine: EngineName, pid: number): void => {
      state = { ...state, [engine]: { ...state[engine], pid } };
      writeState(state);
    };
    await allOf(
      Object.values(engines).map((engine) =>
        ensureServing(engine, state, {
          timeoutMs,
          progress,
          onRunning: (pid) => record(engine.name, pid),
        }),
      ),
    );
    return {
      kafkaBrokers: kafkaBrokers(state),
      databaseUrl: databaseUrl(state),
      state,
      versions: { kafka: kafkaVersion(state.kafka.jarsDir), ...(await postgresVersions(state)) },
    };
  });
}

/** Stops both engines in an orderly way, and removes their data if `purge`. Throws StackError. */
export async function down(options: {
  readonly dataDir: string;
  readonly purge?: boolean;
  readonly progress?: Progress;
}): Promise<void> {
  requireLinux();
  const dataDir = resolve(options.dataDir);
  const progress = options.progress ?? silent;
  await withLock(lockFile(dataDir), LOCK_TIMEOUT_MS, async () => {
    const state = readState(dataDir);
    if (state === null) await clearStrays(dataDir, progress);
    else {
      await allOf(
        Object.values(engines).map(async (engine) => {
          const pid = runningPid(engine, state);
          if (pid === null) return;
          await step(progress, `${engine.name}: stopping process ${pid}`, () =>
            stop(engine, state, engine.stopSignal),
          );
        }),
      );
      writeState({
        ...state,
        kafka: { ...state.kafka, pid: null },
        postgres: { ...state.postgres, pid: null },
      });
    }
    if (options.purge === true) {
      await step(progress, `Removing the data in ${dataDir}`, async () => purge(dataDir));
    }
  });
  if (existsSync(dataDir) && readdirSync(dataDir).length === 0) rmdirSync(dataDir);
}

/** Whether each engine's process of a data folder runs; null when no stack was ever started there. */
export function status(dataDir: string): { state: StackState; running: Record<EngineName, boolean> } | null {
  requireLinux();
  const state = readState(dataDir);
  if (state === null) return null;
  const kafkaPid = runningPid(kafkaEngine, state);
  const postgresPid = runningPid(postgresEngine, state);
  return {
    state: {
      ...state,
      kafka: { ...state.kafka, pid: kafkaPid },
      postgres: { ...state.postgres, pid: postgresPid },
    },
    running: { kafka: kafkaPid !== null, postgres: postgresPid !== null },
  };
}

/**
 * Ends one engine, for tests of faults, and waits until all its processes are gone. SIGTERM asks for an orderly stop (of
 * PostgreSQL by the signal that ends its clients' sessions), SIGKILL is a crash. Resolves to the new state; the state
 * that is passed in only tells which stack. Nothing happens to an engine that does not run. Throws StackError.
 */
export async function stopEngine(
  { dataDir }: Pick<StackState, 'dataDir'>,
  name: EngineName,
  signal: 'SIGTERM' | 'SIGKILL',
): Promise<StackState> {
  return withLock(lockFile(dataDir), LOCK_TIMEOUT_MS, async () => {
    const state = stateOf(dataDir);
    await stop(engines[name], state, signal === 'SIGTERM' ? engines[name].stopSignal : signal);
    const after = { ...state, [name]: { ...state[name], pid: null } };
    writeState(after);
    return after;
  });
}

/**
 * Starts one engine again on the same port and data, and resolves to the new state when it serves. Only waits for that
 * if it runs already. Throws StackError NOT_READY with the end of the engine's log.
 */
export async function startEngine(
  { dataDir }: Pick<StackState, 'dataDir'>,
  name: EngineName,
  readyTimeoutMs = READY_TIMEOUT_MS,
): Promise<StackState> {
  return withLock(lockFile(dataDir), LOCK_TIMEOUT_MS, async () => {
    let state = stateOf(dataDir);
    await ensureServing(engines[name], state, {
      timeoutMs: readyTimeoutMs,
      progress: silent,
      onRunning: (pid) => {
        state = { ...state, [name]: { ...state[name], pid } };
        writeState(state);
      },
    });
    return state;
  });
}

/** Decides ports and programs of both engines; those of a running one stay as they are. */
async function plan(
  before: StackState | null,
  options: UpOptions,
  progress: Progress,
): Promise<{ kafka: KafkaState; postgres: PostgresState }> {
  const cacheDir = options.cacheDir ?? cacheDirOf(process.env, process.cwd());
  const kafkaRuns = before !== null && (await isRunning(kafkaEngine, before));
  const postgresRuns = before !== null && (await isRunning(postgresEngine, before));
  if (kafkaRuns) requireSamePort('kafka', before.kafka.port, options.kafkaPort);
  if (postgresRuns) requireSamePort('postgres', before.postgres.port, options.postgresPort);

  const [programs, jarsDir] = await allOf([
    postgresRuns ? before.postgres : postgresPrograms(options.postgresBin, cacheDir, progress),
    kafkaRuns ? before.kafka.jarsDir : kafkaJars(cacheDir, progress),
  ]);

  const taken = new Set<number>();
  const choose = async (label: string, requested: number | undefined, preferred: (number | undefined)[]) => {
    const port = await choosePort({
      label,
      requested,
      preferred: preferred.filter((each) => each !== undefined),
      taken,
    });
    taken.add(port);
    return port;
  };
  let kafka: KafkaState;
  if (kafkaRuns) kafka = before.kafka;
  else {
    const port = await choose('--kafka-port', options.kafkaPort, [before?.kafka.port, PREFERRED_KAFKA_PORT]);
    const controllerPort = await choose('Kafka', undefined, [before?.kafka.controllerPort, port + 1]);
    kafka = { port, controllerPort, pid: null, jarsDir };
  }
  let postgres: PostgresState;
  if (postgresRuns) postgres = before.postgres;
  else {
    const port = await choose('--postgres-port', options.postgresPort, [
      before?.postgres.port,
      PREFERRED_POSTGRES_PORT,
    ]);
    postgres = { port, pid: null, binDir: programs.binDir, rootfs: programs.rootfs };
  }
  return { kafka, postgres };
}

async function postgresPrograms(
  binDir: string | undefined,
  cacheDir: string,
  progress: Progress,
): Promise<Pick<PostgresState, 'binDir' | 'rootfs'>> {
  if (binDir !== undefined) {
    if (!existsSync(join(binDir, 'postgres')) || !existsSync(join(binDir, 'initdb'))) {
      throw new StackError('BAD_OPTION', `There is no postgres and initdb in ${binDir}`);
    }
    return { binDir, rootfs: null };
  }
  const rootfs = await timescaleRootfs(cacheDir, progress);
  return { binDir: rootfsBinDir(rootfs), rootfs };
}

function requireSamePort(engine: EngineName, port: number, requested: number | undefined): void {
  if (requested === undefined || requested === port) return;
  throw new StackError(
    'ALREADY_UP',
    `${engine} is up on port ${port}: stop it (down) before giving it port ${requested}`,
  );
}

function stateOf(dataDir: string): StackState {
  const state = readState(dataDir);
  if (state === null) throw new StackError('NOT_UP', `No stack was started in ${resolve(dataDir)}`);
  return state;
}

/** Ends engines that still run although their data folder was removed: their ports and data are not known any more. */
async function clearStrays(dataDir: string, progress: Progress): Promise<void> {
  for (const engine of Object.values(engines)) {
    if (engine.leftovers(dataDir).length === 0) continue;
    await step(progress, `${engine.name}: ending a process whose data folder was removed`, () =>
      clearLeftovers(engine, dataDir, 0),
    );
  }
}

/** Removes what the stack made, and nothing else that may be in the folder. */
function purge(dataDir: string): void {
  for (const name of [
    'kafka',
    'postgres',
    'kafka.log',
    'kafka.log.old',
    'postgres.log',
    'postgres.log.old',
  ]) {
    rmSync(join(dataDir, name), { recursive: true, force: true });
  }
  rmSync(join(dataDir, 'stack.json'), { force: true });
}

function lockFile(dataDir: string): string {
  return join(resolve(dataDir), '.lock');
}

/** Promise.all that lets all end before it throws: the lock is held until nothing runs any more. */
async function allOf<const T extends readonly unknown[]>(
  promises: T,
): Promise<{ -readonly [K in keyof T]: Awaited<T[K]> }> {
  const results = await Promise.allSettled(promises);
  for (const result of results) if (result.status === 'rejected') throw result.reason;
  return results.map((result) => (result as PromiseFulfilledResult<unknown>).value) as never;
}
