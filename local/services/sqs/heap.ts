/** A queue by time: the earliest first. */
export class TimeHeap<T> {
  readonly #items: { readonly time: number; readonly value: T }[] = [];

  /** Time of the earliest; undefined when empty. */
  get next(): number | undefined {
    return this.#items[0]?.time;
  }

  push(time: number, value: T): void {
    const items = this.#items;
    let at = items.length;
    items.push({ time, value });
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (this.#time(parent) <= this.#time(at)) break;
      this.#swap(at, parent);
      at = parent;
    }
  }

  /** Takes the earliest out. */
  pop(): T | undefined {
    const items = this.#items;
    const [first] = items;
    const last = items.pop();
    if (last && items.length > 0) {
      items[0] = last;
      this.#sink();
    }
    return first?.value;
  }

  #sink(): void {
    for (let at = 0; ;) {
      const left = 2 * at + 1;
      let least = at;
      if (this.#time(left) < this.#time(least)) least = left;
      if (this.#time(left + 1) < this.#time(least)) least = left + 1;
      if (least === at) return;
      this.#swap(at, least);
      at = least;
    }
  }

  #time(at: number): number {
    return this.#items[at]?.time ?? Infinity;
  }

  #swap(a: number, b: number): void {
    const items = this.#items;
    [items[a], items[b]] = [items[b] as never, items[a] as never];
  }
}
