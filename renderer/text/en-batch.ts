import type { MediaState } from '../../core/media/media-state';

type Source = Extract<MediaState, { status: 'proved' }>['expected']['source'];

const count = (number: number, one: string, many: string): string =>
  `${number.toLocaleString('en-GB')} ${number === 1 ? one : many}`;

const sources: Readonly<Record<Source, string>> = {
  given: 'It was typed or scanned here.',
  manifest: 'It is in the .sha256 file beside the media.',
  order: 'It is in the open work order.',
};

const expectedSources: Readonly<Record<Source, string>> = {
  given: 'The expected SHA-256 was typed or scanned.',
  manifest: 'The expected SHA-256 is in the .sha256 file.',
  order: 'The expected SHA-256 is in the open work order.',
};

/** Words of the batch screen. */
export const batchText = {
  title: 'Batch',
  intro: 'What the drives get, and what the record says about them.',
  toBench: 'Back to the bench',
  running: (jobs: number): string =>
    `${count(jobs, 'drive is', 'drives are')} being worked on. Jobs that were started keep what they were started with. What you change here counts for the next start.`,

  order: {
    title: 'Who and what for',
    operator: 'Operator',
    operatorHint: 'Scan your badge, or type your name. It is in the record of every drive.',
    workOrder: 'Work-order number',
    workOrderHint: 'Scan it, or type it. May stay empty.',
    againTitle: 'Machines that got their drive already',
    again: 'Reason for doing them again',
    againHint: 'Empty: they are refused.',
    againExplained:
      'A machine that is in the log with a finished drive is refused, so that no machine gets two. Give a reason to do such machines again. The reason is recorded. Empty the field afterwards.',
    againOn: 'Machines that got their drive already are NOT refused now.',
  },

  media: {
    title: 'Media',
    choose: 'Choose a file …',
    chooseOther: 'Choose another file …',
    clear: 'Close this file',
    dropHere: 'Drop the file here',
    orDrop: 'Or drop the file here.',
    dropOne: 'Drop one file only. Of a split media, drop the first part.',
    whatIsMedia: 'What is prestaged media?',
    whatIsMediaAnswer:
      'One file, named .wim, that the enterprise sends. It holds Windows as it is put on the drive before the machine is shipped. A split media comes as several .swm files: choose the first.',
    whatIsHash: 'What is the .sha256?',
    whatIsHashAnswer:
      'A fingerprint of the media: 64 digits and letters that the sender made from the file. Prestage makes it again from your copy. Only if both are the same, the copy is whole and is what was sent. The sender gives it as a small file beside the media (same name, then .sha256), or on paper.',
    inspecting: 'Looking into the file …',
    hashing: 'Making the SHA-256',
    hashingHint: 'The whole file is read once. Machines can be scanned meanwhile.',
    progress: (percent: number, done: string, total: string): string => `${percent} %, ${done} of ${total}`,
    expectedFrom: (source: Source): string => expectedSources[source],
    expectedNobody:
      'Nobody has said yet what the SHA-256 should be. You can type or scan it while the file is read.',
    waiting: 'Not proved yet',
    waitingExplained:
      'There is no .sha256 file beside the media. Nothing can be started before somebody says what the SHA-256 should be.',
    waitingWhat:
      'Scan it from the sender’s paper, or type it from there. Do not copy it from this screen: that would prove nothing.',
    proved: 'PROVED',
    provedHint: 'The media is what the sender sent. It can be written.',
    whoSaid: (source: Source): string => `The SHA-256 is the expected one. ${sources[source]}`,
    refused: 'REFUSED',
    refusedHint: 'This media cannot be written.',
    found: 'Found',
    foundSha: 'SHA-256 found',
    expected: 'Expected',
    sha: 'SHA-256',
    differs: 'differs',
    differsMark: '≠',
    differing: (groups: number): string => `${count(groups, 'group differs', 'groups differ')}, marked ≠.`,
    otherHash: 'Was another SHA-256 meant?',
    otherHashHint:
      'If it was mistyped, give it again from the sender’s paper. If a .sha256 file is wrong, get the right one.',
    again: 'Try this file again',
    lookAtFirst: 'Look at image 1 of this file',
  },

  hash: {
    label: 'Expected SHA-256',
    hint: 'Scan it, or type all 64 digits and letters. Blanks do not matter.',
    sofar: (digits: number): string => `${digits} of 64`,
    compare: 'Compare',
    problem: {
      empty: 'Type or scan the 64 digits and letters.',
      letters: 'Only 0 to 9 and A to F are in a SHA-256. O is 0; l and I are 1.',
      short: (digits: number): string => `There are ${digits} of 64. Some are missing.`,
      long: (digits: number): string => `There are ${digits} of 64. There are too many.`,
    },
  },

  inside: {
    title: 'What is inside',
    image: 'Image to write',
    imageName: (index: number, name: string): string => `${index}: ${name === '' ? 'no name' : name}`,
    imageSize: (size: string, files: number, directories: number): string =>
      `${size}, ${count(files, 'file', 'files')}, ${count(directories, 'folder', 'folders')}`,
    imageMissing: (index: number): string =>
      `Image ${index} was chosen, and this media has none. Choose one.`,
    noImages: 'This media holds no image.',
    file: 'File',
    folder: 'Folder',
    size: 'Size',
    compression: 'Compression',
    compressions: { none: 'none', XPRESS: 'XPRESS (fast)', LZX: 'LZX (normal)', LZMS: 'LZMS (strong)' },
    solid: ', packed as one block',
    parts: 'Parts',
    partCount: (parts: number): string => (parts === 1 ? 'one file' : `${parts} files`),
    partFiles: 'Show the files',
    integrity: 'Integrity table',
    integrityYes: 'yes',
    integrityNo: 'no; the SHA-256 proves the file all the same',
    guid: 'GUID',
    boots: 'Can it start a machine?',
    bootable: (cpus: string): string =>
      `Yes, ${cpus} machines: boot image, boot store and loader fit together.`,
    notBootable: 'A machine will not start from this image as it should:',
    bootableHint:
      'It can be written all the same. Ask the sender first: a machine may not start from the drive.',
    warnings: 'To be known',
  },

  layout: {
    title: 'Layout of the drive',
    legend: 'Partitions',
    names: {
      uefi: 'Standard',
      'uefi-recovery': 'Standard with recovery',
      'configmgr-uefi': 'Configuration Manager',
    } as Readonly<Record<string, string>>,
    hint: 'Keep the first, unless the sender says another.',
  },
};
