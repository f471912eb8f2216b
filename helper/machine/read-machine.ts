import { PrestageError } from '../../core/base/errors';
import type { ThisMachine } from '../../core/machine/this-machine';
import { timeouts } from '../../core/base/timeouts';
import { runTool } from '../tools/runner';
import { assessThisMachine } from './assess-this-machine';
import { readFirmwareTexts, readNetworkInterfaces } from './machine-sysfs';
import { emptyTexts, type FirmwareTexts } from './firmware-texts';
import type { SmbiosVersion } from '../../core/machine/smbios';

/**
 * What firmware and kernel say of a machine: from /sys, and where the kernel tells nothing of SMBIOS, from dmidecode. A
 * machine without either is an answer, not an error.
 * @param sysRoot `/sys`, but in tests
 */
export async function readMachine(sysRoot: string, signal?: AbortSignal): Promise<ThisMachine> {
  const interfaces = await readNetworkInterfaces(sysRoot);
  const texts = await readFirmwareTexts(sysRoot);
  if (texts !== null) return assessThisMachine(texts, interfaces, 'sysfs');
  const asked = await askDmidecode(signal);
  return assessThisMachine(asked ?? emptyTexts, interfaces, asked === null ? 'none' : 'dmidecode');
}

/** @returns null when there is no SMBIOS, or nobody who can read it */
async function askDmidecode(signal: AbortSignal | undefined): Promise<FirmwareTexts | null> {
  try {
    const args = ['--type', '1', '--type', '2', '--type', '3'];
    const { stdout } = await runTool('dmidecode', args, { signal, timeout: timeouts.listingTool });
    const texts = parseDmidecode(stdout.toString('utf8'));
    if (texts !== emptyTexts) return texts;
    // Without privilege it finds nothing, whatever there is.
    return process.geteuid?.() === 0 ? null : { ...emptyTexts, hidden: true };
  } catch (error) {
    // It is not installed on every station, and is asked only where the kernel does not tell.
    if (error instanceof PrestageError && error.code !== 'cancelled') return null;
    throw error;
  }
}

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
    sku: told('System Information', 'SKU Number'),
    board: told('Base Board Information', 'Product Name'),
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
