import type { Duplex } from 'node:stream';
import type { HelperMethod, HelperRequest, HelperResponse } from '../../core/contract/helper-api';
import type { RackMachine } from '../../core/contract/rack';
import { idInMachine, machineOfId, type Drive } from '../../core/drive/drive';
import { sanitizeForDisplay } from '../../core/base/display';
import { PrestageError } from '../../core/base/errors';
import { timeouts } from '../../core/base/timeouts';
import { HelperClient, type CallOptions } from '../helper-client/helper-client';
import type { HelperEnd, HelperExit } from '../helper-client/helper-process';
import type { RackClient } from './rack-client';

/** How long a machine may say nothing. */
export interface MachinePatience {
  /** Milliseconds for what is answered at once, or after a look at the disks. */
  readonly answer: number;
  /** Milliseconds without progress of what takes long, beyond the time in which its drive counts as stalled. */
  readonly progress: number;
  /** Milliseconds in which its helper ends that is not needed any more. */
  readonly end: number;
  /** Milliseconds for any answer, and for that end, of one that switches off or restarts: it may be gone before it has said anything. */
  readonly leaving: number;
}

/** A job may wait for the bytes of other machines as long as the time of grace, at both ends. */
const usualPatience: MachinePatience = {
  answer: timeouts.rackAnswer,
  progress: 2 * timeouts.rackGrace,
  end: timeouts.helperExit,
  leaving: timeouts.rackGoodbye,
};

/** The helper of one machine, as a helper of this station: its drives have the machine in their id, and the machine as their bay. */
export class MachineClient extends HelperClient {
  readonly #rack: RackClient;
  readonly #session: string;
  readonly #machine: RackMachine;
  readonly #stream: Duplex;
  readonly #patience: MachinePatience;
  /** Calls that take long, and that nobody has given up. */
  readonly #atWork = new Set<object>();
  /** It has said that it switches off or restarts. */
  #leaves = false;

  constructor(
    rack: RackClient,
    session: string,
    stream: Duplex,
    machine: RackMachine,
    patience: Partial<MachinePatience> = {},
  ) {
    super(new HelperElsewhere(rack, session, stream));
    this.#rack = rack;
    this.#session = session;
    this.#machine = machine;
    this.#stream = stream;
    this.#patience = { ...usualPatience, ...patience };
  }

