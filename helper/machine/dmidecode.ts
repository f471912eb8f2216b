import type { SmbiosVersion } from '../../core/machine/smbios';
import { emptyTexts, type FirmwareTexts } from './firmware-texts';

/** What dmidecode printed for types 1, 2 and 3. A table that is broken in the middle still gives what stands before. */
export function parseDmidecode(output: string): FirmwareTexts {
  const version = readVersion(output);
  const sections = new Map<string, ReadonlyMap<string, string>>();
  for (const block of output.split(/\n(?=Handle 0x)/)) {
    const [, title = '', ...lines] = block.split('\n');
    // A blade's enclosure may come after the machine's own: the first of a kind is the machine's.
    if (!block.startsWith('Handle 0x') || sections.has(title.trim())) continue;
    const values = lines.flatMap((line): [string, string][] => {
      const match = /^\t([^\t:][^:]*): ?(.*)$/.exec(line);
      return match === null ? [] : [[match[1] ?? '', (match[2] ?? '').trim()]];
    });
    sections.set(title.trim(), new Map(values));
  }
  const told = (section: string, name: string): string | null => {
    const text = sections.get(section)?.get(name) ?? '';
    return text === '' ? null : text;
  };
  if (!sections.has('System Information')) return emptyTexts;
  return {
    vendor: told('System Information', 'Manufacturer'),
    product: told('System Information', 'Product Name'),
    productVersion: told('System Information', 'Version'),
    systemSerial: told('System Information', 'Serial Number'),
    chassisSerial: told('Chassis Information', 'Serial Number'),
    assetTag: told('Chassis Information', 'Asset Tag'),
    uuid: told('System Information', 'UUID'),
    version,
    hidden: false,
  };
}

/** `SMBIOS 3.2.0 present.`, in old releases `SMBIOS 2.4 present.` */
function readVersion(output: string): SmbiosVersion | null {
  const match = /^SMBIOS (\d+)\.(\d+)(?:\.\d+)? present\.$/m.exec(output);
  return match === null ? null : { major: Number(match[1]), minor: Number(match[2]) };
}
