import { countedGrouped } from '../../core/base/plurals';
import { formatBytes } from '../../core/base/display';
import type { Task } from '../../core/base/task';
import type { RecipeSettings } from '../../core/delivery/recipe-settings';

type Deployment = NonNullable<RecipeSettings['deployment']>;

const availabilities: Readonly<Record<Deployment['availability'], string>> = {
  clients: 'Configuration Manager clients only',
  'clients-media-pxe': 'Clients, media and PXE',
  'media-pxe': 'Media and PXE',
  'media-pxe-hidden': 'Media and PXE, hidden',
};

const yesNo = (yes: boolean): string => (yes ? 'yes' : 'no');

const phases: Partial<Readonly<Record<Task['phase'], string>>> = {
  copying: 'Checking and joining the parts',
  checking: 'Checking the parts',
  hashing: 'Checking the whole media',
  applying: 'Rebuilding the media from the difference',
};

/** Words of the media library, on the Media screen. */
export const libraryText = {
  title: 'Media library',
  intro: 'Media received on this station. The sender’s signature proves each one: no SHA-256 is typed.',
  receive: 'Receive a folder …',
  orDrop: 'Or drop the sender’s folder here.',
  empty: 'No media was received yet.',
  emptyHint:
    'The sender’s folder holds the media in parts, and a file whose name ends in .media.json. Prestage checks the signature and every part, joins the parts, and keeps the media here.',
  olderMedia: (count: number): string => countedGrouped(count, 'older media', 'older media'),

  version: (version: string, revision: number): string => `Version ${version}, revision ${revision}`,
  signed: (signer: string): string => `Signed by ${signer}`,
  notTrusted: (signer: string): string => `Signed by ${signer}, whose key is not trusted any more`,
  damaged: 'Damaged',
  inParts: 'Kept in parts. To write it, receive its folder again: then they are joined.',
  chosen: 'Chosen for the next drives',
  use: 'Use this media',
  useNamed: (name: string, version: string): string => `Use ${name} ${version}`,
  contents: 'Packages',
  contentsLine: (packages: number, bytes: number): string =>
    packages === 0 ? 'none' : `${countedGrouped(packages, 'package', 'packages')}, ${formatBytes(bytes)}`,
  contentsUnknown: 'not listed by the sender',
  size: 'Size',
  certificateEnds: 'Certificate ends',
  certificateUnknown: 'not named by the sender',
  shipBy: 'Ship by',
  images: 'Disk images kept',
  imagesLine: (count: number, bytes: number): string =>
    count === 0 ? 'none' : `${count}, ${formatBytes(bytes)}`,
  received: 'Received',
  receivedBy: (time: string, operator: string): string => `${time}, ${operator}`,
  older: 'Received although older',
  from: (name: string, version: string, signer: string): string =>
    `${name} ${version}, signed by ${signer}, from the media library`,

  details: 'Details',
  detailsNamed: (name: string, version: string): string => `Details of ${name} ${version}`,
  noPackages: 'The sender did not list the packages. After you choose the media, they can be listed below.',
  noSettings: 'The sender gave no deployment settings.',
  settings: 'Settings',
  settingLines: ({
    comment,
    createdBy,
    layout,
    deployment,
    machineFiles = [],
  }: RecipeSettings): [string, string][] => [
    ...(comment === undefined ? [] : ([['Comment', comment]] as [string, string][])),
    ...(createdBy === undefined ? [] : ([['Created by', createdBy]] as [string, string][])),
    ['Drive layout', layout],
    ...machineFiles.map(({ path }, index): [string, string] => [
      machineFiles.length === 1 ? 'File for each machine' : `File ${index + 1} for each machine`,
      path,
    ]),
    ...(deployment === undefined ? [] : deploymentLines(deployment)),
  ],

  receipt: 'Save the receipt …',
  receiptSaved: (file: string): string => `The receipt is saved as ${file}. Send it back to the sender.`,

  remove: 'Remove',
  removeNamed: (name: string, version: string): string => `Remove ${name} ${version}`,
  removeQuestion: (name: string, version: string): string =>
    `Remove ${name} ${version} from this station? To have it again, receive it again.`,
  removeYes: 'Yes, remove it',
  removeNo: 'Keep it',

  unfinished: 'Not completely received',
  unfinishedHint: 'To continue, receive the same folder again. Complete parts are not read again from it.',
  removeRestQuestion: (name: string, version: string): string =>
    `Remove what was received of ${name} ${version}?`,

  keys: {
    title: (count: number): string => countedGrouped(count, 'trusted key', 'trusted keys'),
    intro:
      'Media signed with these keys can be received. A key is trusted once for each enterprise, after its fingerprint was compared by telephone or in person.',
    choose: 'Trust a key …',
    offered: (file: string): string => `The key in ${file}`,
    kind: 'Kind',
    kinds: { minisign: 'key (minisign)', certificate: 'certificate' },
    fingerprint: 'Fingerprint',
    keyId: 'Key ID',
    until: 'Valid until',
    ended: (day: string): string => `${day}: it has ended`,
    name: 'Name of the enterprise',
    nameHint: 'Media that the key signed are shown with this name.',
    trust: 'Trust this key',
    question: (name: string): string =>
      `Did ${name} tell you this fingerprint by telephone or in person, letter by letter?`,
    yes: 'Yes, it is the same',
    no: 'No, do not trust it',
    cancel: 'Cancel',
    forget: 'Forget',
    forgetNamed: (name: string): string => `Forget the key of ${name}`,
    forgetQuestion: (name: string): string =>
      `Forget the key of ${name}? Media it signed can no longer be received or written.`,
    forgetYes: 'Yes, forget it',
    forgetNo: 'Keep it',
  },

  receiving: {
    running: (folder: string): string => `Receiving ${folder}`,
    begins: 'Checking the signature …',
    phase: (phase: Task['phase']): string => phases[phase] ?? 'Checking the media',
    progress: (percent: number, done: string, total: string): string => `${percent} %, ${done} of ${total}`,
    hint: 'You can keep working. Complete parts are kept if you cancel.',
    cancel: 'Cancel',
    cancelling: 'Cancelling …',
    received: (name: string, version: string): string => `${name} ${version} is proved and in the library`,
    here: (name: string, version: string): string => `${name} ${version} was in the library already`,
    receivedHint: (signer: string): string => `Signed by ${signer}. Every part is as it was sent.`,
    hereHint: 'Nothing was done.',
    foreign: (names: string): string => `Not in the manifest, and not used: ${names}.`,
    incomplete: (name: string, version: string): string => `${name} ${version} is not complete`,
    ask: 'Ask the sender for',
    incompleteHint:
      'What is whole was kept. When you have what was missing, choose its folder: only that is read.',
    more: 'Choose the folder with these parts …',
    refusedFolder: (folder: string): string => `${folder} was not received.`,
    close: 'Close',
    reason: 'Reason',
    reasonHint: 'It is kept with the media and stands in the receipt.',
    anyway: 'Receive the older media',
    base: 'Choose the older media …',
  },
};

function deploymentLines(deployment: Deployment): [string, string][] {
  const { managementPoints, preferredDeployment } = deployment;
  return [
    ['Site', deployment.siteCode],
    ['Task sequence', deployment.taskSequence],
    ['Available to', availabilities[deployment.availability]],
    [
      'Purpose',
      deployment.purpose === 'required' ? 'required: starts by itself' : 'available: chosen from a list',
    ],
    ...(preferredDeployment === undefined
      ? []
      : ([['Preferred deployment', preferredDeployment]] as [string, string][])),
    ['Unattended', yesNo(deployment.unattended)],
    ['Unknown computers', yesNo(deployment.unknownComputers)],
    [
      'Management points',
      `${managementPoints.urls.join(', ')} (${managementPoints.mode === 'dynamic' ? 'dynamic' : 'site-based'})`,
    ],
    ['Distribution points', deployment.distributionPoints.join(', ')],
    ['Media password', yesNo(deployment.passwordProtected)],
  ];
}
