import type { Drive } from '../../core/drive/drive';
import { isStillAttached } from '../../core/drive/drive-identity';
import type { MachineDetails } from '../../core/machine/machine';
import { saysNothing } from '../../core/machine/machine-details';
import { canUndo, startRefusalsOf, type Pairing, type PairingContext } from '../../core/pairing/pairing';
import { freeBays, freeInRack, freePlaces } from '../../core/pairing/pairing-rules';
import type { Pair, PairingState } from '../../core/pairing/pairing-state';
import type { AskedReason } from './asked-reason';
import type { PairingServiceDependencies } from './pairing-dependencies';

/** What is told of pairs, and which of an earlier run's are still what they were. */

/** What is shown of the pairing. @param rest what the pairing itself does not know */
export function pairingStateOf(
  pairing: Pairing,
  context: PairingContext,
  rest: Pick<PairingState, 'starting' | 'lastScan' | 'refusal'> & {
    readonly pairOf: (pair: Pair) => Pair;
    readonly takenOut: readonly string[];
  },
): PairingState {
  const { mode, waitingMachine, waitingDetails, pairs, armed } = pairing;
  const { starting, lastScan, refusal, pairOf, takenOut } = rest;
  const inRack = freeInRack(pairing, context);
  return {
    ...{ mode, waitingMachine, armed, starting, lastScan, refusal },
    ...(saysNothing(waitingDetails) ? {} : { waitingFacts: waitingDetails }),
    pairs: pairs.map(pairOf),
    canUndo: canUndo(pairing),
    obstacles: startRefusalsOf(pairing, context),
    freeBays: freeBays(pairing, context),
    ...(inRack === null ? {} : { inRack }),
    takeOut: [...context.takeOut],
    takenOut: [...takenOut],
    ...(mode === 'fill' ? { nextFreeBay: freePlaces(pairing, context)[0]?.label ?? null } : {}),
  };
}

/** A pair with the reasons that were given for it. */
export function withReasons(pair: Pair, reasons: Pick<AskedReason, 'machines' | 'drives'>): Pair {
  const againReason = reasons.machines.get(pair.machineSerial);
  const driveReason = reasons.drives.get(pair.driveId);
  return {
    ...pair,
    ...(againReason === undefined ? {} : { againReason }),
    ...(driveReason === undefined ? {} : { driveReason }),
  };
}

type Contents = Pick<PairingServiceDependencies, 'drives' | 'pastOf'>;

/** A drive that may be on its way to somebody: what is on it must be seen before it is erased. */
export function withContent(pair: Pair, { drives, pastOf }: Contents): Pair {
  const drive = drives().drives.find(({ id }) => id === pair.driveId);
  const holds = drive === undefined ? null : pastOf(drive).holds;
  return holds === null ? pair : { ...pair, holdsMachine: holds.machineSerial };
}

/** Machines whose finished images the drives of pairs hold, by drive id. */
export function heldMachines(pairs: readonly Pair[], contents: Contents): ReadonlyMap<string, string> {
  return new Map(
    pairs.flatMap((pair) => {
      const { driveId, holdsMachine } = withContent(pair, contents);
      return holdsMachine === undefined ? [] : [[driveId, holdsMachine] as const];
    }),
  );
}

/** What is known of the machines of pairs, by serial. */
export function machinesOf(pairs: readonly Pair[]): ReadonlyMap<string, MachineDetails> {
  const known = pairs.map(({ machineSerial, machine = {} }) => [machineSerial, machine] as const);
  return new Map(known.filter(([, details]) => !saysNothing(details)));
}

/** Parts pairs whose drive is not another one now from those that another drive took the place of. One that is gone is not another. */
export function partReplaced(
  pairs: readonly Pair[],
  attachments: ReadonlyMap<string, string | null>,
  drives: readonly Drive[],
): { readonly same: readonly Pair[]; readonly replaced: readonly Pair[] } {
  const isSame = ({ driveId }: Pair): boolean => {
    const drive = drives.find(({ id }) => id === driveId);
    return drive === undefined || isStillAttached(drive, attachments.get(driveId) ?? null);
  };
  return { same: pairs.filter(isSame), replaced: pairs.filter((pair) => !isSame(pair)) };
}
