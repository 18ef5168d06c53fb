import { Program, runProgram, type ProgramResult } from '../../support/program.js';
import type { CaseScope } from '../../support/case-scope.js';
import { sorted } from '../numbers.js';

/** Runs kcat against the case's broker. @throws Error with what it printed when it fails */
export async function kcat(scope: CaseScope, args: readonly string[], input?: string): Promise<string> {
  const { code, stdout, stderr } = await tryKcat(scope, args, input);
  if (code !== 0) throw new Error(`kcat ${args.join(' ')} ended with ${code}\n${stdout}\n${stderr}`);
  return stdout;
}

/** The same, for what may fail. */
export function tryKcat(scope: CaseScope, args: readonly string[], input?: string): Promise<ProgramResult> {
  return runProgram('kcat', ['-b', scope.target.brokers, ...args], input === undefined ? {} : { input });
}

/** What a topic has from its beginning to its end, a line a record in `format`. */
export async function consumeAll(
  scope: CaseScope,
  topic: string,
  format = '%s\n',
): Promise<readonly string[]> {
  const stdout = await kcat(scope, ['-C', '-t', topic, '-o', 'beginning', '-e', '-q', '-f', format]);
  return stdout.split('\n').slice(0, -1);
}

/** A member of a group that prints `partition/offset`; it is ended with the case. */
export class KcatMember {
  private constructor(private readonly program: Program) {}

  static start(
    scope: CaseScope,
    options: { groupId: string; topic: string; settings?: readonly string[] },
  ): KcatMember {
    const settings = [
      'auto.offset.reset=earliest',
      'session.timeout.ms=6000',
      'heartbeat.interval.ms=200',
      'fetch.wait.max.ms=100',
      ...(options.settings ?? []),
    ];
    const program = Program.start('kcat', [
      '-b',
      scope.target.brokers,
      ...settings.flatMap((setting) => ['-X', setting]),
      '-f',
      '%p/%o\n',
      '-u',
      '-G',
      options.groupId,
      options.topic,
    ]);
    scope.defer(() => program.stop());
    return new KcatMember(program);
  }

  /** Partitions that it has, by what it tells of rebalances. */
  get assigned(): readonly number[] {
    const partitions = new Set<number>();
    for (const line of this.program.stderr.split('\n')) {
      const named = [...line.matchAll(/\[(\d+)\]/g)].map(([, index]) => Number(index));
      if (/rebalanced.*(assigned: |assignment of )/.test(line))
        for (const index of named) partitions.add(index);
      if (/rebalanced.*(revoked: |revoke of )/.test(line))
        for (const index of named) partitions.delete(index);
    }
    return sorted([...partitions]);
  }

  get seen(): readonly string[] {
    return this.program.lines;
  }

  async joined(count: number): Promise<void> {
    await this.program.until(() => this.assigned.length === count, `${count} partitions`);
  }

  async saw(count: number): Promise<readonly string[]> {
    return this.program.printed(count);
  }

  async leave(): Promise<void> {
    await this.program.stop('SIGTERM');
  }

  async kill(): Promise<void> {
    await this.program.stop('SIGKILL');
  }
}
