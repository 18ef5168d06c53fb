/** Checks files of rules and channels as the alerter would at its start. Needs no database. */
import { readEnvironment } from '@fieldstream/config';
import { missingChannels, parseAlertingFiles } from './provisioning/alerting-definitions.js';
import { readAlertingFiles } from './provisioning/alerting-files.js';
import { AlertingFilesError, describeProblem } from './provisioning/file-problem.js';

const USAGE = `usage: node dist/apps/alerter/src/check-alerting.js <file or directory>

Checks files of alert rules and notification channels (the ALERTING_PATH of the alerter).
Ends with code 0 where they are valid, with 1 where they are not, and with 2 where it was called wrongly.
\${NAME} in a channel's config is taken from the environment, as the alerter does.
`;

/** Runs the command. @returns the exit code. */
async function main([path, ...more]: readonly string[]): Promise<number> {
  if (path === undefined || path.startsWith('-') || more.length > 0) {
    process.stderr.write(USAGE);
    return 2;
  }
  try {
    const definitions = parseAlertingFiles(await readAlertingFiles(path), readEnvironment());
    if (definitions.problems.length > 0) throw new AlertingFilesError(definitions.problems);
    for (const problem of missingChannels(definitions))
      process.stderr.write(`warning: ${describeProblem(problem)}; it has to be made through the API\n`);
    const { rules, channels } = definitions;
    process.stdout.write(`ok: ${count(rules, 'rule')}, ${count(channels, 'channel')}\n`);
    return 0;
  } catch (error) {
    if (!(error instanceof AlertingFilesError)) throw error;
    for (const fault of error.faults) process.stderr.write(`${describeProblem(fault)}\n`);
    return 1;
  }
}

function count(things: readonly unknown[], name: string): string {
  return `${things.length} ${name}${things.length === 1 ? '' : 's'}`;
}

process.exitCode = await main(process.argv.slice(2));
