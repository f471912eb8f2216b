import type { AppState } from '../../core/contract/app';
import { errorData } from '../../core/base/errors';
import { noBoot, noRack, type AppBoot, type AppRackMachine } from '../../core/contract/app-rack';
import { assessInterface, type InterfaceFacts } from '../../core/netboot/boot-interface';
import type { Drive } from '../../core/drive/drive';
import {
  machineOf,
  numbers,
  ready,
  result,
  someDrive,
  someJob,
  withDrives,
  writeFailed,
} from './app-samples';
import { inRack } from './app-preview-rack-states';
import type { Preview } from './app-preview-states';

/** States of the Machines screen, and of the bench with the machines of a rack. */

/** Codes are of letters and digits that cannot be taken for each other. */
export const machineCode = (number: number): string =>
  (number * 7_654_321 + 887_503_681)
    .toString(36)
    .toUpperCase()
    .slice(-6)
    .replace(/[ILOU01]/g, 'K');

/** 12 digits, as of the SHA-256 of a certificate. */
const idOf = (number: number): string => `a${String(number).padStart(11, '0')}`;

function someMachine(number: number, more: Partial<AppRackMachine> = {}): AppRackMachine {
  return {
    ...{ id: idOf(number), serial: machineOf(number), model: 'Latitude 5450', state: 'admitted' },
    ...{ code: machineCode(number), problem: null, connected: true, how: 'code', disks: null, station: null },
    address: `192.168.77.${String(10 + number)}`,
    ...more,
  };
}

/** The disk of a machine, as the app lists it. */
export function machineDisk(number: number, more: Partial<Drive> = {}): Drive {
  const disk = someDrive(number, { bus: 'nvme', path: '/dev/nvme0n1', byPath: null, contents: [] });
  return {
    ...disk,
    ...{ id: `${disk.id}@${idOf(number)}`, bay: machineOf(number) },
    rack: { machine: idOf(number), serial: machineOf(number) },
    ...more,
  };
}

const addresses = [
  { name: 'enp3s0', address: '192.168.77.1' },
  { name: 'wlp2s0', address: '10.20.30.40' },
];

const served: AppState['rack'] = {
  ...noRack,
  ...{ serves: 'here', listens: '192.168.77.1:7411', addresses },
  certificate: '4f7c1d0e9a2b35c86d5e7f8091a2b3c4d5e6f70819a2b3c4d5e6f708192a3b4c',
};

const busyRack: AppState['rack'] = {
  ...served,
  machines: [
    someMachine(21, { state: 'waiting', how: null }),
    someMachine(22, { state: 'waiting', how: null, serial: null, model: null }),
    someMachine(23, {
      ...{ state: 'waiting', how: null },
      problem: `Machine ${machineOf(3)} has the serial or the UUID of machine ${idOf(3)} (${machineOf(3)}, 192.168.77.13), which is connected.`,
    }),
    someMachine(24, { state: 'waiting', how: null, serial: null, model: null, station: 'Depot 3' }),
    ...numbers(6).map((number) => someMachine(number)),
    someMachine(7, {
      disks: '2 disks fit: WDC PC SN730 20113A801234 (256 GB), WDC PC SN730 20113A805678 (256 GB).',
    }),
    someMachine(8, { connected: false }),
    someMachine(9, { disks: 'It has no built-in disk.' }),
    someMachine(10, { state: 'refused', how: null }),
  ],
};

/** So many machines on the bench, in the order of their cards. */
export function benchOfMachines(count: number): AppState {
  const disks = numbers(count).map((number) => machineDisk(number));
  const state = withDrives(ready, disks);
  return {
    ...state,
    drives: {
      ...state.drives,
      bays: disks.map(({ id, bay }) => ({ label: bay ?? '', port: null, driveId: id })),
    },
    rack: { ...served, machines: numbers(count).map((number) => someMachine(number)) },
  };
}

/** Of a machine's disk, by its number. */
const onMachine = (number: number, state: Parameters<typeof someJob>[1]): AppState['jobs'][number] => ({
  ...someJob(number, state),
  ...{ driveId: machineDisk(number).id, bay: machineOf(number), machineSerial: machineOf(number) },
});

