/** Words of a station that runs from a stick, and of what hides drives. */
export const liveText = {
  controllers: 'Drives may be hidden',
  controllersBehind: 'Drives behind Intel VMD',

  chip: 'On a stick',
  chipHint: 'This station runs from a stick. Settings tells which.',
  region: 'Stick',

  nothingKept: {
    none: 'Nothing is kept yet: this stick is not set up',
    locked: 'Nothing is kept: the stick is locked',
  },
  trainingOnly:
    'Real drives cannot be written, training only. What is done now is lost when this PC is turned off.',
  button: {
    none: 'Set up the stick',
    locked: 'Unlock the stick',
    clock: 'Set the clock',
    station: 'Set up this station',
    images: 'Open it',
  },
  unanswered: 'This station is not set up yet',
  unansweredHint: 'Its time zone and keyboard are asked once.',
  notNow: 'Not now: training only',
  later: 'Later',

  makeIntro: (shortest: number): string =>
    `The free space of the stick becomes an encrypted place for records, keys and settings. Choose a passphrase of at least ${shortest} characters, and keep it: without it nobody can read the records again.`,
  openIntro: 'Type the passphrase of this stick, or scan it.',
  keyboardNow: 'In this field the keyboard is English (US).',
  passphrase: 'Passphrase',
  again: 'Type it again',
  differs: 'The two passphrases differ.',
  keyStick: 'Use a key stick',
  working: 'This takes up to a minute. Leave the stick where it is. The app then starts again.',
  restarts: 'The app starts again in a moment.',
  scanAgain: 'The scan was not whole. Scan it again.',

  stationName: 'Name of this station',
  timeZone: 'Time zone',
  chooseZone: 'Choose the time zone',
  keyboard: 'Keyboard',
  clock: 'Date and time in this zone',
  clockHint: "Correct it if it is wrong. Only this station's clock is set; the PC's own is left alone.",
  keep: 'Keep this',

  stickTitle: 'This stick',
  stickIntro: 'What this station runs from.',
  version: 'Version',
  medium: 'Stick',
  gone: 'It cannot be found. Was it pulled?',
  data: 'Records',
  dataStates: { none: 'no place for them yet', locked: 'locked', open: 'kept on the stick, encrypted' },
  zoneAndKeyboard: 'Time zone and keyboard',
  update: 'Update from a file …',
  updateHint:
    'An image of Prestage Live (.iso) with its signature (.minisig) beside it, from a stick named PRESTAGE-IN or a disk that was opened on Media. The version that runs stays on the stick.',
  updating: (file: string): string => `${file} is being put on the stick. Leave the stick where it is.`,
  updatePhases: {
    hashing: 'The signature is being checked',
    copying: 'The new version is being written',
    checking: 'The new version is being read back',
  },
  updateBegins: 'The file is being opened',
  updateStop: 'Stop the update',
  updateClose: 'Close',
  notUpdated: (file: string): string => `${file} was not put on the stick.`,
  updated: (file: string): string => `${file} is on the stick`,
  updatedHint: (signer: string): string =>
    `Signed by ${signer}. The next start uses it. If it does not come up, the start after that goes back to the version that runs now.`,
  restart: 'Restart to use it',
  restartQuestion: 'Restart this PC now?',
  restartNo: 'Not now',

  powerOff: 'Turn this PC off',
  powerOffQuestion: 'Turn this PC off?',
  powerOffNo: 'Keep it on',

  diskTitle: 'Files on a USB disk',
  diskIntro:
    'Media come from a USB disk, and shipments and backups go onto one. It is opened for that, and closed before it is pulled.',
  diskNone: 'No disk is plugged in that could be opened.',
  diskRead: 'Open to read',
  diskWrite: 'Open to save',
  diskReadOf: (disk: string): string => `Open to read: ${disk}`,
  diskWriteOf: (disk: string): string => `Open to save: ${disk}`,
  diskOpen: (device: string, write: boolean): string =>
    write ? `${device} is open: files can be saved on it.` : `${device} is open to read.`,
  diskClose: 'Close it',

  imagesTitle: 'Disk for images and media',
  imagesIntro:
    'Disk images and media take the most room. They can lie on a disk beside the stick: it is erased, and encrypted with a key that lies on this stick. Media that are on the stick stay there; what is received from then on goes onto the disk. Records and settings stay on the stick.',
  imagesWhere: 'Images and new media go onto',
  imagesOnStick: 'the stick',
  imagesMissing: (disk: string): string => `${disk}, which is not there: no drive is written`,
  imagesOpen: 'Open it',
  imagesForget: 'Stop using it',
  imagesForgetQuestion: (media: readonly string[]): string =>
    `Stop using this disk? Disk images and media go onto the stick again, and nobody can read those on the disk any more.${
      media.length === 0 ? '' : ` These media are then in no library: ${media.join(', ')}.`
    }`,
  imagesKeep: 'Keep it',
  imagesNone: 'No disk is plugged in that could be used. To use a disk of this PC, unlock it above first.',
  imagesUse: 'Use this disk',
  imagesUseOf: (disk: string): string => `Use this disk: ${disk}`,
  imagesUseQuestion: (disk: string): string =>
    `Erase all that is on ${disk}, and use it for disk images and media?`,
  imagesAgain: 'Use a disk that was written?',
  imagesAgainExplained: (disk: string): string =>
    `All that is on ${disk} is erased. Make sure that nobody waits for it; the reason is kept in the record.`,
  imagesUseYes: 'Erase and use it',
  imagesUseNo: 'Leave it',

  ownTitle: "This PC's own disks",
  ownIntro:
    'They were in this PC when the station started, and are not written. To write one on purpose, scan or type the serial of this PC, which is on its label. The next start locks it again.',
  ownNone: "None of this PC's own disks is locked.",
  machine: (disk: string): string => `Serial of this PC, to unlock ${disk}`,
  unlock: 'Unlock this disk',
  unlocked: (disk: string): string => `${disk} can be written until the next start.`,
};
