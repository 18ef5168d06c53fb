import { readFileSync } from 'node:fs';

/** Resident memory of a process in bytes, from the kernel. */
export function residentBytes(pid: number): number {
  const match = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'));
  if (!match) throw new Error(`process ${pid} has no resident memory`);
  return Number(match[1]) * 1024;
}
