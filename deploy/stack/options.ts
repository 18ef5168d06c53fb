import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { StackError } from './stack-error.js';

/** Ports that are tried first; a free one is taken when they are in use. */
export const PREFERRED_KAFKA_PORT = 19092;
export const PREFERRED_POSTGRES_PORT = 15432;

/** What --help prints. */
export const USAGE = `Usage: stack up|down|status [options]

  up                    start Apache Kafka and TimescaleDB, print their addresses as shell exports
  down                  stop both in an orderly way; the data stays
  status                tell what runs; exit code 0 when both do, 3 otherwise

  --data DIR            data folder (default ./data/stack)
  --kafka-port N        Kafka port (default ${PREFERRED_KAFKA_PORT}, else a free one)
  --postgres-port N     PostgreSQL port (default ${PREFERRED_POSTGRES_PORT}, else a free one)
  --postgres-bin DIR    use the PostgreSQL programs in DIR, with TimescaleDB installed beside them
  --purge               with down: remove the data as well
  --help                print this

Environment: FIELDSTREAM_STACK_CACHE, where downloads are kept (default: fieldstream in the user's cache folder).`;

/** What a command line of the stack asks for. Paths are absolute. */
export interface StackCommand {
  readonly action: 'up' | 'down' | 'status' | 'help';
  readonly dataDir: string;
  readonly cacheDir: string;
  readonly kafkaPort?: number;
  readonly postgresPort?: number;
  readonly postgresBin?: string;
  readonly purge: boolean;
}

/** Parses a command line. Throws StackError BAD_OPTION with a sentence for the user. */
export function parseCommand(
  args: readonly string[],
  env: NodeJS.ProcessEnv,
  workingDir: string,
): StackCommand {
  const { values, positionals } = parse(args);
  const [action, ...rest] = positionals;
  const purge = values.purge === true;
  const common = {
    dataDir: resolve(workingDir, values.data ?? 'data/stack'),
    cacheDir: cacheDirOf(env, workingDir),
    purge,
  };
  if (values.help === true) return { ...common, action: 'help' };
  if (action === undefined) throw new StackError('BAD_OPTION', `up, down or status?\n\n${USAGE}`);
  if (action !== 'up' && action !== 'down' && action !== 'status') {
    throw new StackError('BAD_OPTION', `Unknown command "${action}": it is up, down or status`);
  }
  if (rest.length > 0) throw new StackError('BAD_OPTION', `Unexpected argument "${rest.join(' ')}"`);
  if (purge && action !== 'down') throw new StackError('BAD_OPTION', '--purge goes with down only');
  const kafkaPort = portOf('--kafka-port', values['kafka-port']);
  const postgresPort = portOf('--postgres-port', values['postgres-port']);
  if (kafkaPort !== undefined && kafkaPort === postgresPort) {
    throw new StackError('BAD_OPTION', `--kafka-port and --postgres-port are both ${kafkaPort}`);
  }
  const postgresBin = values['postgres-bin'];
  return {
    ...common,
    action,
    ...(kafkaPort === undefined ? {} : { kafkaPort }),
    ...(postgresPort === undefined ? {} : { postgresPort }),
    ...(postgresBin === undefined ? {} : { postgresBin: resolve(workingDir, postgresBin) }),
  };
}

/** The folder for what is downloaded once: $FIELDSTREAM_STACK_CACHE, else under $XDG_CACHE_HOME, else ~/.cache. */
export function cacheDirOf(env: NodeJS.ProcessEnv, workingDir: string): string {
  if (env['FIELDSTREAM_STACK_CACHE']) return resolve(workingDir, env['FIELDSTREAM_STACK_CACHE']);
  return join(env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'fieldstream');
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        data: { type: 'string' },
        'kafka-port': { type: 'string' },
        'postgres-port': { type: 'string' },
        'postgres-bin': { type: 'string' },
        purge: { type: 'boolean' },
        help: { type: 'boolean', short: 'h' },
      },
    });
  } catch (cause) {
    throw new StackError('BAD_OPTION', cause instanceof Error ? cause.message : String(cause), { cause });
  }
}

function portOf(option: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const port = /^\d{1,5}$/.test(text) ? Number(text) : 0;
  if (port < 1 || port > 65_535) {
    throw new StackError('BAD_OPTION', `${option} ${text} is not a port from 1 to 65535`);
  }
  return port;
}
