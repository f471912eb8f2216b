import type { Protocol } from '../../helper/sanitise/protocol';

/** Stands in the place of helper/sanitise/protocol.ts: a loop device is asked as the drive that a model makes of it, and no other one. */
export function protocolOf({ path }: { readonly path: string }): Protocol {
  if (path !== process.env['MODEL_DRIVE']) return 'none';
  const kind = process.env['MODEL_KIND'];
  return kind === 'nvme' || kind === 'ata' ? kind : 'none';
}
