/** A key with the moment at which it is due. */
export interface DueItem<T> {
  readonly value: T;
  readonly atMs: number;
}

/** A binary heap of values by due time; taking and adding cost the logarithm of its length. */
export class DueQueue<T> {
  private readonly heap: DueItem<T>[] = [];

  get length(): number {
    return this.heap.length;
  }

  add(value: T, atMs: number): void {
    const { heap } = this;
    const item = { value, atMs };
    let place = heap.push(item) - 1;
    while (place > 0) {
      const above = (place - 1) >> 1;
      const parent = heap[above];
      if (parent === undefined || parent.atMs <= atMs) break;
      heap[place] = parent;
      place = above;
    }
    heap[place] = item;
  }

  /** Takes out everything that is due at or before a moment, earliest first. */
  takeUntil(nowMs: number): DueItem<T>[] {
    const due: DueItem<T>[] = [];
    for (let first = this.heap[0]; first !== undefined && first.atMs <= nowMs; first = this.heap[0]) {
      due.push(first);
      this.removeFirst();
    }
    return due;
  }

  private removeFirst(): void {
    const { heap } = this;
    const item = heap.pop();
    if (item === undefined || heap.length === 0) return;
    let place = 0;
    for (;;) {
      const left = 2 * place + 1;
      const right = left + 1;
      const lesser = (heap[right]?.atMs ?? Infinity) < (heap[left]?.atMs ?? Infinity) ? right : left;
      const child = heap[lesser];
      if (child === undefined || child.atMs >= item.atMs) break;
      heap[place] = child;
      place = lesser;
    }
    heap[place] = item;
  }
}
