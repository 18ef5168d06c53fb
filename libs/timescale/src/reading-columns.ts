/**
 * Numeric readings in arrival order, a typed array a column. A reading belongs to a slot (say, the partition it came
 * from), under which its outcome is counted.
 */
export class ReadingColumns {
  #length = 0;
  #series = new Int32Array(1024);
  #times = new Float64Array(1024);
  #values = new Float64Array(1024);
  #slots = new Int32Array(1024);

  get length(): number {
    return this.#length;
  }

  /** @param timeMs Observation time, whole epoch milliseconds. */
  add(seriesId: number, timeMs: number, value: number, slot: number): void {
    if (this.#length === this.#series.length) this.#grow();
    const index = this.#length++;
    this.#series[index] = seriesId;
    this.#times[index] = timeMs;
    this.#values[index] = value;
    this.#slots[index] = slot;
  }

  seriesId(index: number): number {
    return this.#series[index] ?? 0;
  }

  timeMs(index: number): number {
    return this.#times[index] ?? 0;
  }

  value(index: number): number {
    return this.#values[index] ?? 0;
  }

  slot(index: number): number {
    return this.#slots[index] ?? 0;
  }

  /** Indexes by series and time, then by arrival: the order of the primary key, in which inserting is fastest. */
  inKeyOrder(): Uint32Array {
    const order = Uint32Array.from({ length: this.#length }, (_, index) => index);
    return order.sort(
      (a, b) => this.seriesId(a) - this.seriesId(b) || this.timeMs(a) - this.timeMs(b) || a - b,
    );
  }

  #grow(): void {
    const capacity = this.#length * 2;
    const series = new Int32Array(capacity);
    const times = new Float64Array(capacity);
    const values = new Float64Array(capacity);
    const slots = new Int32Array(capacity);
    series.set(this.#series);
    times.set(this.#times);
    values.set(this.#values);
    slots.set(this.#slots);
    this.#series = series;
    this.#times = times;
    this.#values = values;
    this.#slots = slots;
  }
}
