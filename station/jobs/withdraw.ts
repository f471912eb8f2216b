import { driveLabel } from '../../core/drive/drive';
import { toErrorData, type ErrorData } from '../../core/base/errors';
import type { JobDetails } from '../../core/ledger/record';
import type { AppendContext, Ledger } from '../ledger/ledger';

/**
 * Writes that a drive which is recorded as finished is not: its helper ended before it heard of the record, and
 * takes the tables off a drive that nobody recorded.
 */
export function withdraw(details: JobDetails, ledger: Ledger, context: AppendContext): ErrorData {
  const reason: ErrorData = {
    code: 'helper-died',
    message: `The helper stopped just as the ${driveLabel(details.drive)} was recorded. The drive may have no partition table.`,
    cause: null,
    remedy: 'Do not ship this drive. Write it again.',
  };
  const { jobId, machineSerial, drive, fingerprint } = details;
  try {
    ledger.append(
      { kind: 'drive-verified', jobId, machineSerial, drive, fingerprint, end: { state: 'failed', reason } },
      context,
    );
  } catch (error) {
    return { ...reason, cause: toErrorData(error).message };
  }
  return reason;
}
