import type { MediaState } from '../../core/media/media-state';
import { atStart } from '../../core/base/display';
import { countedGrouped } from '../../core/base/plurals';
import { dateLines, type MediaDates } from '../../core/media/media-dates';

type Source = Extract<MediaState, { status: 'proved' }>['expected']['source'];

const sources: Readonly<Record<Source, string>> = {
  given: 'the one that was typed or scanned',
  manifest: 'the one in the .sha256 file next to the media',
  order: 'the one in the open work order',
  'signed-manifest': 'the one in its signed manifest',
};

const expectedSources: Readonly<Record<Source, string>> = {
  given: 'The expected SHA-256 was typed or scanned.',
  manifest: 'The expected SHA-256 is in the .sha256 file.',
  order: 'The expected SHA-256 is in the open work order.',
  'signed-manifest': 'The expected SHA-256 is in the signed manifest.',
};

/** Words of the Media screen. */
export const mediaText = {
  title: 'Media',
  intro: 'The Windows image that is written to the next drives.',
  running: (jobs: number): string =>
    `${countedGrouped(jobs, 'drive is', 'drives are')} in progress. Running jobs keep their settings. Changes here apply to the next start.`,

  file: {
    title: 'File',
    choose: 'Choose a file …',
    chooseOther: 'Choose another file …',
    clear: 'Close this file',
    dropHere: 'Drop the file or the folder here',
    orDrop: 'Or drop the file here.',
    dropOne: 'Drop one file or folder only. If the media is split, drop its first file.',
    whatIsMedia: 'What is prestaged media?',
    whatIsMediaAnswer:
      'A .wim file that the enterprise sends. It holds the Windows installation that is written to the drive before the machine is shipped. Split media comes as several .swm files: choose the first one.',
    whatIsHash: 'What is the .sha256?',
    whatIsHashAnswer:
      'A fingerprint of the media: 64 digits and letters that the sender calculated from the file. Prestage calculates it from your copy. If the two match, the copy is complete and is what was sent. The sender provides it in a small file next to the media (same name plus .sha256), or on paper.',
    chooseNamed: (name: string): string => `Choose the media ${name}`,
    chooseHash: 'Choose the media with this SHA-256',
    fromTicket: (number: string): string =>
      `The job ticket of work order ${number} requires it. No other file is accepted.`,
    forget: 'Remove the expected media',
    inspecting: 'Reading the file …',
    hashing: 'Calculating the SHA-256',
    hashingHint: 'The whole file is read once. You can scan machines in the meantime.',
    progress: (percent: number, done: string, total: string): string => `${percent} %, ${done} of ${total}`,
    expectedFrom: (source: Source): string => expectedSources[source],
    expectedNobody: 'No expected SHA-256 yet. You can type or scan it while the file is read.',
    waiting: 'Not verified yet',
    waitingExplained:
      'There is no .sha256 file next to the media. Enter the expected SHA-256 before you start.',
    waitingWhat: 'Scan it from the sender’s paper, or type it.',
    restHidden: 'The rest is shown when the expected one is entered.',
    proved: 'VERIFIED',
    provedHint: 'The media is the file that was sent. It can be written.',
    provedLate: 'The media is the file that was sent, but it is too late to ship it: see below.',
    whoSaid: (source: Source): string => `The SHA-256 matches ${sources[source]}.`,
    refused: 'REFUSED',
    refusedHint: 'This media cannot be written.',
    found: 'Found',
    foundSha: 'SHA-256 found',
    expected: 'Expected',
    sha: 'SHA-256',
    differs: 'differs',
    differsMark: '≠',
    differing: (groups: number): string =>
      `${countedGrouped(groups, 'group differs', 'groups differ')}, marked ≠.`,
    otherHash: 'Is the expected SHA-256 wrong?',
    otherHashHint:
      'If it was mistyped, enter it again from the sender’s paper. If the .sha256 file is wrong, get the correct one.',
    again: 'Try this file again',
    lookAtFirst: 'Show image 1 of this file',
  },

  dates: {
    title: 'Dates and site',
    late: 'This media is too late',
    soon: 'The certificate ends soon',
    lines: (dates: MediaDates): { readonly name: string; readonly value: string }[] =>
      dateLines(dates).map(([name, value]) => ({
        name: atStart(name),
        value: typeof value === 'string' ? value : value.join(', '),
      })),
    password: 'Password of the media',
    passwordHint: 'Opens the certificate’s dates in the media. It is not kept.',
    showPassword: 'Show the password',
    read: 'Read the dates',
    recipe: 'Choose the recipe …',
  },

  training: {
    use: 'Use the training media',
    hash: 'This is the sender’s paper for the training media. Scan the code from the screen, or type the 64 digits and letters.',
    codeOf: (sha256: string): string => `QR code: ${sha256}`,
  },

  hash: {
    label: 'Expected SHA-256',
    hint: 'Scan it, or type all 64 digits and letters. Spaces are ignored.',
    sofar: (digits: number): string => `${digits} of 64`,
    compare: 'Compare',
    problem: {
      empty: 'Type or scan the 64 digits and letters.',
      letters: 'A SHA-256 has only 0 to 9 and A to F. For O use 0; for l or I use 1.',
      short: (digits: number): string => `${digits} of 64: some are missing.`,
      long: (digits: number): string => `${digits} of 64: there are too many.`,
    },
  },

  inside: {
    title: 'Contents',
    image: 'Image to write',
    imageName: (index: number, name: string): string => `${index}: ${name === '' ? 'no name' : name}`,
    imageSize: (size: string, files: number, directories: number): string =>
      `${size}, ${countedGrouped(files, 'file', 'files')}, ${countedGrouped(directories, 'folder', 'folders')}`,
    imageMissing: (index: number): string => `This media has no image ${index}. Choose another image.`,
    noImages: 'This media has no image.',
    file: 'File',
    folder: 'Folder',
    size: 'Size',
    compression: 'Compression',
    compressions: { none: 'none', XPRESS: 'XPRESS (fast)', LZX: 'LZX (normal)', LZMS: 'LZMS (strong)' },
    solid: ', solid',
    parts: 'Parts',
    partCount: (parts: number): string => (parts === 1 ? 'one file' : `${parts} files`),
    partFiles: 'Show the files',
    integrity: 'Integrity table',
    integrityYes: 'yes',
    integrityNo: 'no; the SHA-256 still verifies the file',
    recovery: 'Recovery',
    recoveryOf: (size: string): string => `Winre.wim, ${size}: goes to a Recovery partition`,
    noRecovery: 'no Winre.wim: a Recovery partition stays empty',
    drivers: 'Driver packs',
    packs: (number: number): string => countedGrouped(number, 'driver pack', 'driver packs'),
    packMissing: 'not in the media',
    packsWithoutTable: (folders: number): string =>
      `${countedGrouped(folders, 'folder', 'folders')} in \\Drivers, but no table that says for which machines`,
    guid: 'GUID',
    boots: 'Can it boot a machine?',
    programs: (count: number): string =>
      count === 1 ? 'Who signed the boot program' : `Who signed the ${count} boot programs`,
    bootable: (cpus: string): string =>
      `Yes, ${cpus} machines: boot image, boot store and boot loader match.`,
    notBootable: 'A machine may not boot from this image:',
    bootableHint: 'It can still be written. Ask the sender before you write it.',
    demands: (met: number, notMet: number, unknown: number): string =>
      `What was checked: ${met} met, ${notMet} not met, ${unknown} not known`,
    demandStates: { met: 'Met', 'not-met': 'Not met', unknown: 'Not known' },
    warnings: 'Notes',
  },

  contents: {
    title: 'Packages',
    intro:
      'Applications, drivers and other packages in the media. A machine takes them from its own drive, and downloads what was revised since.',
    list: 'List packages',
    compareFile: 'Compare with a list …',
    compareLibrary: 'Compare with a content library …',
    reading: 'Reading the list of files …',
    compared: (list: string): string => `Compared with ${list}`,
    fromDrive: 'From the machine’s own drive',
    fromDistributionPoint: 'From a distribution point',
    notAskedFor: 'On the media, not asked for',
    notCompared: 'On the media, not compared',
    columns: ['Package', 'On the media', 'State'],
    notThere: 'not there',
    size: (bytes: string, files: number): string => `${bytes}, ${countedGrouped(files, 'file', 'files')}`,
    states: {
      'as-expected': 'As expected',
      revised: 'Revised: will be downloaded',
      missing: 'Missing: will be downloaded',
      'not-asked-for': 'Not asked for',
      'not-compared': 'There, not compared',
    },
  },

  layout: {
    title: 'Advanced: drive layout',
    legend: 'Partitions on the drive',
    names: {
      uefi: 'Standard',
      'uefi-recovery': 'Standard with recovery',
      'configmgr-uefi': 'Configuration Manager',
    } as Readonly<Record<string, string>>,
    hint: 'Keep the first, unless the sender asks for another.',
  },
  loader: {
    title: 'Advanced: boot loader',
    legend: 'Boot loader on the drive',
    names: {
      'as-is': 'As on the media',
      '2011': 'For the 2011 certificates',
      '2023': 'For the 2023 certificates',
    },
    descriptions: {
      'as-is': 'The loader that the sender put on the media.',
      '2011': 'Windows’ own, for machines that trust only Microsoft’s certificates of 2011.',
      '2023': 'Windows’ own, for machines that trust only Microsoft’s certificates of 2023.',
    },
    hint: 'Keep the first, unless the sender asks for another. A media file that lacks the chosen one is refused before anything is erased.',
  },
};
