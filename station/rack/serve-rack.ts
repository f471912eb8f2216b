import { timeouts } from '../../core/base/timeouts';
import type { Rack, RackMachine } from '../../core/contract/rack';
import type { StatePaths } from '../state/state-paths';
import { keptIdentity } from '../rack-link/certificate';
import { Room } from '../rack-link/room';
import { AdmissionBook } from './admissions';
import { AgentServer } from './agent-server';
import { claimRack } from './claim-rack';
import { ControlServer } from './control-server';
import { Holdings, type HoldingsPaths } from './holdings';
import { Machines } from './machines';
import { Sessions } from './sessions';

export interface ServeRackOptions {
  readonly paths: Pick<StatePaths, 'rack' | 'rackSocket' | 'rackMachines'> & HoldingsPaths;
  readonly listen: { readonly host: string; readonly port: number };
  readonly version: string;
  readonly stationName: string;
  /** Who says that nobody else is on the network; null: each machine is admitted by its code. */
  readonly closedNetwork: string | null;
  /** Milliseconds that a session goes on without a connection. */
  readonly grace: number;
  /** A machine came, was admitted or was refused. */
  readonly onMachine: (machine: RackMachine) => void;
}

/** So many machines that wait are told of at once, and then one from time to time: the list has all of them. */
const mostNews = 500;

/** Machines of which it is known what was said last; twice as many as there can be. Then some of it is said again. */
const mostTold = 8192;

export interface ServedRack {
  readonly rack: () => Rack;
  readonly stop: () => Promise<void>;
}

/**
 * Serves the rack of a state folder: to agents over TLS, to the programs of this user over a socket.
 * @throws PrestageError rack-running, rack-address, rack-key-damaged, state-unavailable
 */
export async function serveRack(options: ServeRackOptions): Promise<ServedRack> {
  // First: of two stations with one state folder only one may have its key, and answer the machines.
  const release = await claimRack(options.paths.rack);
  try {
    const { rack, stop } = await serveClaimed(options);
    return {
      rack,
      stop: async () => {
        await stop();
        release();
      },
    };
  } catch (error) {
    release();
    throw error;
  }
}

async function serveClaimed(options: ServeRackOptions): Promise<ServedRack> {
  const { paths, closedNetwork, onMachine } = options;
  const identity = keptIdentity(paths.rack);
  const machines = new Machines({
    station: identity.fingerprint,
    closedNetwork: closedNetwork === null ? null : { by: closedNetwork },
    book: new AdmissionBook(paths.rackMachines),
    now: () => new Date(),
  });
  const told = new Map<string, string>();
  const room = new Room(mostNews, timeouts.rackNews);
  machines.on('changed', (certificate) => {
    const machine = machines.list().find((one) => one.certificate === certificate);
    if (machine === undefined) return;
    const news = `${machine.state} ${machine.code} ${machine.problem ?? ''}`;
    if (told.get(certificate) === news) return;
    if (machine.state === 'waiting' && !room.take()) return;
    told.set(certificate, news);
    if (told.size > mostTold) told.clear();
    onMachine(machine);
  });
  const sessions = new Sessions(machines, options.grace);
  let listens = '';
  const since = new Date().toISOString();
  const rack = (): Rack => ({
    certificate: identity.fingerprint,
    ...{ listens, since, closedNetwork: closedNetwork !== null, machines: machines.list() },
  });
  const control = new ControlServer({ path: paths.rackSocket, machines, sessions, rack });
  await control.start();
  const agents = new AgentServer({ ...options, identity, machines, sessions, holdings: new Holdings(paths) });
  try {
    listens = await agents.start();
  } catch (error) {
    await control.stop();
    throw error;
  }
  return {
    rack,
    stop: async () => {
      sessions.stop();
      await Promise.all([agents.stop(), control.stop()]);
    },
  };
}
