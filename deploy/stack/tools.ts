import { hasProgram, runCommand } from './command.js';
import { step, type Progress } from './progress.js';
import { StackError } from './stack-error.js';

/** Throws StackError UNSUPPORTED where the stack cannot work at all. */
export function requireLinux(): void {
  if (process.platform !== 'linux') {
    throw new StackError(
      'UNSUPPORTED',
      'This stack runs on Linux only; elsewhere use the embedded engines (npm start) or docker compose',
    );
  }
}

/**
 * Makes sure that a program is there. Root on a system with apt-get gets its Debian packages installed; anybody else
 * gets StackError MISSING_TOOL, which says what to install.
 */
export async function requireProgram(
  progress: Progress,
  program: string,
  packages: readonly string[],
): Promise<void> {
  if (hasProgram(program)) return;
  const advice = `${program} is missing. As root: apt-get update && apt-get install ${packages.join(' ')}`;
  if (process.getuid?.() !== 0 || !hasProgram('apt-get')) throw new StackError('MISSING_TOOL', advice);
  await step(progress, `Installing ${packages.join(', ')}`, async () => {
    const env = { ...(process.env as Record<string, string>), DEBIAN_FRONTEND: 'noninteractive' };
    try {
      await runCommand({ file: 'apt-get', args: ['-q', 'update'], env });
      await runCommand({
        file: 'apt-get',
        args: ['-q', '-y', '--no-install-recommends', 'install', ...packages],
        env,
      });
    } catch (cause) {
      throw new StackError(
        'MISSING_TOOL',
        `${advice}\n${cause instanceof Error ? cause.message : String(cause)}`,
        {
          cause,
        },
      );
    }
  });
}
