import { type Clock } from './clock.js';

/**
 * Member IDs that were handed out (KIP-394) and with which nobody has joined yet. Each is forgotten when its client does
 * not come back in time, so that a client that joins in a loop leaves nothing behind.
 */
export class PendingMembers {
  private readonly cancelById = new Map<string, () => void>();

  constructor(private readonly clock: Clock) {}

  get size(): number {
    return this.cancelById.size;
  }

  has(memberId: string): boolean {
    return this.cancelById.has(memberId);
  }

  add(memberId: string, timeoutMs: number, onExpiry: () => void): void {
    const cancel = this.clock.setTimer(timeoutMs, () => {
      this.cancelById.delete(memberId);
      onExpiry();
    });
    this.cancelById.set(memberId, cancel);
  }

  /** Whether it was pending. */
  delete(memberId: string): boolean {
    this.cancelById.get(memberId)?.();
    return this.cancelById.delete(memberId);
  }

  clear(): void {
    for (const cancel of this.cancelById.values()) cancel();
    this.cancelById.clear();
  }
}
