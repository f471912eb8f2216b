import { sanitizeForDisplay } from '../base/display';
import { PrestageError } from '../base/errors';
import type { MachineFacts } from './machine';
import { isContradiction, joinFacts, type FactsContradiction } from './machine-details';

const names: Readonly<Record<FactsContradiction['what'], string>> = {
  'asset-tag': 'another asset tag',
  uuid: 'another SMBIOS UUID',
  'computer-name': 'another computer name',
  'hardware-hash': 'another hardware hash',
  macs: 'other and more MACs',
};

/**
 * What is known of a machine from the order and from the machine itself. Of the model, which is only a name and of
 * which makers have several for one, the machine's own word is kept.
 * @throws PrestageError machine-contradicts
 */
export function mergeMachineFacts(
  machineSerial: string,
  ordered: MachineFacts,
  scanned: MachineFacts,
): MachineFacts {
  const joined = joinFacts(ordered, scanned);
  if (!isContradiction(joined)) {
    return scanned.model === undefined ? joined : { ...joined, model: scanned.model };
  }
  const { what, known, other } = joined;
  throw new PrestageError({
    code: 'machine-contradicts',
    message: `Machine ${sanitizeForDisplay(machineSerial)} has ${names[what]} than the order says.`,
    cause: `order   ${sanitizeForDisplay(known, 80)}\nmachine ${sanitizeForDisplay(other, 80)}`,
  });
}
