import { readFileSync } from 'node:fs';
import { parseEnv } from 'node:util';
import type { Environment } from './values.js';

/**
 * The process's environment, over the settings of a `.env` file where there is one: what is set for the process wins.
 * @param file Default: `.env` in the working directory.
 * @throws NodeJS.ErrnoException for a file that is there but cannot be read
 */
export function readEnvironment(file = '.env', env: Environment = process.env): Environment {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return env;
    throw error;
  }
  return { ...parseEnv(text), ...env };
}
