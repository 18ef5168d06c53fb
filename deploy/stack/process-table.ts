import { readdirSync, readFileSync } from 'node:fs';

/** A process is recognised by one whole argument of its command line, never by its number alone. */
export function isProcess(pid: number, argument: string): boolean {
  return argumentsOf(pid).includes(argument);
}

/** Whether there is such a process, and not only its exit code. Its arguments tell less: an exec empties them for a moment. */
export function isAlive(pid: number): boolean {
  const stat = statOf(pid);
  return stat !== null && stat.status !== 'Z' && stat.status !== 'X';
}

/** The running processes whose arguments satisfy `matches`. Zombies have none, so they are never among them. */
export function findProcesses(matches: (args: readonly string[]) => boolean): number[] {
  return allPids().filter((pid) => matches(argumentsOf(pid)));
}

/**
 * The processes of a name that are being torn down: they have no arguments any more, so nothing tells whose they were,
 * but may still hold sockets, file locks and shared memory. A zombie holds nothing, unless it has threads left.
 */
export function endingProcesses(name: string): number[] {
  return allPids().filter((pid) => {
    const stat = statOf(pid);
    if (stat === null || stat.name !== name || argumentsOf(pid).length > 0) return false;
    return stat.status !== 'Z' || stat.threads > 1;
  });
}

/** Identifies one life of a process: its start time in clock ticks since boot. Null when there is no such process. */
export function startTimeOf(pid: number): string | null {
  return statOf(pid)?.startTime ?? null;
}

/** What proc_pid_stat(5) tells. */
function statOf(pid: number): { name: string; status: string; threads: number; startTime: string } | null {
  let text: string;
  try {
    text = readFileSync(`/proc/${pid}/stat`, 'utf8');
  } catch {
    return null; // it ended in the meantime
  }
  // The name is in brackets, and may itself hold spaces and brackets.
  const name = text.slice(text.indexOf('(') + 1, text.lastIndexOf(')'));
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  return {
    name,
    status: fields[0] ?? '',
    threads: Number(fields[17]),
    startTime: fields[19] ?? '',
  };
}

function allPids(): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number);
}

function argumentsOf(pid: number): string[] {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8')
      .split('\0')
      .filter((argument) => argument !== '');
  } catch {
    return []; // it ended in the meantime
  }
}
