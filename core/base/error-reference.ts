import { either, failed, refused, type ErrorMeaning } from './error-meaning';
import { bootErrors } from './errors-of-boot';
import { deliveryErrors } from './errors-of-delivery';
import { loaderErrors } from './errors-of-loader';
import { healthErrors } from './errors-of-health';
import { liveErrors } from './errors-of-live';
import { machineFileErrors } from './errors-of-machine-files';
import { driverErrors } from './errors-of-drivers';
import { mediaErrors } from './errors-of-media';
import { rackErrors } from './errors-of-rack';
import { recipeErrors } from './errors-of-recipe';
import { sanitiseErrors } from './errors-of-sanitise';

const installAgain = 'Reinstall Prestage (in a checkout: npm run setup), then start again.';

/**
 * Every error a user can meet: what it means and what to do now. Codes are stable, because scripts and ledgers rely
 * on them. The remedy here is the general one: an error that is raised without a remedy of its own has it
 * (core/base/errors.ts), and docs/reference/errors.md is made from this table.
 */
export const errorReference = {
  ...mediaErrors,
  ...machineFileErrors,
  ...loaderErrors,
  ...deliveryErrors,
  ...recipeErrors,
  ...sanitiseErrors,
  ...driverErrors,
  ...healthErrors,
  ...liveErrors,
  ...rackErrors,
  ...bootErrors,
  // drives
  'drive-listing-failed': refused(
    'The drives of this computer could not be listed.',
    'Nothing was written. Try again. If it happens again, run lsblk in a terminal and check its output.',
  ),
  'drive-not-found': refused(
    'No drive has this ID, or the drive was removed.',
    "List the drives with 'prestage drives' and use the ID shown there.",
  ),
  'drive-blocked': refused(
    'The drive cannot be written: it is in use, read-only or unsuitable. The message gives every reason.',
    'Nothing was written to it. Choose another drive.',
  ),
  'drive-changed': refused(
    'The drive in this bay is not the drive that was confirmed.',
    'Nothing was written to it. List the drives again and choose one.',
  ),
  'adapter-differs': refused(
    'The drive is presented with another size or other sectors than when it was written, so it cannot be compared.',
    'The drive was only read, and nothing was recorded. Connect it as it was when it was written: directly, or through an adapter that presents the same sectors.',
  ),
  'drive-busy': refused(
    'The drive is in use by this computer, another program or another batch.',
    'Nothing was written to it. Close the program that uses it, or choose another drive.',
  ),
  'drive-not-permitted': refused(
    'You do not have permission to write to the drive, or it is write-protected.',
    'Ask the administrator of this station.',
  ),
  'drive-repeated': refused(
    'One drive was given for two machines.',
    'Nothing was touched. Assign each drive to one machine only.',
  ),
  'drive-read-failed': failed('The drive could not be read back.', 'Set the drive aside: it is failing.'),
  'drive-write-failed': failed('The drive failed to write.', 'Set the drive aside: it is failing.'),
  'drive-stalled': failed(
    'The drive has stopped responding.',
    'Remove the drive and set it aside. Do not ship it.',
  ),
  'drive-gone': either(
    'The drive was removed, lost its connection, or is smaller than it reports.',
    'Check that it is firmly in its bay, then list the drives again.',
  ),
  'verify-mismatch': failed(
    'The drive returned different data than was written to it.',
    'Set the drive aside: it cannot be trusted.',
  ),
  'table-mismatch': either(
    'The drive does not have the partition table that was written to it.',
    'Write the drive again. If it happens again, set the drive aside.',
  ),
  'rehearsal-failed': failed(
    'The drive did not boot in the virtual machine.',
    'Check the picture of the display. Do not ship the batch until you know why.',
  ),
  // machines
  'serial-invalid': refused(
    'The text is not a valid machine serial.',
    'Nothing was touched. Scan the serial on the label of the machine itself.',
  ),
  'serial-placeholder': refused(
    'The text is a placeholder that many machines have instead of a serial ("To be filled by O.E.M.").',
    'Nothing was touched. Scan the serial on the label of the machine itself.',
  ),
  'serial-repeated': either(
    'A machine was given twice, or another batch is writing a drive for it.',
    'Nothing was touched. Assign one drive to each machine; scan the second machine again.',
  ),
  'serial-already-shipped': either(
    'The machine already has a finished drive, recorded in the ledger of this station.',
    'Nothing was touched. Scan the serial again. To write another drive for this machine on purpose, give a reason (--again REASON).',
  ),
  'drive-holds-finished': refused(
    'The drive holds the finished image of a machine, by the ledger of this station.',
    'Nothing was touched. Choose another drive. To write this one on purpose, give a reason (--again REASON).',
  ),
  'drive-failed-before': refused(
    'The last job of this drive failed after it had begun to write, by the ledger of this station.',
    'Nothing was touched. Choose another drive. To try this one again on purpose, check it and its connection, then give a reason (--again REASON).',
  ),
  'machine-contradicts': refused(
    'The work order, the label and the firmware do not agree about the machine.',
    'Nothing was touched. Check that it is the right machine and that its label was read completely. If the work order is wrong, ask the enterprise for a new one.',
  ),
  // orders and shipments
  'order-invalid': refused(
    'The work order cannot be read, or contains a value that cannot be used.',
    'Nothing was opened. Correct the file, or ask the enterprise for a new one.',
  ),
  'order-open': refused(
    'Another work order is already open on this station.',
    'Nothing was opened. Finish and close that work order first.',
  ),
  'order-not-open': refused(
    'No work order is open on this station.',
    'Open one first: prestage order open FILE',
  ),
  'order-mismatch': either(
    'The request does not match the open work order.',
    'Nothing was touched. Follow the work order, or add an exception: prestage order except SERIAL --reason TEXT',
  ),
  'return-unknown': refused(
    'No work order of this station says that this computer is replaced.',
    'Nothing was recorded. Check the label of the old computer. If it came back anyway, say so: prestage machine returned SERIAL --note TEXT',
  ),
  'return-ambiguous': refused(
    'Several work orders say that this computer is replaced, each by another machine.',
    'Nothing was recorded. Say which machine replaced it: prestage machine returned SERIAL --replaced-by MACHINE',
  ),
  'return-repeated': refused(
    'The return of this computer is recorded already.',
    'Nothing was recorded. Check the label: another computer may have the same name.',
  ),
  'order-unfinished': refused(
    'The work order cannot be closed, because some of its machines are still open.',
    'Finish them, remove pairings that are not started, or leave machines out: prestage order except SERIAL --reason TEXT',
  ),
  'shipment-empty': refused(
    'There is no finished machine to ship.',
    'Nothing was recorded. To see what is finished, run: prestage ledger list',
  ),
  'shipment-refused': refused(
    'A machine cannot go into this shipment, or the shipment cannot be closed as it is.',
    'Nothing was recorded. Follow the message, or leave the machine out.',
  ),
  'shipment-invalid': refused(
    'The file is not the bundle of a shipment, or it is damaged.',
    'Do not use its contents. Ask the depot to send it again ("prestage ship --again").',
  ),
  // layout and disk image
  'layout-unknown': refused(
    'There is no layout with this name.',
    'Choose one of the layouts listed by: prestage apply --help',
  ),
  'drive-too-small': refused(
    'The drive is too small for the image with this layout.',
    'No drive was touched. Use a larger drive or another layout.',
  ),
  'drive-too-large': refused(
    'The drive is larger than NTFS, or the file system of the image cache, can hold.',
    'No drive was touched. Use a smaller drive.',
  ),
  'render-no-space': refused(
    'This computer does not have enough free space for the disk image.',
    "No drive was touched. Free some space on this computer, or clear the image cache with 'prestage cache clear'.",
  ),
  'render-failed': refused(
    'The disk image could not be made from the media.',
    'No drive was touched. Try again; if it happens again, check the disk with the image cache.',
  ),
  'render-damaged': either(
    'The disk image is damaged.',
    'Start again: the disk image is then made again from the media. If it happens again, check the disk with the image cache.',
  ),
  'boot-files-too-large': refused(
    'The boot files of the media do not fit on the EFI partition of this layout.',
    'No drive was touched. Choose a layout with a larger EFI partition, such as configmgr-uefi.',
  ),
  'boot-files-invalid': refused(
    'The boot files of the media cannot be put on an EFI partition, which has the file system FAT32.',
    'No drive was touched. Ask the enterprise to correct these files in the EFI folder and create the media again.',
  ),
  'recovery-too-large': refused(
    'Winre.wim of the media does not fit on the Recovery partition of this layout.',
    'No drive was touched. Choose a layout with a larger Recovery partition, or uefi, which has none.',
  ),
  'boot-store-invalid': refused(
    'The boot store of the media (EFI\\Microsoft\\Boot\\BCD) cannot be read or changed.',
    'No drive was touched. Ask the enterprise to create the media again, as bootable prestaged media.',
  ),
  // labels
  'label-refused': refused(
    'A label says that a drive passed, and the ledger has no passed job for it.',
    'Write the drive, or read it again (prestage verify), then print the label.',
  ),
  'label-not-printed': either(
    'The label printer or its print queue did not take the label. Drives and records are as they are.',
    'Look at the printer and its queue (prestage label queues), then print the label again: on the card of the drive, on Ship, or with prestage label print.',
  ),
  // virtual drives
  'bench-invalid': refused(
    'The folder is not a virtual bench, or no virtual bench can be created there.',
    'Check the folder name, or create a virtual bench: prestage bench create DIR --drives 4 --size 8G',
  ),
  'bench-exists': refused(
    'The folder for the new virtual bench already exists and is not empty.',
    'Choose another folder, or first remove the virtual bench in it: prestage bench remove DIR',
  ),
  'bench-in-use': refused(
    'A virtual drive of this virtual bench is attached as a loop device.',
    'Detach it (sudo losetup --detach DEVICE), then remove the virtual bench again.',
  ),
  // jobs
  'job-interrupted': failed(
    'Prestage stopped while the drive was being written.',
    'Choose the media, then write the drive again. Until then, it has no partition table.',
  ),
  // ledger and state
  'ledger-broken': either(
    'The ledger is not as this station wrote it: it was changed or is damaged.',
    'Nothing was changed. Run "prestage ledger verify" to see what is wrong. Then restore the state folder from a backup, or move it away to start a new ledger and keep the old one as evidence.',
  ),
  'ledger-unavailable': either(
    'The ledger cannot be opened, read or written now. Existing entries are not affected.',
    'Check that you can write to the state folder, that its disk is not full, and that no other program has locked the ledger. Then try again.',
  ),
  'ledger-key-unsafe': refused(
    'The private key of the station is missing, cannot be used, or can be read by other users.',
    'Restore the key from a backup, or correct its permissions: it must belong to you and have mode 0600.',
  ),
  'record-not-found': refused(
    'The ledger of this station does not have this entry, job or shipment.',
    'To see the entries, run: prestage ledger list',
  ),
  'state-unavailable': refused(
    'A folder or file of this station cannot be read or written.',
    'Check that the path is correct and that you can write to it, or give another folder with --state.',
  ),
  'disk-unwritable': either(
    'A disk of this computer is full, read-only or failing: a file of Prestage could not be written.',
    'Nothing was written to a drive because of it. Free some space on the disk named in the message, then try again.',
  ),
  'settings-invalid': refused(
    'The settings file is not valid.',
    'Correct the file, or delete it to restore the defaults.',
  ),
  // the plant database
  'fleet-invalid': refused(
    'The connection settings for the plant database are not valid.',
    'Nothing was sent. Correct the value in the message, on the command line or in settings.json.',
  ),
  'fleet-unavailable': either(
    'The plant database cannot be reached, or cannot respond now.',
    'Nothing is lost: the entries stay on the station and are pushed when the database is available again. If this continues, tell the administrator of the plant database.',
  ),
  'fleet-refused': either(
    'The plant database refused this station or its entries.',
    'Nothing is lost: the entries stay on the station. Tell the administrator of the plant database.',
  ),
  'fleet-server-old': refused(
    'The server of the plant database is older than Prestage needs, or does not tell its version.',
    'Nothing was sent or changed. The administrator of the plant database must upgrade the server. Entries stay on the station until then.',
  ),
  // tools, helper, privilege
  'tool-missing': refused(
    'A program that Prestage needs is not installed.',
    'Install the package named in the message, then try again.',
  ),
  'tool-failed': refused(
    'A program that Prestage uses failed.',
    'Try again. If it happens again, reinstall the package named in the message.',
  ),
  'helper-missing': refused('The helper, the program that opens drives, is not installed.', installAgain),
  'helper-died': either(
    'The helper, the program that opens drives, did not start or ended unexpectedly.',
    'Drives that were being written are not finished: write them again. If it happens again, collect the log for support (prestage support bundle FILE.zip) and report it.',
  ),
  'helper-protocol': either('The app and the helper do not understand each other.', installAgain),
  'helper-outdated': refused('The app and the helper have different versions.', installAgain),
  'privilege-unavailable': refused(
    'Opening real drives needs administrator rights, but this computer has no way to ask for them.',
    'Install the package sudo or pkexec.',
  ),
  'privilege-denied': refused(
    'You were not given administrator rights to open the drives.',
    'Start again and enter the password, or ask the administrator of this station.',
  ),
  // the operator
  'not-confirmed': refused(
    'Erasing the drives was not confirmed.',
    'Nothing was touched. Check the list of drives again, then start.',
  ),
  'not-permitted': refused(
    'A window of the app sent a request that is not allowed.',
    'Nothing was done. Restart Prestage. If this happens again, reinstall it.',
  ),
  usage: {
    meaning: 'The command line is not valid, or a file in it cannot be read or written.',
    remedy: 'Correct what the message names. Every command has --help.',
    exitCodes: [2],
  },
  cancelled: {
    meaning: 'The operator cancelled the work.',
    remedy: 'Start again when you are ready.',
    exitCodes: [130],
  },
  // a bug of ours
  internal: {
    meaning: 'An unexpected error: a bug in Prestage.',
    remedy:
      'Writing has stopped. Collect the log for support (prestage support bundle FILE.zip), then report the error with that file.',
    exitCodes: [1, 4],
  },
} as const satisfies Readonly<Record<string, ErrorMeaning>>;

export type ErrorCode = keyof typeof errorReference;

/** Every code, in the table's order. */
export const errorCodes = Object.keys(errorReference) as [ErrorCode, ...ErrorCode[]];
