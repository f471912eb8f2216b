import { spawn, type ChildProcess } from 'node:child_process';
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { sanitizeForDisplay } from '../../core/base/display';
import { cancelled, isCancellation, PrestageError, toErrorData } from '../../core/base/errors';
import { timeouts } from '../../core/base/timeouts';
import {
  addressRange,
  mostMachines,
  requireUsable,
  type AddressRange,
  type UsableInterface,
} from '../../core/netboot/boot-interface';
import { bootFiles } from '../../core/netboot/boot-words';
import { findTool } from '../tools/runner';
import { withParent } from '../tools/with-parent';
import { findDhcpServer, hardwareAddress } from './find-dhcp';
import { listBootInterfaces } from './interfaces';

/**
 * Answers machines that start from the network, by Debian's dnsmasq: DHCP with a range of its own, and TFTP of one folder, on one
 * interface. It runs as a user of its own with three capabilities, keeps no file, and is killed by the kernel when this helper is gone,
 * however that came about.
 */

/** Seconds for which a machine has its address. */
const leaseSeconds = 12 * 60 * 60;

export interface BootRequest {
  readonly interface: string;
  readonly address: string;
  readonly folder: string;
}

/**
 * dnsmasq's options. Nothing of this computer's own files of dnsmasq is read.
 * @param mac of the interface
 * RFC 4578, 2.1: client architecture 7 is x64 UEFI, and 9 what some firmware says in its place.
 */
export function dnsmasqOptions(request: BootRequest, range: AddressRange, mac: string): string[] {
  const { interface: name, folder } = request;
  return [
    ...['--conf-file=/dev/null', '--keep-in-foreground', '--log-facility=-', '--pid-file='],
    // No names: only addresses and files.
    ...['--port=0', '--no-resolv', '--no-hosts'],
    ...[`--interface=${name}`, '--except-interface=lo', '--bind-interfaces'],
    ...['--leasefile-ro', `--dhcp-lease-max=${mostMachines}`, '--dhcp-authoritative'],
    `--dhcp-range=${range.first},${range.last},${range.netmask},${leaseSeconds}`,
    // Who looks for other servers is this one's own helper: answered, it would have dnsmasq wait for a ping each time.
    `--dhcp-host=${hardwareAddress(mac)},ignore`,
    // No way out of this network, and nobody who knows names: there is none.
    ...['--dhcp-option=option:router', '--dhcp-option=option:dns-server'],
    ...['--dhcp-match=set:uefi,option:client-arch,7', '--dhcp-match=set:uefi,option:client-arch,9'],
    `--dhcp-boot=tag:uefi,${bootFiles.shim}`,
    ...['--enable-tftp', `--tftp-root=${folder}`, `--tftp-max=${mostTransfers}`],
  ];
}

/** A rack that is switched on at once; each transfer is a file that is open. */
const mostTransfers = 500;

/** DHCP: ports below 1024, raw packets for machines without an address, and the kernel's table of neighbours. */
const capabilities = ['net_bind_service', 'net_raw', 'net_admin'].map((name) => `+${name}`).join(',');

/** The user of Debian's dnsmasq, who owns nothing; where it is not there, the one that has no rights anywhere. */
const users = ['dnsmasq', 'nobody'] as const;

/**
 * Serves until it is cancelled, or the interface changes.
 * @param onServing machines are answered from here on
 * @throws PrestageError boot-…, tool-missing, privilege-unavailable, cancelled
 */
export async function serveBoot(
  request: BootRequest,
  onServing: () => void,
  signal: AbortSignal,
): Promise<never> {
  // Before anything is looked at: what was found holds only as long as the link does.
  const downs = await linkLosses(request.interface);
  const found = requireUsable(request.interface, await listBootInterfaces(signal));
  const range = addressRange(found.address, found.prefix);
  if (found.address !== request.address || range === null) throw addressChanged(found.name);
  await requireFolder(request.folder);
  const command = await commandFor(dnsmasqOptions(request, range, found.mac));
  const other = await whileLinked({ name: found.name, downs }, () => findDhcpServer(found, signal));
  if (other !== null) throw foreignServer(found.name, other);
  return await runWatched(command, found, downs, onServing, signal);
}

/**
 * Ends what it started when the interface is not any more what it was: behind a cable that was pulled and is plugged in again there may be
 * another network. And when another server answers beside it: somebody may have plugged another network into the rack's switch.
 */