  override async dispose(patience?: number): Promise<HelperExit> {
    return await super.dispose(patience ?? (this.#leaves ? this.#patience.leaving : this.#patience.end));
  }

  override async call<M extends HelperMethod>(
    method: M,
    params: HelperRequest<M>,
    options: CallOptions = {},
  ): Promise<HelperResponse<M>> {
    // What its station says of a machine that is gone is not why it is gone.
    if (this.failure !== null) throw this.failure;
    const request: Record<string, unknown> = { ...params };
    // Paths of the station mean nothing on the machine.
    if ('benchDirectory' in request) request['benchDirectory'] = this.#machine.bench;
    if ('protectedPaths' in request) request['protectedPaths'] = [];
    if (typeof request['driveId'] === 'string') request['driveId'] = machineOfId(request['driveId']).driveId;
    if (Array.isArray(request['drives'])) {
      const drives = request['drives'] as readonly { readonly driveId: string }[];
      request['drives'] = drives.map((one) => ({ ...one, driveId: machineOfId(one.driveId).driveId }));
    }
    const image = takeImage(method, request);
    if (image === null) return await this.#askIt(method, request as HelperRequest<M>, options);
    await this.#rack.serveImage(this.#session, image.place, image.fingerprint);
    try {
      return await this.#askIt(method, request as HelperRequest<M>, options);
    } finally {
      void this.#rack.jobEnded(this.#session, image.fingerprint);
    }
  }

  async #askIt<M extends HelperMethod>(
    method: M,
    request: HelperRequest<M>,
    options: CallOptions,
  ): Promise<HelperResponse<M>> {
    const answer = await this.#answer(method, request, options);
    if (method === 'tellMachine') {
      const { did } = answer as HelperResponse<'tellMachine'>;
      this.#leaves = did === 'off' || did === 'restart';
    }
    return this.#ofMachine(method, answer);
  }

  /**
   * @throws PrestageError rack-silent when it is not answered for too long. Where the machine has said nothing at all in that time, it is
   * asked nothing more; otherwise only this is given up, and the jobs of its other disks go on.
   */
  async #answer<M extends HelperMethod>(
    method: M,
    request: HelperRequest<M>,
    options: CallOptions,
  ): Promise<HelperResponse<M>> {
    const patience = this.#patienceFor(method, request);
    let giveUp: (error: PrestageError) => void = () => undefined;
    const silent = new Promise<never>((_resolve, reject) => {
      giveUp = reject;
    });
    const call = {};
    const stop = new AbortController();
    let since = 0;
    const tooLong = (): void => {
      this.#atWork.delete(call);
      // A job is waited for longer than an answer: it goes on while the connection is away for a while.
      const isGone = this.heardAt <= since && this.#atWork.size === 0;
      giveUp(this.#silent(patience, isGone));
      // It may still be at work: the end of its input has it cancel and let go.
      if (isGone) this.#stream.destroy();
      else {
        stop.abort();
        this.#letGo(method, answered);
      }
    };
    let timer: NodeJS.Timeout | undefined;
    const wait = (milliseconds: number): void => {
      clearTimeout(timer);
      since = performance.now();
      timer = setTimeout(tooLong, milliseconds);
    };
    wait(patience);
    const tells = takesLong.has(method);
    if (tells) this.#atWork.add(call);
    const { jobId } = request as { readonly jobId?: unknown };
    const unsubscribe = this.onJobProgress((progress) => {
      if (tells && progress.jobId === jobId) wait(patience);
    });
    const onTaskProgress: CallOptions['onTaskProgress'] = (progress) => {
      if (tells) wait(patience);
      options.onTaskProgress?.(progress);
    };
    // Whoever cancels is not to wait as long as whoever works.
    const cancelled = (): void => {
      this.#atWork.delete(call);
      wait(Math.min(patience, this.#patience.answer + stallOf(request)));
    };
    options.signal?.addEventListener('abort', cancelled, { once: true });
    const signal =
      options.signal === undefined ? stop.signal : AbortSignal.any([options.signal, stop.signal]);
    const answered = super.call(method, request, { onTaskProgress, signal });
    try {
      return await Promise.race([answered, silent]);
    } finally {
      clearTimeout(timer);
      this.#atWork.delete(call);
      options.signal?.removeEventListener('abort', cancelled);
      unsubscribe();
    }
  }

  /**
   * What was given up may have been done all the same, and be told when the machine speaks again: nobody else knows of a drive that is held then.
   */
  #letGo<M extends HelperMethod>(method: M, answered: Promise<HelperResponse<M>>): void {
    if (method !== 'reserveDrives') return;
    const release = async ({ reservations }: HelperResponse<'reserveDrives'>): Promise<void> => {
      await Promise.allSettled(
        reservations.map(async ({ reservation }) => await this.call('releaseDrive', { reservation })),
      );
    };
    void (answered as Promise<HelperResponse<'reserveDrives'>>).then(release, () => undefined);
  }

  #patienceFor(method: HelperMethod, request: object): number {
    const { answer, progress, leaving } = this.#patience;
    // What is asked of it now is to let go of its drives, which it does by leaving.
    if (this.#leaves) return leaving;
    // Some drives tell nothing until they have erased themselves.
    if (method === 'sanitiseDrive') return timeouts.eraseWhole + progress;
    return stallOf(request) + (takesLong.has(method) ? progress : answer);
  }

  /** @param isGone it has said nothing else either */
  #silent(patience: number, isGone: boolean): PrestageError {
    const serial = sanitizeForDisplay(this.#machine.admission?.serial ?? this.#machine.id, 80);
    const seconds = Math.round(patience / 1000);
    return new PrestageError({
      code: 'rack-silent',
      ...(isGone
        ? { message: `Machine ${serial} has said nothing for ${seconds} s.` }
        : {
            message: `Machine ${serial} has not answered for ${seconds} s.`,
            remedy: 'What it does with its other disks goes on. Wait until that has ended, then try again.',
          }),
    });
  }

  #ofMachine<M extends HelperMethod>(method: M, answer: HelperResponse<M>): HelperResponse<M> {
    if (method === 'hello') {
      const greeting = answer as HelperResponse<'hello'>;
      return { ...greeting, versions: recordable(greeting.versions) } as HelperResponse<M>;
    }
    if (method === 'listDrives') {
      const listed = answer as HelperResponse<'listDrives'>;
      return { ...listed, drives: listed.drives.map((drive) => this.#drive(drive)) } as HelperResponse<M>;
    }
    if (method === 'reserveDrives') {
      const { reservations } = answer as HelperResponse<'reserveDrives'>;
      const ours = reservations.map((one) => ({ ...one, drive: this.#drive(one.drive) }));
      return { reservations: ours } as HelperResponse<M>;
    }
    return answer;
  }

  #drive(drive: Drive): Drive {
    const machine = this.#machine;
    const serial = machine.admission?.serial ?? '';
    return {
      // Our own helper makes what it tells safe to show. Who is at the other end is not known to have.
      ...safeToShow(drive),
      id: idInMachine(drive.id, machine.id),
      bay: serial,
      rack: { machine: machine.id, serial },
    };
  }
}

const imageMembers: Partial<Record<HelperMethod, string>> = {
  runJob: 'renderDirectory' satisfies keyof HelperRequest<'runJob'>,
  verifyDrive: 'chunkMapFile' satisfies keyof HelperRequest<'verifyDrive'>,
};

/**
 * Takes the disk image, or the chunk map, of this station out of a request: the machine gets it from the rack.
 * @returns where it lies; null: the request has none
 */
function takeImage(
  method: HelperMethod,
  request: Record<string, unknown>,
): { readonly place: string; readonly fingerprint: string } | null {
  const member = imageMembers[method];
  if (member === undefined) return null;
  const [place, fingerprint] = [request[member], request['fingerprint']];
  request[member] = null;
  return typeof place === 'string' && typeof fingerprint === 'string' ? { place, fingerprint } : null;
}

/** Milliseconds after which the drive of a request counts as stalled, on the machine itself. */
function stallOf(request: object): number {
  return (request as { readonly stallMilliseconds?: number }).stallMilliseconds ?? 0;
}

/** What tells its progress while it goes on. */
const takesLong: ReadonlySet<HelperMethod> = new Set(['runJob', 'checkSize', 'sanitiseDrive', 'verifyDrive']);

/** Versions of tools that a machine may have in the record; ours has about twenty. */
const mostVersions = 64;

/** What stands in the record of a drive for ever. */
function recordable(versions: Readonly<Record<string, string>>): Record<string, string> {
  const safe = Object.entries(versions).map(([name, version]) => [
    sanitizeForDisplay(name, 40),
    sanitizeForDisplay(version, 120),
  ]);
  return Object.fromEntries(safe.slice(0, mostVersions)) as Record<string, string>;
}

/** Longest text of a drive that is kept; the longest paths are as long. */
const longestText = 4096;

function safeToShow(drive: Drive): Drive {
  return JSON.parse(JSON.stringify(drive), (_name, value: unknown) =>
    typeof value === 'string' ? sanitizeForDisplay(value, longestText) : value,
  ) as Drive;
}

/** A helper at the other end of a connection. */
class HelperElsewhere implements HelperEnd {
  readonly exited: Promise<HelperExit>;

  constructor(
    rack: RackClient,
    session: string,
    private readonly stream: Duplex,
  ) {
    stream.on('error', () => undefined);
    this.exited = new Promise((resolve) => {
      stream.once('close', () => {
        void rack.endOf(session).then((end) => {
          resolve({ kind: 'elsewhere', how: end ?? 'the connection to the machine is gone' });
        });
      });
    });
  }

  get stdin(): Duplex {
    return this.stream;
  }

  get stdout(): Duplex {
    return this.stream;
  }

  lastWords(): null {
    return null;
  }

  async end(patience: number = timeouts.helperExit): Promise<HelperExit> {
    this.stream.end();
    const timer = setTimeout(() => {
      this.stream.destroy();
    }, patience);
    const exit = await this.exited;
    clearTimeout(timer);
    return exit;
  }
}
