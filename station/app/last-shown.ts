/**
 * What is shown, with what it was when written out: most looks find what the last one found, and to write that out anew each time
 * would double the work of all of them.
 */
export class LastShown<T> {
  #value: T;
  #text: string;

  /** @param textOf differs where there is something new to show */
  constructor(
    value: T,
    private readonly textOf: (value: T) => string = (one) => JSON.stringify(one),
  ) {
    this.#value = value;
    this.#text = textOf(value);
  }

  get value(): T {
    return this.#value;
  }

  /** @returns whether that is something new */
  become(value: T): boolean {
    const text = this.textOf(value);
    if (text === this.#text) return false;
    this.#value = value;
    this.#text = text;
    return true;
  }
}
