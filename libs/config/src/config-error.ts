/** One faulty environment variable. */
export interface ConfigProblem {
  readonly variable: string;
  /** What is wrong, as the end of a sentence that begins with the variable's name. Never holds a secret's value. */
  readonly fault: string;
  /** A value that would be taken. */
  readonly example: string;
}

/** Every fault of the environment at once, so that one start shows them all. Never retriable. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  readonly code = 'invalid-configuration';
  readonly retriable = false;

  constructor(readonly problems: readonly ConfigProblem[]) {
    super(
      problems
        .map(({ variable, fault, example }) => `${variable} ${fault}; for example ${variable}=${example}`)
        .join('\n'),
    );
  }
}
