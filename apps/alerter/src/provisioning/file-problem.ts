import { type Position } from './yaml-document.js';

/** What is wrong in a file of rules and channels. */
export interface FileProblem {
  /** As it was reached, to be found from the working directory. */
  readonly file: string;
  /** Left out where the file as a whole is meant. */
  readonly position?: Position;
  /** E.g. `rules[2].params.threshold must be a finite number, e.g. 30`. */
  readonly text: string;
}

/** One line, in the form that editors and compilers share: `alerting/plant.yaml:12:9: rules[2].id must be …`. */
export function describeProblem({ file, position, text }: FileProblem): string {
  const at = position === undefined ? '' : `:${position.line}:${position.column}`;
  return `${file}${at}: ${text}`;
}

/** The files cannot be used; nothing of them was taken. */
export class AlertingFilesError extends Error {
  override readonly name = 'AlertingFilesError';
  /** Not a field that a logger writes out: the message has it all. */
  readonly #faults: readonly FileProblem[];

  /** @param faults All that is wrong; the message has a line for each. */
  constructor(faults: readonly FileProblem[]) {
    const count = faults.length === 1 ? 'a fault' : `${faults.length} faults`;
    super(`the alerting files have ${count}:\n${faults.map(describeProblem).join('\n')}`);
    this.#faults = faults;
  }

  get faults(): readonly FileProblem[] {
    return this.#faults;
  }
}
