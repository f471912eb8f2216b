import { InvalidArgumentError } from 'commander';
import type { Rack, RackMachine } from '../../core/contract/rack';
import { sanitizeForDisplay } from '../../core/base/display';
import { readFingerprint } from '../rack-link/certificate';
import { readHostAndPort, type HostAndPort } from '../../core/settings/rack-settings';
import { shownCode } from '../../core/machine/admission-code';
import { details, table } from './output';

/** What the commands of the rack read and say alike. */

/** An address and a port; IPv6 in brackets. */
export function parseHostAndPort(text: string): HostAndPort {
  const read = readHostAndPort(text);
  if (read === null) throw new InvalidArgumentError('It must be ADDRESS:PORT.');
  return read;
}

/** The SHA-256 of a station's certificate, as it is shown or read out. */
export function parseFingerprint(text: string): string {
  const digits = readFingerprint(text);
  if (digits === null) throw new InvalidArgumentError('It must be a SHA-256: 64 hexadecimal digits.');
  return digits;
}

export function rackText({ certificate, listens, closedNetwork, machines }: Rack): string {
  const station = details([
    ['listens at', listens],
    ['fingerprint', certificate],
    ['on each machine', `prestage agent --station ${listens} --fingerprint ${certificate}`],
    ['admits', closedNetwork ? 'every machine: the network is closed' : 'machines whose code was compared'],
  ]);
  if (machines.length === 0) return `${station}\n\nNo machine has asked yet.`;
  const rows = machines.map((machine) => [
    machine.station === undefined ? serialOf(machine) : `station ${machine.station}`,
    shownCode(machine.code),
    machine.connected ? machine.state : `${machine.state}, not connected`,
    machine.address,
    machine.id,
    machine.problem,
  ]);
  const columns = ['SERIAL', 'CODE', 'STATE', 'ADDRESS', 'ID', 'PROBLEM'].map((title) => ({ title }));
  return `${station}\n\n${table(columns, rows)}`;
}

/** What it is, for whoever reads it: another station is none of the machines. */
function nameOf(machine: RackMachine): string {
  return machine.station === undefined
    ? `Machine ${sanitizeForDisplay(serialOf(machine), 80)} (${machine.address})`
    : `Station ${sanitizeForDisplay(machine.station, 80)} (${machine.address})`;
}

function serialOf({ admission, machine }: RackMachine): string {
  return admission?.serial ?? machine.serial ?? 'no serial';
}

export function newsOf(machine: RackMachine): string {
  const name = nameOf(machine);
  switch (machine.state) {
    case 'waiting': {
      const problem = machine.problem === null ? '' : ` ${sanitizeForDisplay(machine.problem, 400)}`;
      return `${name} waits. If its screen shows ${shownCode(machine.code)}: prestage rack admit ${machine.code}${problem}`;
    }
    case 'admitted':
      return `${name} is admitted${machine.admission?.how === 'closed-network' ? ': the network is closed' : ''}.`;
    case 'refused':
      return `${name} was turned away.`;
  }
}
