import { readFile } from 'node:fs/promises';
import { compareRuns } from './compare-runs.js';
import type { RunResult } from './figure.js';

const [before, after] = process.argv.slice(2);
if (before === undefined || after === undefined) {
  complain('usage: node dist/bench/src/compare.js BEFORE.json AFTER.json');
  process.exitCode = 2;
} else {
  const [first, second] = await Promise.all([readRun(before), readRun(after)]);
  say(compareRuns(first, second));
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}

function complain(text: string): void {
  process.stderr.write(`${text}\n`);
}

async function readRun(file: string): Promise<RunResult> {
  const run = JSON.parse(await readFile(file, 'utf8')) as RunResult;
  if (run.version !== 1) throw new Error(`${file} is not a result of this benchmark, version 1`);
  return run;
}