async function runWatched(
  command: readonly [string, ...string[]],
  found: UsableInterface,
  downs: string | null,
  onServing: () => void,
  signal: AbortSignal,
): Promise<never> {
  const changed = new AbortController();
  const over = AbortSignal.any([signal, changed.signal]);
  const look = (): Promise<string | null> =>
    whileLinked({ name: found.name, downs }, () => findDhcpServer(found, over));
  const watching = Promise.all(
    [watch(found, downs, over), watchServers(found.name, look, over)].map(async (watched) => {
      const why = await watched;
      if (why !== null) changed.abort(why);
    }),
  );
  try {
    return await run(command, onServing, over);
  } catch (error) {
    throw changed.signal.aborted && !signal.aborted ? changed.signal.reason : error;
  } finally {
    changed.abort();
    await watching;
  }
}

/** Looks at the interface from time to time. @returns what became of it; null: it was the same until the end */
async function watch(
  { name, address, prefix }: UsableInterface,
  downs: string | null,
  signal: AbortSignal,
): Promise<PrestageError | null> {
  while (!isStopped(signal)) {
    await sleep(timeouts.bootLook, null, { signal }).catch(() => undefined);
    const interfaces = await listBootInterfaces(signal).catch(() => null);
    // Last, and before what the list says: without its link it may lose its address, too.
    if ((await linkLosses(name)) !== downs) return linkLost(name);
    if (interfaces === null) continue;
    try {
      const usable = requireUsable(name, interfaces);
      if (usable.address !== address || usable.prefix !== prefix) throw addressChanged(name);
    } catch (error) {
      if (error instanceof PrestageError) return error;
      throw error;
    }
  }
  return null;
}

/** What to do where another server has come while machines were answered. */
const cameLater =
  'Machines that already run continue. Use a switch of its own for the rack, or switch the other server off.';

/**
 * Looks from time to time for DHCP servers that have come since. One that fails is made again: another
 * program may have had the port. Where it cannot be looked, machines are not answered.
 * @param look as {@link findDhcpServer}, while the link is there
 * @param pause milliseconds between two looks
 * @returns what was found, or why it cannot be looked; null: nothing until the end
 */
export async function watchServers(
  name: string,
  look: () => Promise<string | null>,
  signal: AbortSignal,
  pause: number = timeouts.dhcpWatch,
): Promise<PrestageError | null> {
  let hasFailed = false;
  while (!isStopped(signal)) {
    await sleep(pause, null, { signal }).catch(() => undefined);
    if (isStopped(signal)) break;
    try {
      const other = await look();
      if (other !== null) return foreignServer(name, other, cameLater);
      hasFailed = false;
    } catch (error) {
      if (isCancellation(error)) break;
      const why = error instanceof PrestageError ? error : new PrestageError(toErrorData(error));
      if (hasFailed || why.code === 'boot-link') return why;
      hasFailed = true;
    }
  }
  return null;
}

/** @param remedy where it is not that of a start that was refused */
function foreignServer(name: string, other: string, remedy?: string): PrestageError {
  return new PrestageError({
    code: 'boot-foreign-dhcp',
    message: `Another DHCP server answers on the interface ${name}: ${other}.`,
    ...(remedy === undefined ? {} : { remedy }),
  });
}

/**
 * Asks something of the network at an interface. What it gives is of no worth where the link was lost meanwhile, and the reason why it fails is
 * that loss: another network may be there by now.
 * @param downs how often the link was lost before
 * @throws PrestageError boot-link; what the work throws
 */
export async function whileLinked<T>(
  { name, downs }: { readonly name: string; readonly downs: string | null },
  work: () => Promise<T>,
  lossesOf = linkLosses,
): Promise<T> {
  const requireLink = async (): Promise<void> => {
    if ((await lossesOf(name)) !== downs) throw linkLost(name);
  };
  let told: T;
  try {
    told = await work();
  } catch (error) {
    if (!isCancellation(error)) await requireLink();
    throw error;
  }
  await requireLink();
  return told;
}

/** How often the interface has lost its link so far, as the kernel counts it; null: it does not. */
async function linkLosses(name: string): Promise<string | null> {
  const text = await readFile(`/sys/class/net/${name}/carrier_down_count`, 'utf8').catch(() => null);
  return text?.trim() ?? null;
}

function linkLost(name: string): PrestageError {
  return new PrestageError({
    code: 'boot-link',
    message: `The interface ${name} has lost its link: its cable was pulled, or the switch is off.`,
  });
}

