import { readFileSync } from 'node:fs';

const FALLBACK = 1_024;

/** How many files (sockets among them) a process may have open. Node raises its soft limit to the hard one at its start. */
export function openFileLimit(): number {
  try {
    const limit = /^Max open files\s+(\d+|unlimited)/m.exec(readFileSync('/proc/self/limits', 'utf8'))?.[1];
    return limit === 'unlimited' ? Infinity : Number(limit ?? FALLBACK);
  } catch {
    return FALLBACK;
  }
}
