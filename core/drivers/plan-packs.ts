import { sanitizeForDisplay } from '../base/display';
import { PrestageError } from '../base/errors';
import type { MachineDetails } from '../machine/machine';
import { foldedPack, type DriverTable, type MediaDrivers } from './driver-table';
import { packFor, type PackChoice } from './pack-for';

/** Which driver pack each machine of a batch will install, looked at before anything is erased. */

/** A machine of the batch. */
export interface PackAsked {
  readonly machineSerial: string;
  readonly machine: MachineDetails | null;
}

export interface PackPlan {
  /** By serial: the machine's pack, as the media's folder is named; null: none of the media's. Empty when the media has no table. */
  readonly packs: ReadonlyMap<string, string | null>;
  /** Sentences about machines that will have no drivers of their own. Safe to show. */
  readonly warnings: readonly string[];
}

export interface PackRequest {
  readonly machines: readonly PackAsked[];
  /** Of the image; null: it has no `\Drivers`. */
  readonly drivers: MediaDrivers | null;
  /** Of the signed manifest, which counts before what lies in the image; that counts where this names none. Null: it has none. */
  readonly signed: DriverTable | null;
  /** Machines without a pack are refused. */
  readonly required: boolean;
}

/**
 * Plans the packs.
 * @throws PrestageError driver-pack-conflict when several fit one machine; driver-pack-missing when a machine has none and all must
 * have one
 */
export function planPacks({ machines, drivers, signed, required }: PackRequest): PackPlan {
  const table = signed ?? drivers?.table ?? null;
  if (table === null || table.length === 0) {
    const problem = drivers?.problem ?? null;
    const what =
      problem === null
        ? 'has no table of driver packs'
        : `has a table of driver packs that cannot be used: packs.json ${problem}`;
    if (required) throw missing([`The media ${what}.`]);
    return { packs: new Map(), warnings: problem === null ? [] : [`The media ${what}.`] };
  }
  const folders = new Map((drivers?.folders ?? []).map((name) => [foldedPack(name), name]));
  // A recipe that adds to a finished media file lists only what it adds: what was there is in the media's own table.
  const further = signed === null ? null : (drivers?.table ?? null);
  const chosen = machines.map((asked) => {
    const choice = packFor(asked.machine, table);
    const named = choice.result !== 'none' || choice.why === 'unknown' || further === null;
    return { ...asked, choice: named ? choice : packFor(asked.machine, further) };
  });
  requireOne(chosen);
  const packs = new Map<string, string | null>();
  const warnings: string[] = [];
  for (const { machineSerial, machine, choice } of chosen) {
    const folder = choice.result === 'pack' ? folders.get(foldedPack(choice.pack)) : undefined;
    packs.set(machineSerial, folder ?? null);
    if (folder === undefined) warnings.push(`${named(machineSerial, machine)} ${reasonOf(choice)}`);
  }
  if (required && warnings.length > 0) throw missing(warnings);
  return { packs, warnings };
}

type Chosen = PackAsked & { readonly choice: PackChoice };

/** @throws PrestageError driver-pack-conflict */
function requireOne(chosen: readonly Chosen[]): void {
  const problems = chosen.flatMap(({ machineSerial, machine, choice }) =>
    choice.result === 'several'
      ? [
          `${named(machineSerial, machine)} fits several driver packs equally: ${choice.packs.map((pack) => sanitizeForDisplay(pack, 64)).join(', ')}.`,
        ]
      : [],
  );
  const [first, ...others] = problems;
  if (first === undefined) return;
  throw new PrestageError({
    code: 'driver-pack-conflict',
    message: first,
    cause: others.length === 0 ? null : others.slice(0, 50).join('\n'),
  });
}

function reasonOf(choice: PackChoice): string {
  switch (choice.result) {
    case 'none':
      return choice.why === 'unknown'
        ? 'gets no driver pack: its model is not known.'
        : 'gets no driver pack: the media has none for its model.';
    case 'pack':
      return `gets no driver pack: ${choice.pack} is for its model, and is not in the media.`;
    case 'several':
      return 'fits several driver packs.';
  }
}

/** `Machine 7KX9PQ1 (Dell Inc. Latitude 5440)`. */
function named(machineSerial: string, machine: MachineDetails | null): string {
  const model = machine?.model ?? machine?.systemSku ?? machine?.board;
  const shown = `Machine ${sanitizeForDisplay(machineSerial, 64)}`;
  return model === undefined ? shown : `${shown} (${sanitizeForDisplay(model, 80)})`;
}

function missing(reasons: readonly string[]): PrestageError {
  const [first = '', ...others] = reasons;
  return new PrestageError({
    code: 'driver-pack-missing',
    message: first,
    cause: others.length === 0 ? null : others.slice(0, 50).join('\n'),
  });
}
