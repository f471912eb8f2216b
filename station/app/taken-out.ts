import { readFileSync } from 'node:fs';
import { Emitter } from 'vscode-jsonrpc/node';
import { z } from 'zod';
import { errorCodeOf } from '../../core/base/system-error';
import { logError } from '../state/log-file';
import { writeFileAtomically } from '../state/state-paths';

const takenOutSchema = z.strictObject({ version: z.literal(1), machines: z.array(z.string()) });

/**
 * Machines whose drives were confirmed as taken out and are in no shipment yet: what SHIP closes in line mode. Only which, not
 * whether they may be shipped: that is the ledger's to say. What goes wrong with the file is logged and stops nothing.
 *
 * Beside them those whose cards with PASS merely went: nobody said where the drives are, so nothing is closed by it. It is only
 * known that a shipment is what comes next, until the next drives are started.
 */
export class TakenOut {
  readonly #changed = new Emitter<void>();
  readonly onChange = this.#changed.event;
  readonly #taken = new Emitter<string>();
  /** A machine's scan confirmed that its drive is out. */
  readonly onTaken = this.#taken.event;
  readonly #file: string;
  #machines: readonly string[];
  #gone: readonly string[] = [];

  constructor(file: string) {
    this.#file = file;
    this.#machines = read(file);
  }

  /** Serials, the latest last. */
  get machines(): readonly string[] {
    return this.#machines;
  }

  /** Machines whose cards with PASS went since the last start, however they went; the latest last. */
  get gone(): readonly string[] {
    return this.#gone;
  }

  /** The card of a machine whose drive passed went. */
  cardWent(machineSerial: string): void {
    this.#gone = [...this.#gone.filter((one) => one !== machineSerial), machineSerial];
    this.#changed.fire();
  }

  /** Other drives are started: what comes next is theirs. */
  started(): void {
    this.#gone = [];
    this.#changed.fire();
  }

  add(machineSerial: string): void {
    this.#taken.fire(machineSerial);
    this.#become([...this.#machines.filter((one) => one !== machineSerial), machineSerial]);
    this.#changed.fire();
  }

  /** They are in a shipment, or were found in none that could be closed. */
  remove(machineSerials: readonly string[]): void {
    this.#gone = this.#gone.filter((one) => !machineSerials.includes(one));
    this.#become(this.#machines.filter((one) => !machineSerials.includes(one)));
    this.#changed.fire();
  }

  #become(machines: readonly string[]): void {
    if (
      machines.length === this.#machines.length &&
      machines.every((one, at) => one === this.#machines[at])
    ) {
      return;
    }
    this.#machines = machines;
    try {
      writeFileAtomically(this.#file, JSON.stringify({ version: 1, machines }), 0o600);
    } catch (error) {
      logError('taken-out-not-kept', error);
    }
  }
}

function read(file: string): readonly string[] {
  try {
    return takenOutSchema.parse(JSON.parse(readFileSync(file, 'utf8'))).machines;
  } catch (error) {
    if (errorCodeOf(error) !== 'ENOENT') logError('taken-out-lost', error);
    return [];
  }
}
