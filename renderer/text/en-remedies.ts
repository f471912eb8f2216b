import { errorReference } from '../../core/base/error-reference';
import type { ErrorCode } from '../../core/base/errors';

/**
 * What to do now, in the app, where the general remedy of an error is for the command line: a station on a stick has none. Of each error
 * of which the app may have to tell that; the rest is said as the station says it.
 */
export const remedies: Readonly<Partial<Record<ErrorCode, string>>> = {
  // drives and machines
  'drive-not-found': 'Nothing was touched. Press “Look for drives” on the bench, then choose again.',
  'drive-busy':
    'Nothing was written to it. Close the program that uses it, or choose another drive. If it is erasing itself, let that come to its end first: Erase, in its details.',
  'drive-locked':
    'Nothing was touched. Unlock or reset the drive, then look for drives again. If it is an erase of this station that locked it, let that come to its end first: Erase, in its details.',
  'serial-already-shipped':
    'Nothing was touched. Scan the serial again. To write another drive for this machine on purpose, give a reason where it is asked for.',
  'drive-holds-finished':
    'Nothing was touched. Choose another drive. To write this one on purpose, give a reason where it is asked for.',
  'drive-failed-before':
    'Nothing was touched. Choose another drive. To try this one again on purpose, check it and its connection, then give a reason where it is asked for.',
  'sanitise-too-weak': 'Nothing was touched. Set the drive aside, or demand less in Settings, Station.',
  'driver-pack-missing':
    'Nothing was touched. Name the model in the work order, use a media file that has a pack for it, or do not require packs in Settings.',
  // work orders and shipments
  'order-not-open': 'Open one first, on Order.',
  'order-mismatch': 'Nothing was touched. Follow the work order, or allow the machine on Order.',
  'order-unfinished': 'Finish them, remove pairings that are not started, or leave machines out on Order.',
  'return-unknown':
    'Nothing was recorded. Check the label of the old computer. If it came back anyway, say so on Order, with a note.',
  'return-ambiguous': 'Nothing was recorded. Say on Order which machine replaced it.',
  'shipment-empty': 'Nothing was recorded. The Log shows what is finished.',
  'record-not-found': 'The Log shows the entries.',
  'label-refused': 'Write the drive, then print the label.',
  'label-not-printed':
    'Look at the printer and its queue, then print the label again: on the card of the drive, or on Ship.',
  // the station
  'ledger-broken':
    'Nothing was changed. “Verify ledger” on Log shows what is wrong. Then restore a backup in Settings, or move the state folder away to start a new ledger and keep the old one as evidence.',
  'state-unavailable': 'Check that the folder is there and that you can write to it.',
  'state-not-empty': 'Nothing was changed. Choose to replace it: the old state is then kept beside it.',
  'render-no-space':
    'Make room on the disk of this computer, or clear the disk images that are kept, in Settings. Then try again.',
  'render-failed':
    'No drive was touched. Try again. If it happens again, check the disk with the image cache; its file system must be ext4, XFS or Btrfs without compression.',
  'helper-died':
    'Drives that were being written are not finished: write them again. If it happens again, save a support bundle (Settings, Support) and report it.',
  usage: 'Correct what the message names.',
  internal:
    'Writing has stopped. Save a support bundle (Settings, Support), then report the error with that file.',
  // media
  'media-image-missing': 'Choose one of its images.',
  'media-manifest-invalid':
    'Nothing was touched. Ask the sender for the manifest again, or for the SHA-256 to enter on Media. Do not compute it from your copy.',
  'recipe-unreadable': 'Check that the file is there and that you may read it, then choose it again.',
  'media-variables-missing':
    'It has no password then, and its dates are not in it. Choose the recipe instead.',
  'media-variables-damaged':
    'Compare the SHA-256 of the media with the one that the enterprise sent. If it is right, choose the recipe instead.',
  'delivery-key-unknown':
    'Nothing was added to the library. Ask the sender, by telephone or in person, which key it is and what its fingerprint is. Then trust it here, and continue.',
  'delivery-older':
    'Nothing was added to the library. Ask the sender which one is meant. To receive the older one on purpose, receive its folder, and give a reason.',
  'delivery-other-media':
    'Nothing was added to the library. Ask the sender which name is meant. If it is the new one, remove the old media from the library first.',
  'delivery-base-missing':
    'Nothing was added to the library. Receive the named media first, or choose its file if it lies elsewhere. Or ask the sender to send the media whole.',
  'difference-too-long': 'Nothing was added to the library. Ask the sender to send the media whole.',
  'key-known':
    'Nothing was changed. To replace a key, or the name that it is kept under, forget the old one first, on Media. If it is another key, ask the sender before, by telephone or in person.',
  'key-not-found': 'Media shows which keys are trusted.',
  'library-not-found': 'Media shows what is in the library.',
  'library-damaged': 'Nothing was touched. Remove it from the library on Media, then receive it again.',
  // boot loader and boot test
  'loader-missing':
    'No drive was touched. Ask the enterprise for media with that boot manager, or choose the loader as it is on the media, in Settings.',
  'loader-not-windows':
    'No drive was touched. Choose the loader as it is on the media, in Settings, or ask the enterprise for media with another loader.',
  'loader-not-trusted':
    'No drive was touched. Choose another loader in Settings, ask the enterprise for other media, or check there what the machines trust.',
  'firmware-trust-unknown':
    'No drive was touched. Say it in the work order (firmware trust) or in Settings, or do not require it there.',
  'firmware-keys-missing':
    'The drive was only read, and nothing was recorded. Install a newer package ovmf, or choose other certificates in Settings.',
  // the rack
  'rack-not-served': 'Serve the rack on Machines, then try again.',
  'rack-machine-unknown':
    'Look at Machines: it lists the machines and their codes. Switch the machine on, or admit it there.',
  'rack-disk-unclear':
    'Nothing was touched. Choose another rule for the disk on Machines, or choose the disk on the bench.',
  'boot-interface':
    'No machine was started. Choose another interface on Machines: each says why it cannot be used.',
  'boot-port':
    'No machine was started. End the other program on this computer, which uses UDP port 67 or 69. Then try again.',
  'boot-image': 'No machine was started. Choose an image of the version of this station on Machines.',
  // another station
  'rack-wrong-station':
    'Nothing was fetched. Compare the fingerprint with the one on the Machines screen of that station.',
  'rack-outdated': 'Nothing was fetched. Bring both stations to the same version of Prestage.',
  'rack-protocol': 'Nothing was fetched. Try again. If it happens again, report it.',
  'mirror-turned-away':
    'Nothing was fetched. Ask again: this station then waits on the Machines screen there, with another code. Whoever works there compares it and admits it.',
  'mirror-not-held': 'Look again at what that station has.',
  // what is said for one case names a command, and the general remedy does as well
  ...general('drive-too-large', 'table-mismatch', 'serial-invalid', 'serial-placeholder', 'media-corrupt'),
};

function general(...codes: readonly ErrorCode[]): Partial<Record<ErrorCode, string>> {
  return Object.fromEntries(codes.map((code) => [code, errorReference[code].remedy]));
}