const machines8 = benchOfMachines(6);
/** Two drives of the bench beside six machines. */
const mixedBench: AppState = {
  ...machines8,
  drives: {
    ...machines8.drives,
    drives: [someDrive(31), someDrive(32), ...machines8.drives.drives],
    bays: [
      { label: 'bay 1', port: null, driveId: someDrive(31).id },
      { label: 'bay 2', port: null, driveId: someDrive(32).id },
      ...machines8.drives.bays,
    ],
  },
  jobs: [
    onMachine(1, {
      state: 'done',
      result: { ...result, received: { station: 3e9, machines: 9e9, kept: 1e9 } },
    }),
    onMachine(2, writeFailed),
    onMachine(3, { state: 'writing', bytesDone: 9e9, bytesTotal: 21e9 }),
  ],
  pairing: {
    ...ready.pairing,
    obstacles: [],
    pairs: [4, 5].map((number) => ({
      ...{ machineSerial: machineOf(number), driveId: machineDisk(number).id, bay: machineOf(number) },
    })),
  },
  rack: {
    ...served,
    machines: [
      ...numbers(6).map((number) => someMachine(number, number === 6 ? { connected: false } : {})),
      ...busyRack.machines.slice(0, 1),
    ],
  },
};

/** Machine 4 was scanned, which is in the batch; machine 6 has come back, and is not. */
const scanned: AppState = {
  ...mixedBench,
  pairing: {
    ...mixedBench.pairing,
    ...{ canUndo: true, freeBays: 2, inRack: { free: 1, waiting: 0 } },
    lastScan: {
      ...{ number: 1, text: machineOf(4), screen: 'bench', holds: true },
      outcome: {
        ...{ result: 'accepted', kind: 'bay', effect: 'in-batch' },
        ...{ machineSerial: machineOf(4), bay: machineOf(4) },
      },
    },
  },
};
/** Machine 6 has two disks, and NEXT was scanned for it. */
const choosing: AppState = {
  ...mixedBench,
  pairing: {
    ...mixedBench.pairing,
    ...{ waitingMachine: machineOf(6), canUndo: true, freeBays: 2, inRack: { free: 1, waiting: 2 } },
    lastScan: {
      ...{ number: 1, text: 'NEXT', screen: 'bench', holds: true },
      outcome: {
        ...{ result: 'refused', kind: 'command', reason: 'own-disk', expected: 'bay' },
        detail: machineOf(6),
      },
    },
  },
};

const machines200 = benchOfMachines(200);
/** Those of 200 machines that have one, some seconds after the batch was started. */
const jobs200 = (seconds: number): AppState['jobs'] =>
  numbers(200)
    .slice(10)
    .map((number) => {
      if (number <= 40) return onMachine(number, { state: 'done', result });
      if (number <= 44) return onMachine(number, writeFailed);
      if (number === 45) return onMachine(number, { state: 'cancelled', bytesWritten: 3e9 });
      return onMachine(number, {
        state: number < 60 ? 'verifying' : 'writing',
        bytesDone: number * 1e8 + seconds * 1.1e8,
        bytesTotal: 21e9,
      });
    });
const rack200: AppState = {
  ...machines200,
  jobs: jobs200(0),
  pairing: {
    ...machines200.pairing,
    obstacles: [],
    pairs: [1, 2, 3].map((number) => ({
      ...{ machineSerial: machineOf(number), driveId: machineDisk(number).id, bay: machineOf(number) },
    })),
  },
  rack: {
    ...served,
    machines: numbers(200).map((number) => someMachine(number, { connected: number % 20 !== 4 })),
  },
};

const off: AppState = { ...ready, rack: { ...noRack, addresses } };
const closed: AppState = {
  ...ready,
  settings: {
    ...ready.settings,
    rack: {
      ...ready.settings.rack,
      ...{ disk: { choose: 'named', name: 'WDC PC' }, listen: '192.168.77.1:7411', closedNetwork: true },
    },
  },
  rack: {
    ...served,
    closedNetwork: true,
    machines: numbers(3).map((number) => someMachine(number, { how: 'closed-network' })),
  },
};
const refused: AppState = {
  ...off,
  rack: {
    ...off.rack,
    error: {
      ...{ code: 'rack-address', message: 'The rack cannot be served at 192.168.77.1:7411.' },
      ...{ cause: 'listen EADDRINUSE: address already in use 192.168.77.1:7411' },
      remedy: 'Give an address of this computer and a free port.',
    },
  },
};

const port = { state: 'serving', interface: 'enp2s0', address: '192.168.77.1', httpPort: 7412 } as const;
const interfaces = [
  assessInterface({ ...wire('enp2s0', '192.168.77.1'), defaultRoute: false }),
  assessInterface({ ...wire('enp3s0', '10.20.30.40'), defaultRoute: true }),
  assessInterface({ ...wire('enp4s0', '192.168.78.1'), carrier: false }),
  assessInterface({ ...wire('enp5s0', null) }),
  assessInterface({ ...wire('wlp2s0', '10.20.31.7'), wireless: true }),
  assessInterface({ ...wire('lo', '127.0.0.1'), loopback: true }),
];

