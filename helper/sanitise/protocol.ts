import type { Drive } from '../../core/drive/drive';

/** Which commands a drive is asked with. A file of its own, because tests give a model of a drive another answer. */
export type Protocol = 'nvme' | 'ata' | 'none';

/** A drive behind a USB adapter has no commands of its own here: what adapters make of them differs, and is not known. */
export function protocolOf({ kind, bus }: Pick<Drive, 'kind' | 'bus'>): Protocol {
  if (kind !== 'disk') return 'none';
  if (bus === 'nvme') return 'nvme';
  return bus === 'sata' || bus === 'ata' ? 'ata' : 'none';
}
