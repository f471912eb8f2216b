import { z } from 'zod';
import { sha256Schema } from '../media/chunk-map';

/**
 * What a machine that starts from the network is told on its kernel's command line. GRUB's file is written by the station; build/live
 * reads the words on the machine.
 */

/** Names of the files that machines fetch by TFTP, as they lie in one folder. Shim asks for GRUB by this name. */
export const bootFiles = {
  shim: 'shimx64.efi',
  grub: 'grubx64.efi',
  /** Relative to the folder: the place that Debian's signed GRUB for networks was built with. */
  grubConfig: 'grub/grub.cfg',
  kernel: 'vmlinuz',
  initramfs: 'initrd',
} as const;

/** Path of the system's image over HTTP. live-boot takes what ends so. */
export const systemPath = '/filesystem.squashfs';

const bootWordsSchema = z.strictObject({
  /** Of the station on the machines' network. */
  address: z.ipv4(),
  /** TCP port of the system's image. */
  httpPort: z.int().min(1).max(65_535),
  /** TCP port at which the station answers agents. */
  agentPort: z.int().min(1).max(65_535),
  /** SHA-256 of the station's certificate. */
  fingerprint: sha256Schema,
  /** SHA-256 of the system's image. */
  system: sha256Schema,
});
export type BootWords = Readonly<z.infer<typeof bootWordsSchema>>;

/** The kernel's command line; GRUB adds the interface that it came through. */
export function commandLine(words: BootWords): string {
  const { address, httpPort, agentPort, fingerprint, system } = bootWordsSchema.parse(words);
  return [
    `boot=live fetch=http://${address}:${httpPort}${systemPath} ip=dhcp`,
    // As from a stick (build/live/grub/slot.cfg): nothing of this computer's own disks is used.
    'nopersistence noresume noswap systemd.gpt_auto=no systemd.condition_needs_update=no',
    // What does not come up starts again: the station may be there then.
    'panic=20 quiet loglevel=3 vt.global_cursor_default=0 consoleblank=0',
    'prestage.role=agent',
    `prestage.station=${address}:${agentPort}`,
    `prestage.fingerprint=${fingerprint}`,
    `prestage.system=${system}`,
  ].join(' ');
}

/** GRUB's file. Nobody can change a command line at the machine, or get GRUB's own. */
export function grubConfig(words: BootWords): string {
  return [
    '# Written by the station for as long as it serves its rack.',
    'set superusers="nobody"',
    'set timeout=0',
    'set default=agent',
    // So that Linux asks through the same cable; the firmware's word has colons, and live-boot's hyphens.
    'regexp --set=1:a --set=2:b --set=3:c --set=4:d --set=5:e --set=6:f \'^(..):(..):(..):(..):(..):(..)$\' "$net_default_mac"',
    'set cable=""',
    'if [ -n "$f" ]; then set cable="BOOTIF=01-$a-$b-$c-$d-$e-$f"; fi',
    'export cable',
    'menuentry "Prestage: a machine of the rack" --id agent --unrestricted {',
    '  echo "Prestage: the machine starts from its station."',
    `  linux /${bootFiles.kernel} ${commandLine(words)} $cable`,
    `  initrd /${bootFiles.initramfs}`,
    '}',
    '',
  ].join('\n');
}
