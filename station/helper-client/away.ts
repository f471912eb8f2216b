import { PrestageError } from '../../core/base/errors';
import type { Drive } from '../../core/drive/drive';

/** The machine is gone or speaks no sense: that is no reason to keep the others from their work. */
const awayCodes: ReadonlySet<string> = new Set([
  'rack-silent',
  'rack-machine-unknown',
  'helper-died',
  'helper-protocol',
]);

/** Whether a drive is in a machine of a rack that cannot be spoken with. */
export function isAway({ rack }: Pick<Drive, 'rack'>, error: unknown): boolean {
  return rack !== undefined && error instanceof PrestageError && awayCodes.has(error.code);
}
