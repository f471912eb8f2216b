import { modifierKeys, type ScanKey } from '../../core/scan/scan-keys';

/** Keys further apart do not belong to one scan. Milliseconds. */
const apart = 1000;
/** No barcode has as many characters. */
const longest = 4096;

/** The keys of the scan that is coming in, as they were pressed: what the scanner check looks at. */
export class KeyLog {
  #keys: ScanKey[] = [];
  /** Where the characters begin that the detector takes for one scan. */
  #burst = 0;
  /** The scan was taken; what still comes is its end. */
  #ended = false;

  /** @param ending the key may still belong to the end of the scan before */
  add(key: ScanKey, ending: boolean): void {
    if (modifierKeys.has(key.key)) return;
    const last = this.#keys.at(-1);
    const another = last !== undefined && key.ms - last.ms > apart;
    if (another || (this.#ended && !ending)) this.#begin();
    if (this.#keys.length < longest) this.#keys.push(key);
  }

  /** Nothing of what was pressed so far belongs to a scan. */
  clear(): void {
    if (!this.#ended) this.#begin();
  }

  /** The key that was added last is a burst's first. */
  beginBurst(): void {
    if (this.#ended) this.#begin(this.#keys.slice(-1));
    this.#burst = this.#keys.length - 1;
  }

  /** When the burst began, in the keys' milliseconds. */
  burstBegan(): number {
    return this.#keys[this.#burst]?.ms ?? 0;
  }

  ofBurst(): readonly ScanKey[] {
    return this.#keys.slice(this.#burst);
  }

  /** @returns the keys; those that still come before the next scan are added to the same list */
  end(): readonly ScanKey[] {
    this.#ended = true;
    return this.#keys;
  }

  #begin(keys: ScanKey[] = []): void {
    this.#keys = keys;
    this.#burst = 0;
    this.#ended = false;
  }
}
