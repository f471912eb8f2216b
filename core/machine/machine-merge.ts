import { sanitizeForDisplay } from '../base/display';
import { PrestageError } from '../base/errors';
import type { MachineFacts } from './machine';
import { isContradiction, joinFacts, type FactsContradiction } from './machine-details';

const names: Readonly<Record<FactsContradiction['what'], string>> = {
  'asset-tag': 'a different asset tag',
  uuid: 'a different SMBIOS UUID',
  'computer-name': 'a different computer name',
  'hardware-hash': 'a different hardware hash',
  macs: 'different MACs',
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
    message: `Machine ${sanitizeForDisplay(machineSerial)} has ${names[what]} than in the work order.`,
    cause: `order   ${sanitizeForDisplay(known, 80)}\nmachine ${sanitizeForDisplay(other, 80)}`,
  });
}
