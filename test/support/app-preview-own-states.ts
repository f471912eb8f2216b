import type { AppState } from '../../core/contract/app';
import type { StartPlan } from '../../core/contract/app-start';
import type { Preview } from './app-preview-states';
import { machineOf, numbers, pairsOf, ready, someDrive, someJob, someOrder, withDrives } from './app-samples';

/** States that show what each machine gets of its own: name, model, drivers, files, loader, replaced computer. */

const models = ['Latitude 5440', 'ThinkPad T14 Gen 4', 'EliteBook 840 G11'];
const packs = ['Latitude-5440', 'ThinkPad-T14', null];

const plan = (count: number): StartPlan => ({
  drives: numbers(count).map((number) => ({
    driveId: someDrive(number).id,
    computerName: `CONTOSO-${String(number).padStart(4, '0')}`,
    model: models[number % 3] ?? '',
    driverPack: packs[number % 3] ?? null,
    ...(number % 2 === 0 ? { replaces: { computerName: `OLD-${number}`, serial: '5CG0000001' } } : {}),
  })),
  machineFiles: {
    paths: ['\\Windows\\Panther\\unattend.xml', '\\Prestage\\machine.json'],
    source: "the media's signed manifest",
  },
  loader: 'as on the media: starts with the 2011 certificates only',
  atEnd: null,
  warnings: [
    "machines that trust only Microsoft's 2023 certificates will not start this drive: \\EFI\\Boot\\bootx64.efi starts with the 2011 certificates only",
  ],
  refusals: [],
});

const paired = (count: number, armed: boolean): AppState => ({
  ...withDrives(
    ready,
    numbers(count).map((number) =>
      someDrive(number, { contents: number > 4 ? [] : someDrive(number).contents }),
    ),
  ),
  startPlan: plan(count),
  pairing: { ...ready.pairing, pairs: pairsOf(numbers(count)), obstacles: [], armed },
});

const own = paired(4, true);
const order = someOrder();
const ordered: AppState = {
  ...paired(6, false),
  order: {
    ...order,
    firmwareTrust: '2023',
    lines: order.lines.map((line, index) => ({
      ...line,
      model: `${['Dell Inc.', 'LENOVO', 'HP'][index % 3] ?? ''} ${models[index % 3] ?? ''}`,
      ids: index % 3 === 0 ? 'SKU 0C0A, board 0XYZ12' : null,
      firmwareTrust: index === 2 ? '2011' : null,
    })),
    problems: [
      'the name CONTOSO-FINANCE-0007 of machine 5CG41259XYZ has 20 characters, and Windows takes 15',
      'machines 5CG41037XYZ and 5CG41074XYZ have one computer name, CONTOSO-0001',
      `Machine ${machineOf(3)} (EliteBook 840 G11) gets no driver pack: the media has none for its model.`,
    ],
  },
};

export const ownPreviews: Readonly<Record<string, Preview>> = {
  'own-start': { state: own },
  'own-start-many': { state: paired(16, true), size: { width: 1280, height: 800 } },
  'own-start-small': { state: paired(16, true), size: { width: 1024, height: 700 } },
  'own-start-rack': {
    state: { ...own, startPlan: { ...own.startPlan, atEnd: { does: 'off', ordered: false } } },
  },
  'own-start-rack-ordered': {
    state: { ...own, startPlan: { ...own.startPlan, atEnd: { does: 'restart', ordered: true } } },
  },
  'own-start-refused': {
    state: {
      ...own,
      startPlan: {
        ...own.startPlan,
        refusals: [
          {
            code: 'computer-name-invalid',
            message: `A computer name cannot be used: the name CONTOSO-FINANCE-0007 of machine ${machineOf(2)} has 20 characters, and Windows takes 15.`,
            cause: null,
            remedy:
              'No drive was touched. Ask the enterprise for a work order with another name: names are never cut.',
          },
        ],
      },
    },
  },
  'own-bench': { state: paired(6, false) },
  'own-paired': { state: paired(6, false), press: 'Bay 2: Paired' },
  'own-written': {
    state: {
      ...paired(6, false),
      pairing: ready.pairing,
      jobs: [
        someJob(
          1,
          { state: 'writing', bytesDone: 9e9, bytesTotal: 21e9 },
          {
            machine: { computerName: 'CONTOSO-0001', model: 'ThinkPad T14 Gen 4' },
            driverPack: 'ThinkPad-T14',
            replaces: { computerName: 'OLD-1' },
            machineFiles: ['\\Windows\\Panther\\unattend.xml', '\\Prestage\\machine.json'],
            loader: {
              choice: '2023',
              firmwareTrust: '2023',
              programs: [
                {
                  place: '\\EFI\\Boot\\bootx64.efi',
                  signers: 'Microsoft Windows, by Windows UEFI CA 2023',
                  trust: '2023',
                },
              ],
            },
          },
        ),
      ],
    },
    press: 'Bay 1: Writing',
  },
  'own-order': { state: ordered, key: 'F2' },
  'own-order-small': { state: ordered, key: 'F2', size: { width: 1024, height: 640 } },
  'own-ship': { state: ordered, key: 'F5' },
  'own-settings-loader': {
    state: {
      ...ready,
      settings: { ...ready.settings, bootLoader: { choice: '2023', firmwareTrust: '2023', require: true } },
    },
    key: 'F7',
    size: { width: 1280, height: 5200 },
  },
};
