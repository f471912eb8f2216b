import { diskFaultOf, diskRefusal } from '../../core/base/disk-refusal';
import { driveLabel, type Drive } from '../../core/drive/drive';
import { assertNever, errorData, type ErrorCode, type ErrorData } from '../../core/base/errors';
import { smallerThanItSays } from '../../core/job/short-reasons';
import type { DriveEnd } from './drive-thread';

const gone: ReadonlySet<string> = new Set(['ENODEV', 'ENXIO', 'ENOMEDIUM']);

/** What the technician is told about a thread that did not end well. */
export function driveErrorOf(end: Exclude<DriveEnd, { type: 'done' | 'stopped' }>, drive: Drive): ErrorData {
  const label = driveLabel(drive);
  switch (end.type) {
    case 'stalled':
      return errorData({ code: 'drive-stalled', message: `The ${label} has stopped responding.` });
    case 'crashed':
      return {
        code: 'internal',
        message: `Writing the ${label} ended with an unexpected error.`,
        cause: end.detail,
        remedy:
          'Write the drive again. If it happens again, collect the log for support (prestage support bundle FILE.zip) and report it.',
      };
    case 'failed': {
      if (end.kind === 'size') {
        const message = `The ${label} is smaller than it says. ${end.detail}.`;
        return errorData({ code: 'drive-size-false', message, offset: end.offset });
      }
      const [code, what, general] = explain(end.kind, end.errno, label);
      const remedy =
        (end.kind === 'source' || end.kind === 'link' ? null : fileRemedy(end.errno, drive)) ?? general;
      return errorData({
        code,
        message: `${what} at byte ${end.offset}${end.chunk === null ? '' : ` (chunk ${end.chunk})`}.`,
        cause: end.errno === null ? null : `${end.errno}: ${end.detail}`,
        ...(remedy === undefined ? {} : { remedy }),
        offset: end.offset,
        ...(end.chunk === null ? {} : { chunk: end.chunk }),
      });
    }
    default:
      return assertNever(end);
  }
}

/**
 * A virtual drive is a file: what stops writing it is the disk that the file lies on, as long as that disk itself works.
 * @returns what to do; null for a real drive, and for what has nothing to do with that disk
 */
function fileRemedy(errno: string | null, { kind, path }: Drive): string | null {
  const fault = kind === 'virtual' ? diskFaultOf(errno) : null;
  if (fault === null || fault === 'failing') return null;
  const { message, remedy } = diskRefusal(fault, { what: 'the virtual bench', path }, null, null);
  return `The virtual drive is not at fault. ${message} ${remedy}`;
}

function explain(
  kind: Exclude<Extract<DriveEnd, { type: 'failed' }>['kind'], 'size'>,
  errno: string | null,
  label: string,
): [code: ErrorCode, what: string, remedy?: string] {
  if (kind === 'source') {
    return [
      'render-damaged',
      `The disk image for the ${label} could not be read correctly`,
      'The drive is not at fault. Write it again: the disk image is then checked and made again.',
    ];
  }
  if (kind === 'link') {
    return ['rack-no-bytes', `The image for the ${label} stopped coming from the station`];
  }
  if (errno === 'SHORT') {
    return ['drive-gone', `The ${label} is smaller than the size it reports`, smallerThanItSays];
  }
  if (errno !== null && gone.has(errno)) {
    return [
      'drive-gone',
      `The ${label} disappeared`,
      'Check that it is seated firmly in its bay, then write it again. If it happens again, set the drive aside.',
    ];
  }
  switch (kind) {
    case 'read':
      return ['drive-read-failed', `The ${label} could not be read back`];
    case 'write':
      return ['drive-write-failed', `The ${label} failed to write`];
    case 'write-refused':
      return [
        'drive-write-failed',
        `The ${label} can be read, but refuses to be written`,
        refusedRemedy(errno),
      ];
    case 'mismatch':
      return ['verify-mismatch', `The ${label} returned different data than was written`];
    case 'table':
      return ['table-mismatch', `The ${label} does not have the partition table that was written`];
    default:
      return assertNever(kind);
  }
}

/** EROFS, EPERM and EACCES are the kernel's own word that it is protected; a drive that refuses says no more than EIO. */
function refusedRemedy(errno: string | null): string {
  if (errno !== null && ['EROFS', 'EPERM', 'EACCES'].includes(errno)) {
    return 'It is write-protected. Move its write-protect switch, if the card, stick or adapter has one, insert it again, and write it again.';
  }
  return (
    'It may be locked by its own encryption (Opal, or an ATA password), write-protected, or worn out: many drives ' +
    'refuse every write then. If it came out of another computer, reset it with the PSID on its label and the tool of ' +
    'its maker, or unlock it there; check for a write-protect switch. If it still refuses, set it aside: it is failing.'
  );
}
