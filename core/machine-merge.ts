import { sanitizeForDisplay } from './display';
import { PrestageError } from './errors';
import type { MachineFacts } from './machine';

/** What must be the same wherever it was said. The names are those of messages. */
const compared = {
  assetTag: 'asset tag',
  computerName: 'computer name',
  uuid: 'SMBIOS UUID',
  hardwareHash: 'hardware hash',
} as const;
type Compared = keyof typeof compared;

/**
 * What is known of a machine from the order and from the machine itself. MACs are put together: a label names one
 * card, an order may name another. A model is only a name, and makers have several for one: the machine's own word
 * for it is kept.
 * @throws PrestageError machine-contradicts
 */
export function mergeMachineFacts(
  machineSerial: string,
  ordered: MachineFacts,
  scanned: MachineFacts,
): MachineFacts {
  for (const name of Object.keys(compared) as Compared[]) {
    const [expected, found] = [ordered[name], scanned[name]];
    if (expected === undefined || found === undefined) continue;
    const same =
      name === 'computerName' ? expected.toUpperCase() === found.toUpperCase() : expected === found;
    if (same) continue;
    throw new PrestageError({
      code: 'machine-contradicts',
      message: `Machine ${sanitizeForDisplay(machineSerial)} has another ${compared[name]} than the order says.`,
      cause: `order   ${shortened(expected)}\nmachine ${shortened(found)}`,
      remedy:
        'Nothing was touched. Check that it is the right machine, and that its label was read whole. If the order is wrong, ask the enterprise for a new one.',
    });
  }
  const macs = [...new Set([...(ordered.macs ?? []), ...(scanned.macs ?? [])])];
  return { ...ordered, ...scanned, ...(macs.length === 0 ? {} : { macs }) };
}

function shortened(value: string): string {
  return sanitizeForDisplay(value, 80);
}
