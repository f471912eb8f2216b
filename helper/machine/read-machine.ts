import { PrestageError } from '../../core/base/errors';
import type { ThisMachine } from '../../core/machine/this-machine';
import { timeouts } from '../../core/base/timeouts';
import { runTool } from '../tools/runner';
import { parseDmidecode } from './dmidecode';
import { judgeMachine } from './assess-machine';
import { readFirmwareTexts, readNetworkInterfaces } from './machine-sysfs';
import { emptyTexts, type FirmwareTexts } from './firmware-texts';

/**
 * What firmware and kernel say of a machine: from /sys, and where the kernel tells nothing of SMBIOS, from dmidecode. A
 * machine without either is an answer, not an error.
 * @param sysRoot `/sys`, but in tests
 */
export async function readMachine(sysRoot: string, signal?: AbortSignal): Promise<ThisMachine> {
  const interfaces = await readNetworkInterfaces(sysRoot);
  const texts = await readFirmwareTexts(sysRoot);
  if (texts !== null) return judgeMachine(texts, interfaces, 'sysfs');
  const asked = await askDmidecode(signal);
  return judgeMachine(asked ?? emptyTexts, interfaces, asked === null ? 'none' : 'dmidecode');
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
