import type { Drive } from '../../core/drive/drive';
import type { MachineDetails } from '../../core/machine/machine';
import type { RackOffer } from '../../core/pairing/pairing';
import type { Pair } from '../../core/pairing/pairing-state';
import { noSuchDisk } from './app-refusals';

export interface RackPairsDependencies {
  /** The disk that the rule names, of each machine where it names one. */
  readonly ruled: () => readonly Drive[];
  readonly drives: () => readonly Drive[];
  /** Drives that are paired, or have a card. */
  readonly inUse: () => ReadonlySet<string>;
  /** Of which machines somebody may speak now: those that are there, with what their firmware tells. */
  readonly saidBy: (machine: string) => MachineDetails | null;
  readonly confirming: () => boolean;
  readonly offer: (offers: readonly RackOffer[]) => string[];
  readonly take: (driveId: string, said: MachineDetails) => unknown;
}

/**
 * Pairs machines of the rack with their disks: the serial needs no scan, and the rule names the disk. Nothing is erased by that. What is taken
 * back stays so, and what something stands against is tried again when it may not any more.
 */
export class RackPairs {
  readonly #dependencies: RackPairsDependencies;
  /** Disks that were paired by themselves, each with how it was attached then. */
  readonly #done = new Map<string, string>();

  constructor(dependencies: RackPairsDependencies) {
    this.#dependencies = dependencies;
  }

  /** Machines, disks or the bench have changed. */
  look(): void {
    const { ruled, inUse, saidBy, confirming, offer } = this.#dependencies;
    if (confirming()) return;
    const used = inUse();
    const offers = ruled().flatMap((drive): (RackOffer & { readonly attached: string })[] => {
      const said = saidBy(drive.rack?.machine ?? '');
      const attached = drive.attachment ?? '';
      const isNew = !used.has(drive.id) && this.#done.get(drive.id) !== attached;
      if (said === null || drive.verdict !== 'eligible' || !isNew) return [];
      return [{ driveId: drive.id, said, attached }];
    });
    if (offers.length === 0) return;
    // Before: each pair that is made has this looked at again.
    for (const { driveId, attached } of offers) this.#done.set(driveId, attached);
    const taken = new Set(offer(offers));
    for (const { driveId } of offers) if (!taken.has(driveId)) this.#done.delete(driveId);
  }

  /**
   * Pairs ended that nobody took back: their disks went with their machines, could not be written, or are in no order that is open. They are
   * offered again when that is over.
   */
  ended(pairs: readonly Pick<Pair, 'driveId'>[]): void {
    for (const { driveId } of pairs) this.#done.delete(driveId);
  }

  /** Somebody wants this disk to get its machine's image. @throws PrestageError drive-not-found */
  take(driveId: string): void {
    const { drives, saidBy, take } = this.#dependencies;
    const { rack } = drives().find(({ id }) => id === driveId) ?? {};
    if (rack === undefined) throw noSuchDisk();
    // Of one that is not there nothing is said: the pairing refuses it, by its name.
    take(driveId, saidBy(rack.machine) ?? {});
  }
}
