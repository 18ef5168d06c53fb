import { createHash } from 'node:crypto';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { cachedDir } from './cache.js';
import { runCommand } from './command.js';
import { step, type Progress } from './progress.js';
import { StackError } from './stack-error.js';
import { requireProgram } from './tools.js';

/** The folder with all jars of the broker that pom.xml names; downloaded once for each content of pom.xml. */
export async function kafkaJars(cacheDir: string, progress: Progress): Promise<string> {
  await requireProgram(progress, javaProgram(), ['default-jre-headless']);
  const pom = pomFile();
  const hash = createHash('sha256').update(readFileSync(pom)).digest('hex').slice(0, 12);
  return cachedDir(cacheDir, `kafka-${hash}`, async (dir) => {
    await requireProgram(progress, 'mvn', ['maven']);
    await step(progress, 'Kafka: downloading its jars', async () => {
      await runCommand({
        file: 'mvn',
        args: [
          '--batch-mode',
          '--quiet',
          '-Dstyle.color=never',
          `--file=${pom}`,
          'dependency:copy-dependencies',
          '-DincludeScope=runtime',
          `-DoutputDirectory=${dir}`,
        ],
      });
    });
  });
}

/** pom.xml is beside this source; a compiled copy of this module has it in the project that it was compiled in. */
function pomFile(): string {
  let dir = dirname(fileURLToPath(import.meta.url));
  for (;;) {
    const candidate = join(dir, 'deploy', 'stack', 'pom.xml');
    if (existsSync(candidate)) return candidate;
    const parent = dirname(dir);
    if (parent === dir) throw new StackError('UNSUPPORTED', 'deploy/stack/pom.xml is missing');
    dir = parent;
  }
}

/** The Java to run: that of JAVA_HOME, else the one on the PATH. */
export function javaProgram(): string {
  const home = process.env['JAVA_HOME'];
  return home ? `${home}/bin/java` : 'java';
}

/** The version of the broker in a folder of jars. */
export function kafkaVersion(jarsDir: string): string {
  for (const name of readdirSync(jarsDir)) {
    const version = /^kafka_2\.13-(.+)\.jar$/.exec(name)?.[1];
    if (version !== undefined) return version;
  }
  throw new StackError('COMMAND_FAILED', `There is no Kafka broker in ${jarsDir}: remove it and try again`);
}
