import { Emitter } from 'vscode-jsonrpc/node';
import type { Rack, RackMachine } from '../../core/contract/rack';
import type { BayPlace } from '../../core/drive/bays';
import { chooseDisk, isBuiltIn, type DiskRule } from '../../core/drive/disk-rule';
import { machineOfId, type Drive } from '../../core/drive/drive';
import { isCancellation, toErrorData } from '../../core/base/errors';
import { timeouts } from '../../core/base/timeouts';
import type { RackHelpers } from '../rack/rack-helpers';
import { LastShown } from './last-shown';

/** Machines that are asked for their drives at a time: each answers by itself, and one that does not is waited for. */
const mostAsked = 16;

/** What is known of one machine's disks. */
interface Known {
  readonly drives: readonly Drive[];
  /** Why they could not be listed; null: they were. */
  readonly problem: string | null;
  /** performance.now() of the listing's end. */
  readonly at: number;
}

/** What is shown of one machine. */
interface Shown {
  /** The disks that get a card. */
  readonly drives: readonly Drive[];
  /** What is to be known of them; null: nothing. */
  readonly note: string | null;
}

export interface RackDrivesDependencies {
  readonly rack: Pick<RackHelpers, 'drivesIn'>;
  readonly rule: () => DiskRule;
  /** Drives that are paired, or have a card: what was begun on a disk is not taken from the screen by a rule. */
  readonly inUse: () => ReadonlySet<string>;
}

/**
 * The disks of the rack's machines, each machine asked by itself: one that hangs keeps nobody else's from the screen. Of a machine
 * with several disks those are shown that the rule names.
 */
