import { EventEmitter } from 'node:events';
import { type RackHello, type RackMachine, type RackNext } from '../../core/contract/rack';
import { type Admission } from '../../core/machine/admission';
import { sanitizeForDisplay } from '../../core/base/display';
import { PrestageError } from '../../core/base/errors';
import { timeouts } from '../../core/base/timeouts';
import { sharesAdapter } from '../../core/machine/machine-details';
import { sameUuid } from '../../core/machine/smbios';
import { confirmThisMachine, toldMachine } from '../../core/machine/this-machine';
import { readCode } from '../../core/machine/admission-code';
import { admissionCode, commitmentOf, newNonce } from '../rack-link/code';
import type { AdmissionBook } from './admissions';
import { Greetings, type Greeted } from './greetings';
import { idOf, noMachine, stationSerial, stationsOwn } from './machine-names';

/** The machines of a rack: who asked, who is admitted, and why one is not. Knows nothing of connections. */

/** Machines that may wait at once: more are no rack, but somebody who fills the memory. */
const mostMachines = 4096;

/** Questions of one machine that wait for news; it needs one. */
const mostWaiting = 4;

interface Known extends Greeted {
  readonly certificate: string;
  readonly code: string;
  state: RackMachine['state'];
  problem: string | null;
  admission: Admission | null;
  /** Milliseconds of performance.now(). */
  asked: number;
  /** Requests of the agent that are being answered. */
  asking: number;
  revision: number;
  /** Sessions whose connection the machine is to open. */
  readonly sessions: Set<string>;
  /** Sessions that go on, also while their connection is waited for. */
  readonly open: Set<string>;
}

export interface MachinesOptions {
  /** SHA-256 of the station's certificate. */
  readonly station: string;
  /** Every machine is admitted without a code, because nobody else is on the network; who said so. */
  readonly closedNetwork: { readonly by: string } | null;
  readonly book: AdmissionBook;
  readonly now: () => Date;
}

