import { refused, type ErrorMeaning } from './error-meaning';

/** Errors of boot loaders and of the certificates that firmware trusts. Part of the table in error-reference.ts. */
export const loaderErrors = {
  'loader-missing': refused(
    'The image has no boot manager for machines that trust the chosen certificates of Microsoft.',
    'No drive was touched. Ask the enterprise for media with that boot manager, or choose the loader as it is on the media (--loader as-is).',
  ),
  'loader-not-windows': refused(
    "The loader of the media is not Windows' own boot manager, and Prestage does not replace it.",
    'No drive was touched. Choose the loader as it is on the media (--loader as-is), or ask the enterprise for media with another loader.',
  ),
  'loader-not-trusted': refused(
    'The machines trust certificates with which they would not start this media, and the station was told to refuse that.',
    'No drive was touched. Choose another loader (--loader), ask the enterprise for other media, or check what the machines trust (--firmware-trust).',
  ),
  'firmware-trust-unknown': refused(
    "Media that machines would not start is to be refused, and nobody said which of Microsoft's certificates a machine trusts.",
    'No drive was touched. Say it in the work order (firmware trust), in the settings (firmwareTrust), or with --firmware-trust 2011, 2023 or both; or do not require it (--require-loader, require in the settings).',
  ),
  'firmware-keys-missing': refused(
    'A boot test cannot trust the certificates that were asked for: they are neither in the firmware (package ovmf) nor in the loader of the drive.',
    'The drive was only read, and nothing was recorded. Install a newer package ovmf, or run the boot test without --firmware-keys.',
  ),
} as const satisfies Readonly<Record<string, ErrorMeaning>>;
