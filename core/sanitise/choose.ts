import { PrestageError } from '../base/errors';
import { driveLabel, type Drive } from '../drive/drive';
import { ataPassword, methodFacts, type Abilities, type HiddenArea, type SanitiseMethod } from './methods';
import { formatBytes } from '../base/display';

/** Which way a drive is erased, and which drives are refused before anything is touched. */

type Named = Pick<Drive, 'id' | 'bay' | 'byPath' | 'path' | 'serial'>;

/**
 * The strongest way that a drive offers, or the one that was asked for.
 * @throws PrestageError drive-locked, drive-frozen, sanitise-unavailable
 */
export function chooseMethod(
  drive: Named,
  abilities: Abilities,
  wanted: SanitiseMethod | null,
): SanitiseMethod {
  const label = driveLabel(drive);
  const { methods, obstacles } = abilities;
  if (obstacles.includes('ata-locked')) {
    throw new PrestageError({
      code: 'drive-locked',
      message: `The ${label} is locked by an ATA password. It is not failing.`,
      remedy: `Nothing was touched. Unlock it in the computer that it came out of, or set it aside. After an erase by Prestage that lost its power the password is: ${ataPassword}`,
    });
  }
  // Erased or not, it would be locked in the computer that it goes into.
  if (obstacles.includes('ata-password') && wanted !== 'overwrite') {
    throw new PrestageError({
      code: 'drive-locked',
      message: `The ${label} has an ATA password. It is open now, and locked after its next power cut.`,
      remedy: `Nothing was touched. Take the password off in the computer that it came out of, or with hdparm --security-disable. After an erase by Prestage that was broken off it is: ${ataPassword}`,
    });
  }
  if (obstacles.includes('opal-locked')) {
    throw new PrestageError({
      code: 'drive-locked',
      message: `The ${label} is locked by its own encryption (Opal). It is not failing.`,
      remedy:
        'Nothing was touched. Reset it with the PSID on its label and the tool of its maker, which erases it as well, then list the drives again.',
    });
  }
  if (wanted !== null && wanted !== 'overwrite' && !methods.includes(wanted)) {
    const offers = methods.map((one) => `${one} (${methodFacts[one].nist})`).join(', ');
    throw new PrestageError({
      code: 'sanitise-unavailable',
      message: `The ${label} does not offer '${wanted}'${otherNamespaces(abilities)}.`,
      remedy: `Nothing was touched. It offers: ${offers}.`,
    });
  }
  if (wanted !== null) return wanted;
  if (obstacles.includes('frozen') && !methods.some((one) => methodFacts[one].nist === 'purge')) {
    throw new PrestageError({
      code: 'drive-frozen',
      message: `The ${label} is frozen: the firmware of this computer keeps it from erasing itself. It is not failing.`,
      remedy:
        'Nothing was touched. Suspend this computer and wake it, or pull the drive out of its running bay and put it in again, then list the drives again. To overwrite it instead, which is weaker (clear), choose the method overwrite.',
    });
  }
  const [best] = methods;
  return best ?? 'overwrite';
}

function otherNamespaces({ obstacles }: Abilities): string {
  return obstacles.includes('other-namespaces')
    ? ', because it holds other namespaces that are drives of their own here and would be erased with it'
    : '';
}

/** A hidden area in words, for notes, list and papers. */
export function hiddenWords({ kind, bytes }: HiddenArea): string {
  const size = bytes === null ? '' : ` of ${formatBytes(bytes)}`;
  switch (kind) {
    case 'hpa':
      return `a host protected area (HPA)${size}`;
    case 'dco':
      return `an area${size} that its configuration (DCO) hides`;
    case 'nvme-unattached':
      return `NVMe namespaces that are not attached`;
    case 'nvme-unallocated':
      return `NVMe capacity${size} that is in no namespace`;
  }
}

/** What is noted of a drive that hides something; null: nothing. */
export function hiddenNote(hidden: readonly HiddenArea[]): string | null {
  if (hidden.length === 0) return null;
  const what = hidden.map(hiddenWords).join(' and ');
  return `This drive hides ${what}: writing it does not reach that.`;
}
