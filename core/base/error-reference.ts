/**
 * Every error a user can meet: what it means and what to do now. Codes are stable, because scripts and ledgers rely
 * on them. The remedy here is the general one: an error that is raised without a remedy of its own has it
 * (core/base/errors.ts), and docs/reference/errors.md is made from this table.
 */

/** What a command's exit code is when it ends with an error; station/cli/exit-codes.ts says what each means. */
export type ErrorExitCode = 1 | 2 | 3 | 4 | 130;

export interface ErrorMeaning {
  /** What has happened. Whole sentences, without a drive or a file. */
  readonly meaning: string;
  /** What to do now. Whole sentences. */
  readonly remedy: string;
  /** First the exit code of a command that this error stops; then others that the error can come with. */
  readonly exitCodes: readonly [ErrorExitCode, ...ErrorExitCode[]];
}

/** Stops a command before anything was touched. */
const refused = (meaning: string, remedy: string): ErrorMeaning => ({ meaning, remedy, exitCodes: [3] });
/** Happens to a drive while it is written, read or started; the other drives go on. */
const failed = (meaning: string, remedy: string): ErrorMeaning => ({ meaning, remedy, exitCodes: [4] });
/** Stops a command before anything was touched, or happens while drives are written. */
const either = (meaning: string, remedy: string): ErrorMeaning => ({ meaning, remedy, exitCodes: [3, 4] });

const copyAgain =
  'Copy the media again from where it came from, and compare its SHA-256. If the error persists, ask the enterprise to send it again.';
const installAgain = 'Install Prestage again (in a checkout: npm run setup), then start again.';