function addressChanged(name: string): PrestageError {
  return new PrestageError({
    code: 'boot-interface',
    message: `The address of the interface ${name} has just changed.`,
  });
}

/** A folder that openBootImage laid out: nothing else is given to whoever asks. @throws PrestageError boot-image */
async function requireFolder(folder: string): Promise<void> {
  const plain =
    /^\/[A-Za-z0-9._/-]+\/prestage-netboot-\d+-[A-Za-z0-9]{6}$/.test(folder) && !folder.includes('..');
  const there = plain && (await stat(join(folder, bootFiles.grubConfig)).catch(() => null)) !== null;
  if (there) return;
  throw new PrestageError({
    code: 'boot-image',
    message: `The files that machines start from are not in ${sanitizeForDisplay(folder, 200)}.`,
  });
}

/** @throws PrestageError tool-missing, privilege-unavailable */
async function commandFor(options: readonly string[]): Promise<readonly [string, ...string[]]> {
  if (process.geteuid?.() !== 0) {
    throw new PrestageError({
      code: 'privilege-unavailable',
      message: 'Answering machines that start from the network needs administrator rights.',
    });
  }
  const { uid, gid } = await ownUser();
  return withParent(
    [findTool('dnsmasq'), ...options],
    [
      ...[`--reuid=${uid}`, `--regid=${gid}`, '--clear-groups', '--no-new-privs'],
      ...[`--bounding-set=-all,${capabilities}`, `--inh-caps=-all,${capabilities}`],
      `--ambient-caps=-all,${capabilities}`,
    ],
  );
}

async function ownUser(): Promise<{ readonly uid: number; readonly gid: number }> {
  const lines = (await readFile('/etc/passwd', 'utf8')).split('\n').map((line) => line.split(':'));
  for (const user of users) {
    const [, , uid, gid] = lines.find(([name]) => name === user) ?? [];
    if (Number(uid) > 0 && Number(gid) > 0) return { uid: Number(uid), gid: Number(gid) };
  }
  return { uid: 65_534, gid: 65_534 };
}

/** Lines of dnsmasq that are kept for a cause. */
const keptLines = 12;

async function run(
  [file, ...args]: readonly [string, ...string[]],
  onServing: () => void,
  signal: AbortSignal,
): Promise<never> {
  if (signal.aborted) throw cancelled('Starting machines from the network');
  const child = spawn(file, args, { stdio: ['ignore', 'ignore', 'pipe'], env: { LC_ALL: 'C.UTF-8' } });
  const said: string[] = [];
  let serving = false;
  child.stderr.setEncoding('utf8');
  child.stderr.on('data', (text: string) => {
    said.push(...text.split('\n').flatMap((line) => sanitizeForDisplay(line, 300) || []));
    said.splice(0, Math.max(0, said.length - keptLines));
    if (serving || !/: started, version /.test(text)) return;
    serving = true;
    onServing();
  });
  const stop = (): void => {
    void end(child);
  };
  signal.addEventListener('abort', stop, { once: true });
  const how = await new Promise<string>((resolve) => {
    child.once('error', (error) => {
      resolve(error.message);
    });
    child.once('close', (status, killed) => {
      resolve(killed === null ? `exit status ${status ?? -1}` : `ended by ${killed}`);
    });
  });
  signal.removeEventListener('abort', stop);
  if (isStopped(signal)) throw cancelled('Starting machines from the network');
  throw explained(said, how, serving);
}

function isStopped({ aborted }: AbortSignal): boolean {
  return aborted;
}

/** What dnsmasq 2.90 says when it cannot have a port is `failed to bind …` or `failed to create listening socket …`. */
function explained(said: readonly string[], how: string, serving: boolean): PrestageError {
  const cause = [...said, how].join('\n');
  if (!serving && /failed to (?:bind|create listening socket).*Address already in use/.test(cause)) {
    return new PrestageError({
      code: 'boot-port',
      message: 'UDP port 67 or 69 is used by another program of this computer.',
      cause,
    });
  }
  return new PrestageError({
    code: 'boot-ended',
    message: serving
      ? 'dnsmasq, which answers machines that start from the network, has ended.'
      : 'dnsmasq, which answers machines that start from the network, did not start.',
    cause,
  });
}

async function end(child: ChildProcess): Promise<void> {
  child.kill('SIGTERM');
  await new Promise((resolve) => setTimeout(resolve, timeouts.toolKill));
  if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL');
}