export class RackDrives {
  readonly #changed = new Emitter<void>();
  readonly onChange = this.#changed.event;
  readonly #listed = new Emitter<void>();
  /** A machine has listed its disks, also where they are what they were. */
  readonly onListed = this.#listed.event;
  readonly #dependencies: RackDrivesDependencies;
  readonly #known = new Map<string, Known>();
  readonly #asking = new Set<string>();
  /** What the rule named, while that disk is there: what a job does to one disk does not make another one the machine's. */
  readonly #chosen = new Map<string, { readonly rule: string; readonly driveId: string }>();
  #machines: readonly RackMachine[] = [];
  readonly #shown = new LastShown<ReadonlyMap<string, Shown>>(new Map(), (shown) =>
    JSON.stringify([...shown]),
  );
  #used = '';
  #closed = false;

  constructor(dependencies: RackDrivesDependencies) {
    this.#dependencies = dependencies;
  }

  /** With the bays that are named after their machines. */
  get drives(): Drive[] {
    return [...this.#shown.value.values()].flatMap(({ drives }) => drives);
  }

  /** A place for each disk, and for each machine without one, in the order of the serials. */
  get places(): BayPlace[] {
    return this.#machines.flatMap(({ id, admission }): BayPlace[] => {
      const drives = this.#shown.value.get(id)?.drives ?? [];
      if (drives.length > 0) {
        return drives.map((drive) => ({ label: drive.bay ?? '', port: null, driveId: drive.id }));
      }
      return [{ label: admission?.serial ?? id, port: null, driveId: null }];
    });
  }

  /** What is to be known of the disks of a machine; null: nothing. */
  noteOf(machine: string): string | null {
    return this.#shown.value.get(machine)?.note ?? null;
  }

  /** When a machine's disks were last listed (performance.now()); null: never. */
  listedAt(machine: string): number | null {
    const known = this.#known.get(machine);
    return known === undefined || known.problem !== null ? null : known.at;
  }

  /** The only disk that the rule names, of each machine where it names one. */
  get ruled(): Drive[] {
    return [...this.#shown.value.values()].flatMap(({ drives, note }) => (note === null ? drives : []));
  }

  /** The rack was looked at: asks the machines whose disks are not known, or not lately. */
  look(rack: Rack | null): void {
    this.#machines = (rack?.machines ?? [])
      .filter(({ state, station }) => state === 'admitted' && station === undefined)
      .sort((one, other) => serialOf(one).localeCompare(serialOf(other), 'en', { numeric: true }));
    for (const id of this.#known.keys()) {
      if (this.#machines.every((machine) => machine.id !== id)) this.#known.delete(id);
    }
    this.#ask();
    this.show();
  }

  /** What is in use may have changed; most changes of a job change nothing of that. */
  followUse(): void {
    const used = [...this.#dependencies.inUse()].join('\n');
    if (used === this.#used) return;
    this.#used = used;
    this.show();
  }

  /** Disks, machines or the rule may be others. */
  show(): void {
    const shown = new Map(this.#machines.map((machine) => [machine.id, this.#show(machine)]));
    if (this.#shown.become(shown)) this.#changed.fire();
  }

  /** What is known of a machine's disks may not be so any more. */
  forget(machine: string): void {
    const known = this.#known.get(machine);
    if (known !== undefined) this.#known.set(machine, { ...known, at: -Infinity });
  }

  close(): void {
    this.#closed = true;
  }

  #ask(): void {
    const now = performance.now();
    for (const machine of this.#machines) {
      if (this.#closed || this.#asking.size >= mostAsked) return;
      const { id, connected } = machine;
      const known = this.#known.get(id);
      const isFresh = known !== undefined && now - known.at < timeouts.rackListing;
      if (!connected || isFresh || this.#asking.has(id)) continue;
      this.#asking.add(id);
      void this.#list(machine).finally(() => {
        this.#asking.delete(id);
        if (this.#closed) return;
        this.show();
        this.#listed.fire();
        this.#ask();
      });
    }
  }

  async #list(machine: RackMachine): Promise<void> {
    const { id } = machine;
    const before = this.#known.get(id)?.drives ?? [];
    try {
      const { drives, problem } = await this.#dependencies.rack.drivesIn(machine);
      const own = drives.filter(({ reasons }) => reasons.every(({ code }) => code !== 'not-on-bench'));
      // What could not be listed now is there all the same, as far as is known.
      const listed = problem === null ? own : before;
      this.#known.set(id, { drives: listed, problem: problem?.message ?? null, at: performance.now() });
    } catch (error) {
      // The rack was left. That is no fault of the machine, and it is not asked again at once: nothing else would ever have its turn.
      const problem = isCancellation(error)
        ? (this.#known.get(id)?.problem ?? null)
        : toErrorData(error).message;
      this.#known.set(id, { drives: before, problem, at: performance.now() });
    }
  }

  #show(machine: RackMachine): Shown {
    const known = this.#known.get(machine.id);
    if (known === undefined) return { drives: [], note: null };
    const { drives, problem } = known;
    const rule = this.#dependencies.rule();
    const inUse = this.#dependencies.inUse();
    const used = drives.filter(({ id }) => inUse.has(id));
    if (used.length > 0) return named(machine, used, problem);
    const before = this.#chosen.get(machine.id);
    const kept = drives.find(({ id }) => id === before?.driveId);
    if (kept !== undefined && before?.rule === JSON.stringify(rule)) return named(machine, [kept], problem);
    this.#chosen.delete(machine.id);
    const choice = chooseDisk(rule, drives);
    switch (choice.found) {
      case 'one':
        this.#chosen.set(machine.id, { rule: JSON.stringify(rule), driveId: choice.drive.id });
        return named(machine, [choice.drive], problem);
      case 'several':
        return named(machine, choice.drives, problem ?? choice.why);
      case 'none':
        // Why none of them may be written stands on their cards.
        return named(machine, drives.filter(isBuiltIn), problem ?? choice.why);
    }
  }
}

/** Each disk in a bay that is named after its machine. */
function named(machine: RackMachine, drives: readonly Drive[], note: string | null): Shown {
  const serial = serialOf(machine);
  const sorted = [...drives].sort((one, other) => one.id.localeCompare(other.id, 'en'));
  const bays = sorted.map((drive, index) => ({
    ...drive,
    bay: sorted.length === 1 ? serial : `${serial} disk ${index + 1}`,
  }));
  return { drives: bays, note };
}

function serialOf({ admission, id }: RackMachine): string {
  return admission?.serial ?? id;
}

/** The same disk of the same machine, though the machine has another ID since it was started again; null: it is not there. */
export function sameDisk(
  { driveId, machineSerial }: { readonly driveId: string; readonly machineSerial: string },
  drives: readonly Drive[],
): Drive | null {
  const { driveId: own, machine } = machineOfId(driveId);
  if (machine === null) return null;
  return (
    drives.find(
      ({ id, rack, serial, wwn }) =>
        rack?.serial === machineSerial &&
        machineOfId(id).driveId === own &&
        // Without a number of its own another disk could have its place, and its ID.
        (serial !== null || wwn !== null),
    ) ?? null
  );
}
