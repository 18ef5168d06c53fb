import { readFileSync } from 'node:fs';
import { BridgeError } from './bridge-error.js';
import { readMappings } from './mapping-file.js';
import { tryPublish } from './mapping-trial.js';

const USAGE = `Shows what a publish becomes: which mapping or family takes it, and its readings, or why it is refused.

  npm run -s try-mapping -- [file] <topic> [payload]

  file      mapping file; default: MAPPINGS_PATH, or none
  topic     as the device publishes it
  payload   text; - or none: standard input

Local times count as DEVICE_TIME_ZONE says (default: UTC). A user name (ThingsBoard) is read from MQTT_USERNAME.
Exit code: 0 decoded, 1 refused or taken by nobody, 2 wrong usage or a faulty file.`;

/** Runs the command. @returns the exit code. */
async function main(): Promise<number> {
  const args = process.argv.slice(2);
  if (args.length === 0 || args.length > 3 || args[0] === '--help' || args[0] === '-h') {
    (args.length > 3 ? complain : say)(USAGE);
    return args.length > 3 ? 2 : 0;
  }
  // A file is told from a topic by its ending.
  const path = /\.ya?ml$/.test(args[0] ?? '') ? args.shift() : process.env['MAPPINGS_PATH'];
  const [topic, text] = args;
  const mappings = path ? await readMappings(path) : [];
  if (path) say(`${path}: ${mappings.length} mappings, no faults`);
  if (topic === undefined) return 0;
  const payload = text === undefined || text === '-' ? readFileSync(0) : Buffer.from(text);
  const { isDecoded, lines } = tryPublish(
    { topic, payload, receivedAtMs: Date.now(), username: process.env['MQTT_USERNAME'] },
    mappings,
    process.env['DEVICE_TIME_ZONE'] ?? 'UTC',
  );
  say(lines.join('\n'));
  return isDecoded ? 0 : 1;
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}

function complain(text: string): void {
  process.stderr.write(`${text}\n`);
}

try {
  process.exitCode = await main();
} catch (error) {
  if (!(error instanceof BridgeError) && !(error instanceof RangeError)) throw error;
  complain(error.message);
  process.exitCode = 2;
}