export const errorReference = {
  // media
  'media-not-found': refused(
    'There is no media file at this path.',
    'Check the path, and that the disk or share with the media is connected.',
  ),
  'media-unreadable': refused(
    'The media is there but cannot be read: it is not a regular file, you may not read it, or its disk or share fails.',
    'Check the permissions of the file and the disk or share it is on. If in doubt, copy it to another disk and try again.',
  ),
  'media-not-a-wim': refused(
    'The file is not a WIM, ESD or SWM file.',
    'Choose the .wim, .esd or .swm file that the enterprise sent. If it is that file, copy it again.',
  ),
  'media-truncated': refused('The media is cut off: it is shorter than its own header says.', copyAgain),
  'media-corrupt': refused('The media is damaged.', copyAgain),
  'media-encrypted': refused(
    'The media is an encrypted ESD. Its content can only be read with a key that is not in it.',
    'Ask the enterprise for a WIM that is not encrypted.',
  ),
  'media-part-missing': refused(
    'The media is a split set, and a part is missing, is there twice, or belongs to another set.',
    'Put all parts of the set into one folder, each once, then try again.',
  ),
  'media-image-missing': refused(
    'The media has no image with this index.',
    'Choose one of its images: "prestage media inspect FILE" lists them.',
  ),
  'media-unsafe-names': refused(
    'The media has a file name or a link in it that must not be applied.',
    'Do not use this media. Ask the enterprise to make it again.',
  ),
  'media-hash-mismatch': refused(
    'The SHA-256 of the media is not the expected one.',
    'Nothing was touched. Copy the file again from its source, with its manifest. If the error persists, ask the sender.',
  ),
  'media-manifest-invalid': refused(
    'The manifest beside the media cannot be read, contradicts itself, or does not name the file.',
    'Nothing was touched. Get the manifest from the sender again, or give the SHA-256 with --expect-sha256.',
  ),
  'media-changed': refused(
    'The media file changed while it was read, or since it was checked.',
    'Wait until the copy to this machine has finished, then start again.',
  ),
  // drives
  'drive-listing-failed': refused(
    'The drives of this machine could not be listed.',
    'Nothing was written. Try again. If the error persists, run lsblk and see what it says.',
  ),
  'drive-not-found': refused(
    'No drive has this id, or the drive was taken out.',
    "List the drives with 'prestage drives' and use the id shown there.",
  ),
  'drive-blocked': refused(
    'The drive must not be written: it is in use, read-only or unsuitable. The message gives every reason.',
    'Nothing was written to it. Choose another drive.',
  ),
  'drive-changed': refused(
    'The drive in this place is not the one that was confirmed.',
    'Nothing was written to it. List the drives again and choose again.',
  ),
  'drive-busy': refused(
    'The drive is in use by this machine, by another program or by another batch.',
    'Nothing was written to it. Stop the program that uses it, or choose another drive.',
  ),
  'drive-not-permitted': refused(
    'You may not write to the drive, or it is write-protected.',
    'Ask whoever looks after this station.',
  ),
  'drive-repeated': refused(
    'One drive was given for two machines.',
    'Nothing was touched. Give each drive to one machine only.',
  ),
  'drive-read-failed': failed('The drive could not be read back.', 'Set the drive aside: it is failing.'),
  'drive-write-failed': failed('The drive refused a write.', 'Set the drive aside: it is failing.'),
  'drive-stalled': failed(
    'The drive has stopped answering.',
    'Take the drive out and set it aside. Do not ship it.',
  ),
  'drive-gone': either(
    'The drive was taken out, has lost its connection, or ends before the size it claims.',
    'Check that it sits firmly in its bay, then list the drives again.',
  ),
  'verify-mismatch': failed(
    'The drive gave back other data than was written to it.',
    'Set the drive aside: it cannot be trusted.',
  ),
  'table-mismatch': failed(
    'The drive does not hold the partition table that was written to it.',
    'Write the drive again. If it happens again, set the drive aside.',
  ),
  'rehearsal-failed': failed(
    'The drive did not start in the virtual machine.',
    'Look at the picture of the display. Do not ship the batch before you know why.',
  ),
  // machines
  'serial-invalid': refused(
    'The text is not the serial of a machine.',
    'Nothing was touched. Scan the serial on the label of the machine itself.',
  ),
  'serial-placeholder': refused(
    'The text stands where a serial should be, but many machines have it ("To be filled by O.E.M.").',
    'Nothing was touched. Scan the serial on the label of the machine itself.',
  ),
  'serial-repeated': either(
    'One machine was given two drives, or another batch is writing a drive for it.',
    'Nothing was touched. Give each machine one drive only; scan the second machine again.',
  ),
  'serial-already-shipped': either(
    'This station has already finished a drive for the machine.',
    'Nothing was touched. Scan the serial again. If the machine is to be done again, give the reason (--again REASON).',
  ),
  'machine-contradicts': refused(
    'The order, the label and the firmware do not say the same of the machine.',
    'Nothing was touched. Check that it is the right machine and that its label was read in full. If the order is wrong, ask the enterprise for a new one.',
  ),
  // orders and shipments
  'order-invalid': refused(
    'The work order cannot be read, or contains something that cannot be used.',
    'Nothing was opened. Correct the order, or ask the enterprise for a new one.',
  ),
  'order-open': refused(
    'Another work order is open on this station.',
    'Nothing was opened. Finish that order and close it first.',
  ),
  'order-not-open': refused(
    'No work order is open on this station.',
    'Open one first: prestage order open FILE.',
  ),
  'order-mismatch': either(
    'What was asked for is not what the open work order says.',
    'Nothing was touched. Do what the order says, or add an exception: prestage order except SERIAL --reason TEXT.',
  ),
  'order-unfinished': refused(
    'The work order still has open machines, so it cannot be closed.',
    'Finish them, take paired ones apart, or say why each is left out: prestage order except SERIAL --reason TEXT.',
  ),
  'shipment-empty': refused(
    'There is no finished machine to ship.',
    'Nothing was recorded. See "prestage ledger list" for what is finished.',
  ),
  'shipment-refused': refused(
    'A machine must not go into this shipment, or the shipment cannot be closed like this.',
    'Nothing was recorded. Do what the message says, or leave the machine out.',
  ),
  'shipment-invalid': refused(
    'The file is not the bundle of a shipment, or it is damaged.',
    'Do not use what is in it. Ask the depot to send it again ("prestage ship --again").',
  ),
  // layout and disk image
  'layout-unknown': refused(
    'There is no layout with this name.',
    'Choose one of the layouts that "prestage apply --help" lists.',
  ),
  'drive-too-small': refused(
    'The image does not fit on the drive with this layout.',
    'No drive was touched. Use a larger drive or another layout.',
  ),
  'render-no-space': refused(
    'This station has too little free space to prepare the disk image.',
    "No drive was touched. Free space on this machine, or clear the cache with 'prestage cache clear'.",
  ),
  'render-failed': refused(
    'The disk image could not be prepared from the media.',
    'No drive was touched. Try again. If the error persists, check the disk that holds the image cache.',
  ),
  'render-damaged': either(
    'The prepared disk image is damaged.',
    'Start again: it is made again from the media. If it happens again, check the disk that holds the cache.',
  ),
  'boot-files-too-large': refused(
    'The boot files of the media do not fit on the EFI partition of this layout.',
    'No drive was touched. Choose a layout with a larger EFI partition, such as configmgr-uefi.',
  ),
  'boot-store-invalid': refused(
    'The boot store of the media (EFI\\Microsoft\\Boot\\BCD) cannot be read or changed.',
    'No drive was touched. Ask the enterprise to make the media again, as bootable prestaged media.',
  ),
  // virtual drives
  'bench-invalid': refused(
    'The folder is not a bench of virtual drives, or none can be made there.',
    'Check the folder name, or make a bench with: prestage bench create DIR --drives 4 --size 8G',
  ),
  'bench-exists': refused(
    'The folder for the new bench already exists and is not empty.',
    'Give another folder, or remove the bench in it first with: prestage bench remove DIR',
  ),
  'bench-in-use': refused(
    'A virtual drive of the bench is attached as a loop device.',
    'Detach it (sudo losetup --detach DEVICE), then remove the bench again.',
  ),
  // jobs
  'job-interrupted': failed(
    'The station stopped while a drive was written.',
    'Choose the media, then write the drive again. Until then it has no partition table.',
  ),
  // ledger and state
  'ledger-broken': either(
    'The ledger is not as this station wrote it: it was changed, or is damaged.',
    'Nothing was changed. Run "prestage ledger verify" to see what is wrong. Then restore the state folder from a backup, or move it away to begin a new ledger, and keep the old one as evidence.',
  ),
  'ledger-unavailable': either(
    'The ledger cannot be opened, read or written now. What is recorded is not affected.',
    'Check that you may write in the state folder, that its disk is not full, and that no other program holds the ledger. Then try again.',
  ),
  'ledger-key-unsafe': refused(
    'The private key of the station is missing, cannot be used, or can be read by other users.',
    'Restore the key from a backup, or put its permissions right: it must belong to you, with mode 0600.',
  ),
  'record-not-found': refused(
    'The ledger of this station does not have the entry, job or shipment.',
    'See "prestage ledger list" for the entries there are.',
  ),
  'state-unavailable': refused(
    'A folder or file of the station cannot be read or written.',
    'Check that the path is right and that you may write there, or name another folder with --state.',
  ),
  'settings-invalid': refused(
    'The settings file is not valid.',
    'Correct the file, or delete it to go back to the defaults.',
  ),
  // the plant's database
  'fleet-invalid': refused(
    'What was given to reach the plant’s database cannot be used.',
    'Nothing was sent. Correct what the message names, on the command line or in settings.json.',
  ),
  'fleet-unavailable': either(
    'The plant’s database cannot be reached, or cannot answer now.',
    'Nothing is lost: the entries stay on the station and are pushed when the database answers again. If this lasts, tell whoever looks after the plant’s database.',
  ),
  'fleet-refused': either(
    'The plant’s database refused the station or its entries.',
    'Nothing is lost: the entries stay on the station. Tell whoever looks after the plant’s database.',
  ),
  // tools, helper, privilege
  'tool-missing': refused(
    'A program that Prestage needs is not installed.',
    'Install the package that the message names, then try again.',
  ),
  'tool-failed': refused(
    'A program that Prestage uses failed.',
    'Try again. If the error persists, check the installation of the package that the message names.',
  ),
  'helper-missing': refused('The helper, the program that opens drives, is not installed.', installAgain),
  'helper-died': either(
    'The helper, the program that opens drives, did not start or ended unexpectedly.',
    'Drives that were being written are not finished: write them again. If it happens again, report the lines above.',
  ),
  'helper-protocol': either('The station and its helper do not understand each other.', installAgain),
  'helper-outdated': refused('The station and its helper are of different versions.', installAgain),
  'privilege-unavailable': refused(
    'Real drives need administrator rights, and this computer has no way to ask for them.',
    'Install the package sudo or the package pkexec.',
  ),
  'privilege-denied': refused(
    'You were not given the rights to open the drives.',
    'Start again and enter the password, or ask an administrator of this station.',
  ),
  // the operator
  'not-confirmed': refused(
    'Nobody confirmed that the drives may be erased.',
    'Nothing was touched. Look at the list of drives again, then start.',
  ),
  'not-permitted': refused(
    'A window of the app asked for something that it must not have.',
    'Nothing was done. Close Prestage and start it again. If the error persists, install it again.',
  ),
  usage: {
    meaning: 'The command line is wrong, or a file it names cannot be read or written.',
    remedy: 'Correct what the message names. Every command explains itself with --help.',
    exitCodes: [2],
  },
  cancelled: {
    meaning: 'The operator cancelled.',
    remedy: 'Start it again when you are ready.',
    exitCodes: [130],
  },
  // a bug of ours
  internal: {
    meaning: 'Prestage met an error it does not know: a bug.',
    remedy: 'Nothing more is written. Report this with the text above.',
    exitCodes: [1, 4],
  },
} as const satisfies Readonly<Record<string, ErrorMeaning>>;

export type ErrorCode = keyof typeof errorReference;

/** Every code, in the table's order. */
export const errorCodes = Object.keys(errorReference) as [ErrorCode, ...ErrorCode[]];
