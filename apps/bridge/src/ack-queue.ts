/** One publish that waits for its acknowledgement. */
export interface AckSlot {
  /** Called once, in order of arrival: without an error to acknowledge, with one to close the connection. */
  readonly done: (error?: Error) => void;
  outcome: 'pending' | 'ready' | Error;
}

/**
 * The publishes of one connection that are not acknowledged yet. Acknowledgements leave in the order of arrival
 * (MQTT 3.1.1, MQTT-4.6.0-2), whatever the order in which Kafka took the records. After the first failure nothing of
 * this connection is acknowledged any more: it is closed, and the device resends.
 */
export class AckQueue {
  #slots: AckSlot[] = [];
  #head = 0;
  #broken = false;

  /** Publishes that are not acknowledged yet. */
  get size(): number {
    return this.#slots.length - this.#head;
  }

  get isBroken(): boolean {
    return this.#broken;
  }

  /** Takes the place of a publish that has just arrived. */
  add(done: AckSlot['done']): AckSlot {
    const slot: AckSlot = { done, outcome: 'pending' };
    this.#slots.push(slot);
    return slot;
  }

  /** The publish is safe, or lost where there is an error. */
  settle(slot: AckSlot, error?: Error): void {
    slot.outcome = error ?? 'ready';
    if (this.#slots[this.#head] === slot) this.#release();
  }

  /** Fails now what has just arrived; what waits before it is not acknowledged either. */
  fail(done: AckSlot['done'], error: Error): void {
    if (this.#broken) return;
    this.#break();
    done(error);
  }

  #release(): void {
    while (!this.#broken && this.#head < this.#slots.length) {
      const slot = this.#slots[this.#head];
      if (!slot || slot.outcome === 'pending') break;
      this.#head++;
      if (slot.outcome !== 'ready') {
        this.#break();
        slot.done(slot.outcome);
        return;
      }
      slot.done();
    }
    if (this.#head === this.#slots.length) {
      this.#slots = [];
      this.#head = 0;
    } else if (this.#head > 1_024) {
      this.#slots = this.#slots.slice(this.#head);
      this.#head = 0;
    }
  }

  #break(): void {
    this.#broken = true;
    this.#slots = [];
    this.#head = 0;
  }
}
