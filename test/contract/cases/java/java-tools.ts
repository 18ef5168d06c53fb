import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { cachedDir } from '../../../../deploy/stack/cache.js';
import { hasProgram, runCommand } from '../../../../deploy/stack/command.js';
import { javaProgram } from '../../../../deploy/stack/kafka-jars.js';
import { cacheDirOf } from '../../../../deploy/stack/options.js';
import type { CaseScope } from '../../support/case-scope.js';
import type { ContractCase } from '../../support/contract-case.js';
import { Program, type ProgramResult } from '../../support/program.js';

/** Short runs: no time for the better compiler, and one collector thread is enough. */
const JVM_OPTIONS = ['-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1', '-Xshare:auto', '-Xmx256m'];

/** Kafka's command-line tools, by the classes that its shell scripts run. */
export const TOOL = {
  topics: 'org.apache.kafka.tools.TopicCommand',
  configs: 'kafka.admin.ConfigCommand',
  consoleProducer: 'org.apache.kafka.tools.ConsoleProducer',
  consoleConsumer: 'org.apache.kafka.tools.consumer.ConsoleConsumer',
  consumerGroups: 'org.apache.kafka.tools.consumer.group.ConsumerGroupCommand',
  getOffsets: 'org.apache.kafka.tools.GetOffsetShell',
  deleteRecords: 'org.apache.kafka.tools.DeleteRecordsCommand',
  verifiableProducer: 'org.apache.kafka.tools.VerifiableProducer',
  verifiableConsumer: 'org.apache.kafka.tools.VerifiableConsumer',
  producerPerformance: 'org.apache.kafka.tools.ProducerPerformance',
  consumerPerformance: 'org.apache.kafka.tools.ConsumerPerformance',
  apiVersions: 'org.apache.kafka.tools.BrokerApiVersionsCommand',
  cluster: 'org.apache.kafka.tools.ClusterTool',
} as const;

/** Where the tools' jars are; they are downloaded once for each content of pom.xml. */
export async function findTools(
  env: NodeJS.ProcessEnv = process.env,
): Promise<{ jarsDir: string; missing?: never } | { missing: string }> {
  if (!hasProgram('java') && !existsSync(javaProgram())) {
    return { missing: 'Java is missing (apt-get install default-jre-headless)' };
  }
  const pom = fileURLToPath(new URL('pom.xml', import.meta.url));
  const name = `kafka-tools-${createHash('sha256').update(readFileSync(pom)).digest('hex').slice(0, 12)}`;
  const cacheDir = cacheDirOf(env, process.cwd());
  if (!existsSync(join(cacheDir, name)) && !hasProgram('mvn')) {
    return { missing: "Maven is missing, which downloads Kafka's tools (apt-get install maven)" };
  }
  try {
    const jarsDir = await cachedDir(cacheDir, name, async (dir) => {
      const options = ['-DincludeScope=runtime', `-DoutputDirectory=${dir}`];
      const args = ['--batch-mode', '--quiet', `--file=${pom}`, 'dependency:copy-dependencies', ...options];
      await runCommand({ file: 'mvn', args });
    });
    return { jarsDir };
  } catch (error) {
    const [reason] = (error instanceof Error ? error.message : String(error)).split('\n');
    return { missing: `Kafka's tools cannot be downloaded: ${reason}` };
  }
}

/** Runs the tools against one case's broker. */
export class JavaTools {
  constructor(
    private readonly jarsDir: string,
    private readonly scope: CaseScope,
  ) {}

  /** Starts a tool; it is ended with the case. Its arguments are a command line without quotes: none has a space. */
  start(tool: keyof typeof TOOL, commandLine: string, input?: string): Program {
    const args = commandLine.split(' ').filter((word) => word !== '');
    const bootstrap = ['--bootstrap-server', this.scope.target.brokers];
    const program = Program.start(
      javaProgram(),
      [
        ...JVM_OPTIONS,
        '-cp',
        join(this.jarsDir, '*'),
        TOOL[tool],
        // The cluster tool wants its verb first.
        ...(tool === 'cluster' ? [...args, ...bootstrap] : [...bootstrap, ...args]),
      ],
      input === undefined ? {} : { input },
    );
    this.scope.defer(() => program.stop('SIGKILL'));
    return program;
  }

  /** Runs a tool to its end, whatever its exit code is. */
  async attempt(tool: keyof typeof TOOL, commandLine: string, input?: string): Promise<ProgramResult> {
    return this.start(tool, commandLine, input).end();
  }

  /** Runs a tool to its end and resolves to its standard output. @throws Error with what it printed when it fails */
  async run(tool: keyof typeof TOOL, commandLine: string, input?: string): Promise<string> {
    const { code, stdout, stderr } = await this.attempt(tool, commandLine, input);
    if (code !== 0) throw new Error(`${TOOL[tool]} ${commandLine} ended with ${code}\n${stdout}\n${stderr}`);
    return stdout;
  }
}

/** A case with the tools at hand. A start of the JVM takes longer than most of what it does: few and full cases. */
export interface JavaCase {
  readonly name: string;
  readonly run: (scope: CaseScope, java: JavaTools) => Promise<void>;
}

export function withTools(cases: readonly JavaCase[], jarsDir: string): readonly ContractCase[] {
  return cases.map(({ name, run }) => ({ name, run: (scope) => run(scope, new JavaTools(jarsDir, scope)) }));
}
