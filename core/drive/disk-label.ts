/**
 * Whether a bay is a machine of a rack: what its disk is labelled by is the machine's serial, with `disk 2` behind it where it has
 * several. A bay of the bench that somebody calls so is that machine's all the same.
 */
export function isDiskLabel(label: string, serial: string): boolean {
  return label === serial || label.startsWith(`${serial} disk `);
}
