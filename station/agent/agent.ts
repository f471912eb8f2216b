import { randomUUID } from 'node:crypto';
import { rackNextSchema, type RackNext } from '../../core/contract/rack';
import type { MachineWork } from '../../core/contract/agent-bytes';
import { sanitizeForDisplay } from '../../core/base/display';
import { PrestageError } from '../../core/base/errors';
import { timeouts } from '../../core/base/timeouts';
import type { ThisMachine } from '../../core/machine/this-machine';
import type { RackIdentity } from '../rack-link/certificate';
import { Forgotten, greet, readAnswer } from '../rack-link/greet';
import { PinnedStation, WrongStation, wrongStation, type StationAddress } from '../rack-link/pinned';
import { ByteServer } from './byte-server';
import { ChunkStore } from './chunk-store';
import { PeerServer } from './peer-server';
import { AgentSession, type HelperStart } from './session';

/** What the machine's screen shows. */
export type AgentView =
  | { readonly what: 'searching'; readonly problem: string | null }
  | {
      readonly what: 'waiting';
      readonly code: string;
      readonly station: string;
      readonly problem: string | null;
    }
  | { readonly what: 'refused'; readonly code: string; readonly station: string }
  | { readonly what: 'admitted'; readonly code: string; readonly station: string; readonly sessions: number };

export interface AgentOptions {
  readonly address: StationAddress;
  /** SHA-256 that the station's certificate must have. */
  readonly fingerprint: string;
  readonly identity: RackIdentity;
  /** Of Prestage. */
  readonly version: string;
  readonly machine: ThisMachine;
  readonly bench: string | null;
  /** Milliseconds that a session goes on without a connection. */
  readonly grace: number;
  readonly startHelper: HelperStart;
  readonly signal: AbortSignal;
  /** @param work what is done with the machine's drives, or how it ended; null: nothing yet */
  readonly onView: (view: AgentView, work: MachineWork | null) => void;
}

/** What the agent remembers of its station from one greeting to the next. */
interface Found {
  /** The right certificate was shown, and the versions are the same. */
  right: boolean;
  /** Of this run. */
  readonly instance: string;
}

/**
 * The agent of one machine: finds its station, waits to be admitted, and opens a helper for whoever asks there. Goes on until it
 * is stopped; what cannot be reached, or refuses for now, is tried again.
 * @throws PrestageError rack-wrong-station, rack-outdated, rack-protocol, cancelled
 */
export async function runAgent(options: AgentOptions): Promise<never> {
  const { address, fingerprint, identity, signal } = options;
  let last: AgentView = { what: 'searching', problem: null };
  let work: MachineWork | null = null;
  let used = 0;
  const onView = (view: AgentView): void => {
    if (view.what === 'admitted') {
      work = workAfter(work, used, view.sessions);
      used = view.sessions;
    }
    last = view;
    options.onView(view, work);
  };
  // The answer with which it began may be an old one: the machine may have been turned away since.
  const onSessionEnd = (): void => {
    onView(last.what === 'admitted' ? { ...last, sessions: sessions.size } : last);
  };
  const station = new PinnedStation(address, fingerprint, identity);
  const store = new ChunkStore();
  const bytes = new ByteServer(station, identity, store, options.grace, (told) => {
    work = told;
    options.onView(last, work);
  });
  const peers = new PeerServer(identity, station, store);
  const sessions = new Map<string, AgentSession>();
  const found: Found = { right: false, instance: randomUUID() };
  try {
    await bytes.start();
    const peerPort = await peers.start();
    onView({ what: 'searching', problem: null });
    for (;;) {
      try {
        const here = { byteSocket: bytes.path, peerPort };
        await serve({ ...options, onView, onSessionEnd }, station, here, sessions, found);
      } catch (error) {
        if (isFinal(error, found)) throw error;
        // Later it is somebody who answers in its place: that must not end what the agent is doing.
        if (error instanceof WrongStation && !found.right) throw wrongStation(error, fingerprint);
        // Of an agent that was stopped nothing more is shown: the pause ends it.
        if (!signal.aborted && !(error instanceof Forgotten)) {
          onView({ what: 'searching', problem: textOf(error) });
        }
      }
      await pause(timeouts.rackRetry, signal);
    }
  } finally {
    await Promise.all([...sessions.values()].map((session) => session.end()));
    bytes.stop();
    peers.stop();
    station.close();
  }
}

/**
 * Whether it is of no use to ask again. All else passes: the station's disk is full, say, or somebody fills the rack. A job goes on meanwhile,
 * for the time of grace.
 */
function isFinal(error: unknown, { right }: Found): boolean {
  if (!(error instanceof PrestageError)) return false;
  // A station with which it has spoken understands it.
  return error.code === 'rack-outdated' || (error.code === 'rack-protocol' && !right);
}

/**
 * What is still said of the work when there are so many sessions, and were so many before. Whoever worked may be gone, and has not said how it
 * ended; who goes on working says so again.
 */
export function workAfter(work: MachineWork | null, before: number, sessions: number): MachineWork | null {
  const isGone = sessions === 0 || sessions < before;
  return isGone && work?.state === 'working' ? null : work;
}

/** From the greeting until the station is gone or has forgotten the agent. */
async function serve(
  options: Omit<AgentOptions, 'onView'> & {
    readonly onView: (view: AgentView) => void;
    readonly onSessionEnd: () => void;
  },
  station: PinnedStation,
  { byteSocket, peerPort }: { readonly byteSocket: string; readonly peerPort: number },
  sessions: Map<string, AgentSession>,
  found: Found,
): Promise<never> {
  const { signal, onView, onSessionEnd, identity, fingerprint } = options;
  const hello = {
    version: options.version,
    machine: options.machine,
    bench: options.bench,
    peerPort,
    instance: found.instance,
  };
  const { name, code } = await greet(station, { hello, fingerprint, identity, signal });
  found.right = true;
  for (let revision = -1; ;) {
    const patience = timeouts.rackPoll + timeouts.rackSilent;
    const next = readAnswer(
      rackNextSchema,
      await station.ask('/agents/next', { revision }, patience, signal),
    );
    ({ revision } = next);
    for (const id of next.sessions) {
      if (sessions.has(id)) continue;
      const session = new AgentSession(id, station, options, byteSocket);
      sessions.set(id, session);
      void session.ended.then(() => {
        sessions.delete(id);
        onSessionEnd();
      });
    }
    onView(viewOf(next, code, name, sessions.size));
  }
}

function viewOf({ state, problem }: RackNext, code: string, station: string, sessions: number): AgentView {
  switch (state) {
    case 'waiting':
      return {
        what: 'waiting',
        code,
        station,
        problem: problem === null ? null : sanitizeForDisplay(problem, 400),
      };
    case 'refused':
      return { what: 'refused', code, station };
    case 'admitted':
      return { what: 'admitted', code, station, sessions };
  }
}

function textOf(error: unknown): string {
  return sanitizeForDisplay(error instanceof Error ? error.message : String(error), 300);
}

async function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    const stop = (): void => {
      clearTimeout(timer);
      reject(new PrestageError({ code: 'cancelled', message: 'The agent was stopped.' }));
    };
    const timer = setTimeout(() => {
      signal.removeEventListener('abort', stop);
      resolve();
    }, milliseconds);
    if (signal.aborted) stop();
    else signal.addEventListener('abort', stop, { once: true });
  });
}