function wire(name: string, address: string | null): InterfaceFacts {
  return {
    ...{ name, mac: '5c:60:ba:01:02:03', loopback: false, wireless: false, up: true, carrier: true },
    ...{ addresses: address === null ? [] : [{ address, prefix: 24 }], defaultRoute: false },
  };
}

/** Machines are to be started from the network. */
function booting(boot: Partial<AppBoot>, rack: Partial<AppState['rack']> = {}, images = 1): AppState {
  const known = ['/srv/images/prestage-live_0.2.0_amd64.iso', '/media/old/prestage-live_0.1.0_amd64.iso'];
  const kept = { on: true, interface: images === 0 ? null : 'enp2s0', images: known.slice(0, images) };
  return {
    ...ready,
    settings: { ...ready.settings, rack: { ...ready.settings.rack, boot: kept } },
    rack: { ...off.rack, ...rack, boot: { ...noBoot, interfaces, ...boot } },
  };
}

const begins = { state: 'starting', interface: 'enp2s0', total: 412e6 } as const;
const onRack = {
  ...served,
  machines: busyRack.machines.filter(({ station }) => station === null).slice(0, 6),
};
const bootPreviews: Readonly<Record<string, AppState>> = {
  'machines-network': booting({}, {}, 2),
  'machines-network-first': booting({}, {}, 0),
  'machines-network-looks': booting({ interfaces: null }),
  'machines-network-checks': booting({ service: { ...begins, done: 164e6 } }, { serves: 'starting' }),
  'machines-network-asks': booting({ service: { ...begins, done: 412e6 } }, { serves: 'starting' }),
  'machines-network-serves': booting(
    { service: { ...port, version: '0.2.0' }, fetches: { fetching: 3, fetched: 12 } },
    onRack,
  ),
  'machines-network-waits': booting(
    {
      service: {
        ...{ state: 'waiting', interface: 'enp2s0' },
        error: errorData({
          code: 'boot-link',
          message: 'The interface enp2s0 has lost its link: its cable was pulled, or the switch is off.',
        }),
      },
    },
    onRack,
  ),
  'machines-network-ended': booting(
    {
      service: {
        state: 'refused',
        error: errorData({
          code: 'boot-ended',
          message: 'dnsmasq, which answers machines that start from the network, has ended.',
          cause: 'ended by SIGKILL',
        }),
      },
    },
    onRack,
  ),
  'machines-network-refused': booting(
    {},
    {
      error: errorData({
        code: 'boot-foreign-dhcp',
        message: 'Another DHCP server answers on the interface enp2s0: 192.168.77.9.',
      }),
    },
  ),
};

const key = 'F8';
export const machinesPreviews: Readonly<Record<string, Preview>> = {
  'machines-off': { state: off, key },
  'machines-refused': { state: refused, key },
  ...Object.fromEntries(Object.entries(bootPreviews).map(([name, state]) => [name, { state, key }])),
  'machines-network-small': {
    ...{ state: booting({}, {}, 2), key },
    size: { width: 1024, height: 700 },
  },
  'machines-busy': { state: { ...ready, rack: busyRack }, key },
  'machines-busy-small': { state: { ...ready, rack: busyRack }, key, size: { width: 1024, height: 700 } },
  'machines-turned-away': {
    state: { ...ready, rack: { ...busyRack, machines: busyRack.machines.slice(-4) } },
    key,
    press: `Admit ${machineOf(10)} after all`,
  },
  'machines-closed': { state: closed, key },
  'bench-machines': { state: mixedBench },
  'bench-machines-details': { state: mixedBench, press: `Bay ${machineOf(6)}: Offline` },
  'bench-machines-scanned': { state: scanned },
  'bench-machines-choose': { state: choosing },
  'bench-machines-200': { state: rack200, size: { width: 1920, height: 1080 }, then: { jobs: jobs200(1) } },
  'bench-machines-200-small': {
    ...{ state: rack200, size: { width: 1366, height: 768 } },
    then: { jobs: jobs200(1) },
  },
  'rack-view-machines': { state: inRack(mixedBench) },
  'rack-view-machines-200': { state: inRack(rack200), size: { width: 1920, height: 1080 } },
};