export class Machines extends EventEmitter<{
  changed: [certificate: string];
  /** What went on with the machine is over, though it is admitted. */
  over: [certificate: string, why: string];
}> {
  readonly #options: MachinesOptions;
  readonly #greeted = new Greetings();
  readonly #known = new Map<string, Known>();
  /** Keys and serials that an operator turned away: on a closed network nobody else would keep them out. */
  readonly #turnedAway = new Set<string>();

  constructor(options: MachinesOptions) {
    super();
    this.setMaxListeners(0);
    this.#options = options;
  }

  /** A machine says what it is. @returns the station's nonce */
  greet(certificate: string, hello: RackHello, address: string): string {
    const isNew = !this.#known.has(certificate);
    if (isNew && this.#known.size + this.#greeted.size >= mostMachines) this.#forgetSilent();
    if (isNew && this.#known.size + this.#greeted.size >= mostMachines) {
      throw new PrestageError({
        code: 'rack-full',
        message: `There are ${mostMachines} machines in the rack.`,
      });
    }
    const stationNonce = newNonce();
    const machine = hello.station === undefined ? toldMachine(hello.machine) : noMachine(certificate);
    this.#greeted.add(certificate, { hello: { ...hello, machine }, stationNonce, address });
    return stationNonce;
  }

  /** It has said what it is, and not yet its number. */
  hasGreeted(certificate: string): boolean {
    return this.#greeted.has(certificate);
  }

  /** The agent's part of the code. @throws PrestageError rack-protocol */
  reveal(certificate: string, agentNonce: string): void {
    const greeted = this.#greeted.take(certificate);
    if (greeted === undefined || commitmentOf(agentNonce) !== greeted.hello.commitment) {
      throw new PrestageError({
        code: 'rack-protocol',
        message: 'The agent told another number than it had bound itself to.',
      });
    }
    const { station } = this.#options;
    const code = admissionCode({
      ...{ station, agent: certificate, agentNonce },
      stationNonce: greeted.stationNonce,
    });
    const before = this.#known.get(certificate);
    // What went on there is over, though the connection may be waited for.
    const again = before !== undefined && before.hello.instance !== greeted.hello.instance;
    const known: Known = {
      ...{ ...greeted, certificate, code, state: 'waiting', problem: null, admission: null },
      ...{ asked: performance.now(), asking: 0, revision: 0 },
      sessions: again ? new Set() : (before?.sessions ?? new Set()),
      open: before?.open ?? new Set(),
    };
    this.#known.set(certificate, known);
    if (again) this.emit('over', certificate, 'the machine was started again');
    this.#admitByItself(known);
    this.#changed(known);
  }

  /**
   * What the agent is to do; null: the station does not know it. Counts as a sign of life until `answered`.
   * `mayWait`: false, when more of its questions are waiting already than an agent has.
   */
  next(
    certificate: string,
  ): { readonly next: RackNext; readonly mayWait: boolean; readonly answered: () => void } | null {
    const known = this.#known.get(certificate);
    if (known === undefined) return null;
    known.asking += 1;
    known.asked = performance.now();
    if (known.state === 'waiting') this.#admitByItself(known);
    return {
      next: this.nextOf(certificate) ?? required(),
      mayWait: known.asking <= mostWaiting,
      answered: () => {
        known.asking -= 1;
        known.asked = performance.now();
      },
    };
  }

  nextOf(certificate: string): RackNext | null {
    const known = this.#known.get(certificate);
    if (known === undefined) return null;
    const { state, problem, revision, sessions } = known;
    return { revision, state, problem, sessions: state === 'admitted' ? [...sessions] : [] };
  }

  isAdmitted(certificate: string): boolean {
    return this.#known.get(certificate)?.state === 'admitted';
  }

  /** It is another station, and admitted: it may have what this one holds. */
  isStation(certificate: string): boolean {
    const known = this.#known.get(certificate);
    return known?.state === 'admitted' && known.hello.station !== undefined;
  }

  /** Where other machines get chunks from a machine; null: nowhere. */
  peerOf(certificate: string): { readonly host: string; readonly port: number } | null {
    const known = this.#known.get(certificate);
    const port = known?.hello.peerPort ?? null;
    return known?.state !== 'admitted' || port === null ? null : { host: known.address, port };
  }

  /** Those that are there, or were a while ago: a line that writes two hundred a day would else have a thousand after a week. */
  list(): RackMachine[] {
    for (const [certificate, known] of this.#known) if (hasLeft(known)) this.#known.delete(certificate);
    return [...this.#known.values()].map((known) => this.#shown(known));
  }

  /** @throws PrestageError rack-machine-unknown */
  find(id: string): RackMachine {
    const known = [...this.#known.values()].find(({ certificate }) => certificate.startsWith(id));
    if (known !== undefined && id.length >= 12) return this.#shown(known);
    throw new PrestageError({
      code: 'rack-machine-unknown',
      message: `There is no machine '${sanitizeForDisplay(id, 40)}' in the rack.`,
    });
  }

  /**
   * An operator compared the code on the machine's screen.
   * @param serial from the machine's label; null: its firmware's counts
   * @throws PrestageError rack-machine-unknown, rack-double, machine-contradicts, serial-…
   */
  admit(code: string, operator: string, serial: string | null): RackMachine {
    const known = this.#byCode(code);
    const before = known.admission;
    this.#admit(known, 'code', operator, serial);
    for (const name of namesOf(known)) this.#turnedAway.delete(name);
    if (before !== null && before.serial !== known.admission?.serial) {
      // What was begun is for the machine that it was taken for.
      this.emit('over', known.certificate, 'the serial of the machine was corrected');
    }
    this.#changed(known);
    return this.#shown(known);
  }

  /** The operator does not want the machine. @throws PrestageError rack-machine-unknown */
  refuse(code: string): RackMachine {
    const known = this.#byCode(code);
    for (const name of namesOf(known)) this.#turnedAway.add(name);
    known.state = 'refused';
    known.admission = null;
    known.problem = null;
    this.#changed(known);
    // Last: on a full disk it is turned away all the same, until the station is started again, and whoever did it is told.
    this.#options.book.forget(known.certificate);
    return this.#shown(known);
  }

  /** Asks the machine for a connection. */
  want(certificate: string, session: string): void {
    const known = this.#known.get(certificate);
    if (known === undefined) return;
    known.sessions.add(session);
    known.open.add(session);
    this.#changed(known);
  }

  /** The connection is there, or nobody wants it any more. */
  unwant(certificate: string, session: string): void {
    const known = this.#known.get(certificate);
    if (known?.sessions.delete(session) === true) this.#changed(known);
  }

  /** The session has ended: its connection is waited for no longer. */
  ended(certificate: string, session: string): void {
    this.#known.get(certificate)?.open.delete(session);
    this.unwant(certificate, session);
  }

  #byCode(text: string): Known {
    const code = readCode(text);
    const found = [...this.#known.values()].filter((known) => known.code === code);
    const [known] = found;
    if (known !== undefined && found.length === 1) return known;
    throw new PrestageError({
      code: 'rack-machine-unknown',
      message: `No machine of the rack shows the code '${sanitizeForDisplay(text, 40)}'.`,
    });
  }

  /** @throws PrestageError rack-double, machine-contradicts, serial-…; then nothing is changed */
  #admit(
    known: Known,
    how: Admission['how'],
    by: string,
    given: string | null,
    time: string = this.#options.now().toISOString(),
  ): void {
    const { serial } = confirmThisMachine({ serial: given, details: {} }, known.hello.machine);
    // It would be kept in the book as that station, which gets all that this one holds.
    if (known.hello.station === undefined && serial === stationSerial(known.certificate)) {
      throw stationsOwn(serial);
    }
    const double = [...this.#known.values()].find(
      (other) => other !== known && other.state === 'admitted' && isSame(other, serial, known),
    );
    if (double !== undefined && isThere(double, known)) throw doubled(serial, double);
    const admission = { how, by, time, serial };
    const { book } = this.#options;
    // First, as nothing else of it can fail. On a closed network nobody looked: that holds as long as the network is closed, and no longer.
    if (double !== undefined) book.forget(double.certificate);
    if (how === 'code') book.remember(known.certificate, admission);
    known.admission = admission;
    known.state = 'admitted';
    known.problem = null;
    if (double === undefined) return;
    // It was started again, with another key: the old connection is over.
    this.#known.delete(double.certificate);
    this.#changed(double);
  }

  /** One that was admitted before, with the same key and serial, and every one on a closed network. */
  #admitByItself(known: Known): void {
    const { book } = this.#options;
    // Who gets all that a station holds is compared by its code, on whatever network.
    const closedNetwork = known.hello.station === undefined ? this.#options.closedNetwork : null;
    const kept = book.admissionOf(known.certificate);
    // Older stations also kept whom a closed network had let in.
    const before = kept?.how === 'code' ? kept : null;
    if (before === null && closedNetwork === null) return;
    const problem = known.problem;
    if (before === null && namesOf(known).some((name) => this.#turnedAway.has(name))) {
      known.problem = 'It was turned away. With its code it can be admitted.';
      return;
    }
    try {
      if (before === null) this.#admit(known, 'closed-network', closedNetwork?.by ?? '', null);
      else this.#admit(known, before.how, before.by, before.serial, before.time);
      known.revision += 1;
    } catch (error) {
      if (!(error instanceof PrestageError)) throw error;
      known.problem = error.message;
      if (problem !== known.problem) known.revision += 1;
    }
  }

  #changed(known: Known): void {
    known.revision += 1;
    this.emit('changed', known.certificate);
  }

  #forgetSilent(): void {
    // A flood of greetings is not to keep machines out.
    this.#greeted.clear();
    for (const [certificate, known] of this.#known) {
      // Whom a person admitted may be between two connections.
      const isKept = known.admission?.how === 'code' || known.sessions.size > 0;
      if (!isConnected(known) && !isKept) this.#known.delete(certificate);
    }
  }

  #shown(known: Known): RackMachine {
    const { certificate, hello, state, code, problem, admission, address } = known;
    return {
      ...{ id: idOf(certificate), certificate, state, code, problem, admission, address },
      ...{ version: hello.version, machine: hello.machine, bench: hello.bench },
      connected: isConnected(known),
      ...(hello.station === undefined ? {} : { station: sanitizeForDisplay(hello.station, 100) }),
    };
  }
}

