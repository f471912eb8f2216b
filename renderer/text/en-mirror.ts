import { formatBytes } from '../../core/base/display';
import { counted } from '../../core/base/plurals';
import type { Task } from '../../core/base/task';
import type { OfferState } from '../../core/contract/app-mirror';

const states: Readonly<Record<OfferState, string>> = {
  offered: 'not here',
  here: 'here already',
  got: 'got',
  unusable: 'other tool versions',
};

const things = (media: number, images: number): string =>
  [
    ...(media > 0 ? [counted(media, 'media', 'media')] : []),
    ...(images > 0 ? [counted(images, 'disk image', 'disk images')] : []),
  ].join(' and ');

/** Words for what is got from another station, on the Media screen. */
export const mirrorText = {
  open: 'Get from another station …',
  title: 'Get from another station',
  intro:
    'Media and disk images that another station has. Serve its rack on its Machines screen; its address and fingerprint stand there.',
  scan: 'Scan the code on that screen, or enter both here.',
  address: 'Address and port',
  addressHint: 'As in 192.168.77.1:7411. Its command for machines can be pasted here, too.',
  addressProblem: 'Enter an address and a port, as in 192.168.77.1:7411.',
  fingerprint: 'Fingerprint',
  fingerprintProblem: 'A fingerprint has 64 digits and letters from a to f.',
  ask: 'Ask this station',
  close: 'Close',
  cancel: 'Cancel',

  asking: (address: string): string => `Asking the station at ${address} …`,
  compare: (station: string): string => `Compare this code with the one that station ${station} shows`,
  compareHint:
    'That station shows a code on its Machines screen, under “Waiting to be admitted”. If the two codes are the same, press Admit there, or scan the code on this screen with that station’s scanner.',
  codeLabel: (code: string): string => `Barcode of the code ${code}`,
  waits: 'This screen then continues by itself.',

  of: (station: string, address: string): string => `Station ${station}, ${address}`,
  table: (station: string): string => `What station ${station} has`,
  columns: ['What', 'Name', 'Size', 'Here'],
  none: 'It has no media that was received, and no disk image.',
  media: 'Media',
  image: 'Disk image',
  mediaName: (name: string, version: string, revision: number): string =>
    `${name} ${version}, revision ${revision}`,
  imageOf: (index: number, layout: string, driveSize: number, sectorSize: number): string =>
    `Image ${index}, layout ${layout}, for drives from ${formatBytes(driveSize)}, sectors of ${sectorSize} bytes`,
  imageOfUnknown: (sha256: string): string => `of the media ${sha256.slice(0, 16)}…, which is not offered`,
  states,
  choose: (name: string): string => `Choose ${name}`,
  chooseImage: (name: string): string => `Choose the disk image: ${name}`,
  chooseHint:
    'A media file brings its disk images, so that this station need not make them. A disk image is only as good as the station that made it: the record of each drive names it.',
  get: (media: number, images: number, bytes: number): string =>
    media + images === 0 ? 'Get what is chosen' : `Get ${things(media, images)}, ${formatBytes(bytes)}`,
  again: 'Look again',

  getting: (name: string | null): string => (name === null ? 'Getting what was chosen' : `Getting ${name}`),
  imageName: (media: string): string => `a disk image of ${media}`,
  phase: (phase: Task['phase'] | null): string =>
    phase === null ? 'Asking the other station …' : phase === 'copying' ? 'Fetching' : 'Checking',
  progress: (percent: number, done: string, total: string): string => `${percent} %, ${done} of ${total}`,
  hint: 'You can keep working. What has arrived is kept if you cancel.',
  cancelling: 'Cancelling …',
  silent: (station: string): string => `Station ${station} does not answer`,
  silentHint:
    'It is asked again for two minutes, and what has arrived is kept. Check that it is serving its rack, and check the cable and the switch.',

  got: (station: string, media: number, images: number): string =>
    `${things(media, images)} came from station ${station}`,
  gotHint: 'It is recorded. A media file is in the library below, with its disk images.',
  cancelled: 'Transfer cancelled',
  cancelledHint: 'What has arrived is kept, and is not fetched again.',
  goOn: 'Go on',

  qr: 'For another station',
  qrHint: 'It gets media and disk images from here: Media, “Get from another station …”, then scan this.',
  qrLabel: 'QR code with the address and the fingerprint of this station',
};
