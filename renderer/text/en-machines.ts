import { counted } from '../../core/base/plurals';
import type { AtEnd } from '../../core/machine/at-end';
import type { DiskRule } from '../../core/drive/disk-rule';
import type { AppRack, AppRackMachine } from '../../core/contract/app-rack';

const rules: Readonly<Record<DiskRule['choose'], { readonly label: string; readonly description: string }>> =
  {
    only: {
      label: 'The only one',
      description: 'Where a machine has several that can be written, you choose on the bench.',
    },
    'largest-nvme': { label: 'The largest NVMe disk', description: 'Of two of the same size, you choose.' },
    named: { label: 'By name', description: 'The disk with this text in its model or serial.' },
  };

const ends: Readonly<Record<AtEnd, { readonly label: string; readonly description: string }>> = {
  wait: { label: 'Wait', description: 'They show PASS until somebody turns them off.' },
  off: { label: 'Switch off', description: 'Those whose drives all passed and are recorded.' },
  restart: { label: 'Restart', description: 'Into what was written, once. The firmware’s boot order stays.' },
};

const serves: Readonly<Record<AppRack['serves'], string>> = {
  off: 'Off. No machine can reach this station.',
  starting: 'Starting …',
  here: 'On. It ends when the app is closed.',
  elsewhere: 'On, by another program of this station. End it there.',
};

const states: Readonly<Record<AppRackMachine['state'], string>> = {
  waiting: 'Waiting',
  admitted: 'Admitted',
  refused: 'Turned away',
};

const nameOf = (serial: string | null): string => (serial === null ? 'a machine without a serial' : serial);

/** Words of the Machines screen: a rack of machines that are imaged with their drives inside. */
export const machinesText = {
  title: 'Machines',
  intro: 'Machines are imaged over the network, with their drives inside. Each has a card on the bench.',

  serve: {
    title: 'Rack',
    serves,
    address: 'Address and port',
    interface: 'Interface',
    addressHint: 'An address of this computer, on a network with machines alone.',
    addressProblem: 'Enter an address and a port, as in 192.168.77.1:7411.',
    of: (name: string, address: string): string => `${name}: ${address}`,
    on: 'Serve the rack',
    off: 'Stop serving',
    offQuestion: 'No machine can be reached or written then.',
    offNo: 'Keep serving',
    listens: 'Address',
    certificate: 'Fingerprint',
    command: 'On each machine',
    commandHint: 'The agent speaks to no station but the one with this fingerprint.',
  },

  boot: {
    how: 'Machines start',
    ways: {
      network: {
        label: 'From the network',
        description: 'This station starts them, through an interface with a switch of its own.',
      },
      agent: { label: 'In another way', description: 'Somebody starts the agent on each machine.' },
    },
    interface: 'Interface',
    interfaceHint: 'DHCP is answered there, and nowhere else.',
    interfaceOf: (name: string, address: string | null, prefix: number | null): string =>
      address === null || prefix === null ? name : `${name}: ${address}/${prefix}`,
    usable: 'Can be used. Before anything is answered, another DHCP server is looked for.',
    looks: 'Looking at the interfaces …',
    image: 'Image of Prestage Live',
    imageHint: 'Of the version of this station.',
    noImage: 'No image is chosen.',
    ownImage: 'The stick that this station runs from',
    recent: 'Used before',
    choose: 'Choose an image …',
    on: 'Serve the rack, and start machines',
    rights: 'An administrator’s password may be asked for.',
    checks: 'The image is checked …',
    asks: (name: string): string =>
      `Asking for administrator rights, then looking for another DHCP server on ${name} …`,
    cancel: 'Cancel',
    serving: 'Machines are started from the network.',
    through: 'Interface',
    version: 'Prestage Live',
    machines: 'Machines',
    fetches: (fetching: number, fetched: number): string =>
      `${counted(fetching, 'fetches', 'fetch')} the system now, ${fetched} ${fetched === 1 ? 'has' : 'have'} it`,
    firmware: 'Set their firmware to start from the network: UEFI, IPv4. Secure Boot may stay on.',
    again: 'Start machines again',
  },

  settings: {
    closed: 'Closed network: admit every machine without a code',
    closedHint: 'Only for a switch with nothing else on it. It is recorded for each drive, with your name.',
    closedWarning:
      'Whoever plugs in there is a machine of the rack, and gets the image. Use it only on a switch of its own.',
    disk: 'Disk of a machine with several',
    diskHint: 'Sticks, cards and disks on USB are never chosen by themselves.',
    rules,
    atEnd: 'At the end of a batch',
    atEndHint:
      'A machine with a drive that failed always waits. A work order or the recipe of the media can say otherwise, and so can you before a start.',
    ends,
    name: 'Text in model or serial',
    nameProblem: 'Enter 1 to 64 visible characters.',
  },

  asking: {
    title: 'Waiting to be admitted',
    none: 'No machine is waiting.',
    compare:
      'Each machine or station in this list shows a code on its own screen. If it is the same as the code here, press Admit, or scan the code from that screen.',
    station: (name: string): string => `Station ${name}`,
    stationHint: 'It wants to get media and disk images from this station. The code is on its Media screen.',
    code: 'Code',
    from: (address: string): string => `from ${address}`,
    noSerial: 'No serial',
    label: 'Serial on its label',
    labelHint: 'Its firmware has none. Press here, then scan the label or type it.',
    admit: 'Admit',
    admitOf: (serial: string | null, code: string): string => `Admit ${nameOf(serial)}, code ${code}`,
    refuse: 'Turn away',
    refuseOf: (serial: string | null): string => `Turn away ${nameOf(serial)}`,
    refuseQuestion: (serial: string | null): string =>
      `Turn away ${nameOf(serial)}? It stays in the list below, and can be admitted there later.`,
    refuseNo: 'Let it wait',
    wasRefused: 'It was turned away. Compare its code, then admit it.',
    keepOut: 'Leave it out',
    gone: 'It does not ask any more.',
    count: (machines: number): string =>
      `${counted(machines, 'machine is', 'machines are')} waiting to be admitted`,
    go: 'Compare codes',
  },

  list: {
    title: 'In the rack',
    none: 'No machine is admitted yet.',
    table: 'Machines of the rack',
    columns: ['Machine', 'State', 'Address', 'Admitted', 'Disks'],
    states,
    away: 'offline',
    how: { code: 'by its code', 'closed-network': 'closed network' },
    again: 'Admit …',
    againOf: (serial: string | null): string => `Admit ${nameOf(serial)} after all`,
    remove: 'Turn away',
    removeOf: (serial: string | null): string => `Turn away ${nameOf(serial)}`,
    removeQuestion: (serial: string | null): string =>
      `Turn away ${nameOf(serial)}? What it does for this station ends at once. It can be admitted again here.`,
    removeNo: 'Keep it',
  },

  card: {
    away: 'Offline',
    inMachine: 'In its machine',
    pair: 'Image this machine',
    pairHint: (serial: string): string => `The disk is in machine ${serial}, and gets its image.`,
    bay: 'Machine',
    id: 'Machine ID',
  },
};
