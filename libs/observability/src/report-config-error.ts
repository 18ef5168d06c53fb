interface Problem {
  readonly variable: string;
  readonly fault: string;
  readonly example: string;
}

/** EX_CONFIG of sysexits.h: restarting does not help. */
export const CONFIG_EXIT_CODE = 78;

/**
 * Prints the faults of the configuration, one a line with a valid example, to standard error and ends the process
 * with code 78. Any other error is thrown again.
 */
export function reportConfigError(
  error: unknown,
  write: (text: string) => void = (text) => process.stderr.write(text),
  exit: (code: number) => never = (code) => process.exit(code),
): never {
  if (!hasProblems(error)) throw error;
  write(describeProblems(error.problems));
  return exit(CONFIG_EXIT_CODE);
}

function hasProblems(error: unknown): error is { problems: readonly Problem[] } {
  return typeof error === 'object' && error !== null && 'problems' in error && Array.isArray(error.problems);
}

function describeProblems(problems: readonly Problem[]): string {
  const lines = problems.map(
    ({ variable, fault, example }) => `  ${variable} ${fault}\n    for example: ${variable}=${example}\n`,
  );
  const count = problems.length === 1 ? 'one faulty variable' : `${problems.length} faulty variables`;
  return `The configuration has ${count}; nothing was started.\n\n${lines.join('\n')}\nEvery variable is described in .env.example.\n`;
}
