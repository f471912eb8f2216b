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
 */
export class TakenOut {
  readonly #changed = new Emitter<void>();
  readonly onChange = this.#changed.event;
  readonly #file: string;
  #machines: readonly string[];

  constructor(file: string) {
    this.#file = file;
    this.#machines = read(file);
  }

  /** Serials, the latest last. */
  get machines(): readonly string[] {
    return this.#machines;
  }

  add(machineSerial: string): void {
    this.#become([...this.#machines.filter((one) => one !== machineSerial), machineSerial]);
  }

  /** They are in a shipment, or were found in none that could be closed. */
  remove(machineSerials: readonly string[]): void {
    this.#become(this.#machines.filter((one) => !machineSerials.includes(one)));
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
    this.#changed.fire();
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
