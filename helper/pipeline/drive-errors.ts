import { driveLabel, type Drive } from '../../core/drive/drive';
import { assertNever, errorData, type ErrorCode, type ErrorData } from '../../core/base/errors';
import type { DriveEnd } from './drive-thread';

const gone: ReadonlySet<string> = new Set(['ENODEV', 'ENXIO', 'ENOMEDIUM']);

/** What the technician is told about a thread that did not end well. */
export function driveErrorOf(end: Exclude<DriveEnd, { type: 'done' | 'stopped' }>, drive: Drive): ErrorData {
  const label = driveLabel(drive);
  switch (end.type) {
    case 'stalled':
      return errorData({ code: 'drive-stalled', message: `The ${label} has stopped answering.` });
    case 'crashed':
      return {
        code: 'internal',
        message: `The work on the ${label} ended with an error Prestage does not know.`,
        cause: end.detail,
        remedy: 'Write the drive again. If it happens again, report it with the text above.',
      };
    case 'failed': {
      const [code, what, remedy] = explain(end.kind, end.errno, label);
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

function explain(
  kind: Extract<DriveEnd, { type: 'failed' }>['kind'],
  errno: string | null,
  label: string,
): [code: ErrorCode, what: string, remedy?: string] {
  if (kind === 'source') {
    return [
      'render-damaged',
      `The prepared image on this machine could not be read right for the ${label}`,
      'The drive is not at fault. Write it again: the image is checked and made again.',
    ];
  }
  if (errno === 'SHORT') {
    return [
      'drive-gone',
      `The ${label} ends before the size that it claims`,
      'Set the drive aside: it is failing, or it is a counterfeit.',
    ];
  }
  if (errno !== null && gone.has(errno)) {
    return [
      'drive-gone',
      `The ${label} is gone`,
      'Check that it sits firmly in its bay, then write it again. If it happens again, set the drive aside.',
    ];
  }
  switch (kind) {
    case 'read':
      return ['drive-read-failed', `The ${label} could not be read back`];
    case 'write':
      return ['drive-write-failed', `The ${label} refused a write`];
    case 'mismatch':
      return ['verify-mismatch', `The ${label} gave back other data than was written`];
    case 'table':
      return ['table-mismatch', `The ${label} does not hold the partition table that was written`];
    default:
      return assertNever(kind);
  }
}
