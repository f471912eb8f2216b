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
  again: 'The same again',
  differs: 'The two are not the same.',
  keyStick: 'Use a key stick',
  working: 'This takes up to a minute. Leave the stick where it is. The app then starts again.',
  restarts: 'The app starts again in a moment.',
  scanAgain: 'The scan was not whole. Scan it again.',

  stationTitle: 'Set up this station',
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
  powerOff: 'Turn this PC off',
  powerOffQuestion: 'Turn this PC off?',
  powerOffNo: 'Keep it on',

  ownTitle: "This PC's own disks",
  ownIntro:
    'They were in this PC when the station started, and are not written. To write one on purpose, scan or type the serial of this PC, which is on its label. The next start locks it again.',
  ownNone: "None of this PC's own disks is locked.",
  machine: (disk: string): string => `Serial of this PC, to unlock ${disk}`,
  unlock: 'Unlock this disk',
  unlocked: (disk: string): string => `${disk} can be written until the next start.`,
};