function isConnected({ asking, asked }: Known): boolean {
  return asking > 0 || performance.now() - asked < timeouts.rackSilent;
}

function hasLeft({ asking, asked, sessions, open }: Known): boolean {
  const isSilent = asking === 0 && performance.now() - asked >= timeouts.rackLeft;
  return isSilent && sessions.size + open.size === 0;
}

/**
 * Whether another with the same serial or UUID is still there. A machine whose cable is out has its place as long as what goes on with it
 * is waited for; one that was started again is the same by an address of its network adapters, and need not wait for that.
 */
function isThere(double: Known, known: Known): boolean {
  if (isConnected(double)) return true;
  return double.open.size > 0 && !sharesAdapter(double.hello.machine.facts, known.hello.machine.facts);
}

/** What a machine is known again by. */
function namesOf({ certificate, admission, hello }: Known): string[] {
  return [certificate, admission?.serial, hello.machine.serial].filter((name) => typeof name === 'string');
}

function isSame(other: Known, serial: string, known: Known): boolean {
  // Jobs are for an ID, and two certificates with the same first digits can be made with patience.
  if (idOf(other.certificate) === idOf(known.certificate)) return true;
  const [uuid, otherUuid] = [known.hello.machine.facts.uuid, other.hello.machine.facts.uuid];
  if (uuid !== undefined && otherUuid !== undefined && sameUuid(uuid, otherUuid)) return true;
  return other.admission?.serial === serial;
}

function doubled(serial: string, { certificate, admission, address }: Known): PrestageError {
  return new PrestageError({
    code: 'rack-double',
    message: `Machine ${sanitizeForDisplay(serial, 80)} has the serial or the UUID of machine ${idOf(certificate)} (${admission?.serial ?? 'no serial'}, ${address}), which is connected.`,
  });
}

function required(): never {
  throw new Error('a machine was forgotten while it was asked for');
}
