import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { projectRoot, requireEngines } from '@fieldstream/testing';
import { BenchBed, COMPILED } from './bench-bed.js';
import { Ceilings } from './ceilings/ceilings.js';
import type { RunResult, ScenarioResult } from './figure.js';
import { machineFacts } from './machine.js';
import { parseBenchOptions, UsageError, type BenchOptions } from './options.js';
import { topSelfTimes, type CpuProfile } from './profile-summary.js';
import { formatNumber, toMarkdown } from './report.js';
import type { BenchContext, Scenario } from './scenario.js';
import { SCENARIOS } from './scenarios/index.js';

const USAGE = `Measures the performance contract and the ceilings of this machine. Needs KAFKA_BROKERS and DATABASE_URL.

  npm run bench -- [--scenario A,B] [--seconds N] [--quick] [--profile bridge,aggregator,alerter]

  scenarios: ${SCENARIOS.map((scenario) => scenario.name).join(', ')}`;

const TOP_FUNCTIONS = 25;

async function main(): Promise<number> {
  let options;
  try {
    options = parseBenchOptions(
      process.argv.slice(2),
      SCENARIOS.map((scenario) => scenario.name),
    );
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    complain(`bench: ${error.message}\n\n${USAGE}`);
    return 2;
  }
  if (options === 'help') {
    say(USAGE);
    return 0;
  }
  return measure(options);
}

async function measure(options: BenchOptions): Promise<number> {
  const engines = requireEngines();
  const root = projectRoot();
  if (COMPILED && !existsSync(join(root, 'dist', 'apps', 'bridge', 'src', 'main.js'))) {
    throw new Error('the services are not built: npm run build');
  }
  const at = new Date().toISOString();
  const resultsDir = join(root, 'bench', 'results');
  const file = join(resultsDir, at.replaceAll(/[:.]/g, '-'));
  const profilesDir = `${file}-profiles`;
  await mkdir(options.profile.length > 0 ? profilesDir : resultsDir, { recursive: true });
  const machine = await machineFacts(engines);
  const progress = (line: string): void => complain(`${new Date().toISOString().slice(11, 19)} ${line}`);
  const ceilings = new Ceilings(engines, Math.min(options.seconds, 10), progress);

  const results: ScenarioResult[] = [];
  for (const scenario of SCENARIOS.filter(({ name }) => options.scenarios.includes(name))) {
    progress(scenario.name);
    results.push(
      await runScenario(scenario, {
        engines,
        seconds: options.seconds,
        quick: options.quick,
        progress: (line) => progress(`  ${line}`),
        ceiling: (name) => ceilings.get(name),
        withBed: (work) => BenchBed.use({ name: scenario.name, profile: options.profile, profilesDir }, work),
      }),
    );
  }
  const figures = await ceilings.all();
  if (figures.length > 0) results.push({ scenario: 'ceilings', title: 'ceilings of this machine', figures });

  const run: RunResult = { version: 1, at, quick: options.quick, seconds: options.seconds, machine, results };
  const markdown = toMarkdown(run) + (await profileSections(profilesDir, options));
  await writeFile(`${file}.json`, `${JSON.stringify(run, undefined, 2)}\n`);
  await writeFile(`${file}.md`, markdown);
  say(markdown);
  complain(`written: ${file}.md and .json`);
  return results.some((result) => result.failure !== undefined) ? 1 : 0;
}

/** A scenario that fails must not take the others' figures with it. */
async function runScenario(scenario: Scenario, context: BenchContext): Promise<ScenarioResult> {
  const { name, title } = scenario;
  try {
    const figures = await scenario.run(context);
    for (const figure of figures)
      context.progress(`${figure.name}: ${formatNumber(figure.value)} ${figure.unit}`);
    return { scenario: name, title, figures };
  } catch (error) {
    const failure = (error as Error).message;
    context.progress(`FAILED: ${(error as Error).stack ?? failure}`);
    return { scenario: name, title, figures: [], failure };
  }
}

/** The functions that took the most time in each profiled service of this run. */
async function profileSections(folder: string, options: BenchOptions): Promise<string> {
  if (options.profile.length === 0) return '';
  const sections: string[] = [];
  for (const name of (await readdir(folder)).sort()) {
    // CPU.<day>.<time>.<process>.<thread>.<number>.cpuprofile; the service itself is thread 0.
    const files = await readdir(join(folder, name));
    for (const file of files.filter((each) => /^CPU\.\d+\.\d+\.\d+\.0\./.test(each)).sort()) {
      const profile = JSON.parse(await readFile(join(folder, name, file), 'utf8')) as CpuProfile;
      const rows = topSelfTimes(profile, TOP_FUNCTIONS).map(
        ({ location, share, ms }) =>
          `${(100 * share).toFixed(1).padStart(5)} % ${String(Math.round(ms)).padStart(6)} ms  ${location}`,
      );
      sections.push(`\n## ${name}: time in the functions themselves\n\n\`\`\`\n${rows.join('\n')}\n\`\`\`\n`);
    }
  }
  return sections.join('');
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
  complain(`bench: ${(error as Error).message}`);
  process.exitCode = 1;
}
