/** docs/reference/boot-demands.md: what firmware and boot manager ask, from the table that the preflight uses. */
import { bootDemands, type BootDemand } from '../../core/boot/demands';
import { plain } from './markdown';

const intro = `# Boot demands

What the firmware of a machine and Microsoft's boot manager ask of a drive before the media's Windows PE starts. The
preflight (\`prestage media inspect FILE\`, and "Contents" on the Media screen) says of each demand whether it is met,
not met, or not known. With \`--json\` they are in \`bootable.demands\`.

A demand that is not met is named before anything is erased. It does not stop an apply, because some media are not meant
to boot: only boot files that cannot be put on the EFI partition at all (\`efi-names\`) are refused. What is not known
refuses nothing: only a boot test, or the machine itself, can tell.`;

/** Makes the page. */
export function bootDemandsPage(): string {
  return [intro, ...bootDemands.map(sectionOf), ''].join('\n\n');
}

function sectionOf({ id, by, asks, source, optional }: BootDemand): string {
  const lines = [
    `- Asked by: the ${by}${optional === true ? ', not of every machine: when it is not met, that is a note' : ''}`,
    `- Source: ${plain(source)}`,
  ];
  return [`## ${id}`, `${plain(asks)}.`, lines.join('\n')].join('\n\n');
}
