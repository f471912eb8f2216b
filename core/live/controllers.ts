import { z } from 'zod';

/**
 * Controllers behind which drives may hide from this system or from the Windows that is written: Intel's RAID modes (RST) and
 * VMD. What they are is read from /sys; which setting of the firmware changes that is said here.
 */

/** A PCI function as /sys/bus/pci/devices says it. Lower case, without 0x. */
export interface PciFunction {
  /** `0000:00:0e.0` */
  readonly address: string;
  readonly vendor: string;
  readonly device: string;
  /** Six digits: class, subclass, interface. */
  readonly pciClass: string;
  /** Name of the driver that is bound to it; null: none. */
  readonly driver: string | null;
  /** NVMe drives that the SATA controller hides (`remapped_nvme` of the ahci driver); null: it does not say. */
  readonly remapped: number | null;
}

export const controllerNoteSchema = z.strictObject({
  /** PCI address. */
  address: z.string(),
  /** `hides`: drives behind it are not seen. `may-hide`: they may not be. `behind`: they are seen, and Windows needs a driver for them. */
  kind: z.enum(['hides', 'may-hide', 'behind']),
  /** What it is and what follows. Plain sentences. */
  message: z.string(),
  /** The setting to change. Plain sentences. */
  remedy: z.string(),
});
export type ControllerNote = z.infer<typeof controllerNoteSchema>;

const intel = '8086';
/** Mass storage, RAID: what Intel's controllers are in RAID mode, and what VMD is. PCI Code and ID Assignment, 1.2. */
const raid = '0104';
/** Device ids of Intel VMD. Source: the id table of the kernel's driver (drivers/pci/controller/vmd.c, Linux 6.12). */
const vmdDevices: ReadonlySet<string> = new Set([
  ...['201d', '28c0', '467f', '4c3d', '7d0b', '9a0b', 'a77f', 'ad0b', 'b06f', 'b60b'],
]);

const vmdSetting =
  'If drives are missing: in the firmware setup, turn off VMD (often under Advanced, System Agent or Storage, as "VMD setup menu" or "Intel VMD technology"), then start again.';
const rstSetting =
  'If drives are missing: in the firmware setup, set the SATA or storage mode from "RAID", "RST" or "Optane" to "AHCI", then start again.';
const windowsToo = 'Windows that is installed on this PC may need it as it was: note the setting before.';

/** What to know of the storage controllers; empty on most machines. */
export function controllerNotes(functions: readonly PciFunction[]): ControllerNote[] {
  return functions.flatMap((one): ControllerNote[] => {
    if (one.vendor !== intel || !one.pciClass.startsWith(raid)) return [];
    return vmdDevices.has(one.device) ? [vmdNote(one)] : rstNotes(one);
  });
}

function vmdNote({ address, driver }: PciFunction): ControllerNote {
  if (driver === 'vmd') {
    return {
      address,
      kind: 'behind',
      message: `Intel VMD is on (${address}). Drives behind it are listed, but a Windows without Intel's driver does not start from them in this PC.`,
      remedy: `The media needs the Intel RST VMD driver for this model. Or turn VMD off in the firmware setup. ${windowsToo}`,
    };
  }
  return {
    address,
    kind: 'hides',
    message: `Intel VMD is on (${address}) and hides the NVMe drives of this PC from Prestage.`,
    remedy: `${vmdSetting} ${windowsToo}`,
  };
}

function rstNotes({ address, driver, remapped }: PciFunction): ControllerNote[] {
  if (driver === 'ahci' && remapped === 0) return [];
  if (remapped !== null && remapped > 0) {
    const drives = remapped === 1 ? 'one NVMe drive' : `${remapped} NVMe drives`;
    return [
      {
        address,
        kind: 'hides',
        message: `The storage controller is in Intel RST (RAID) mode (${address}) and hides ${drives} of this PC from Prestage.`,
        remedy: `${rstSetting} ${windowsToo}`,
      },
    ];
  }
  return [
    {
      address,
      kind: 'may-hide',
      message: `The storage controller is in Intel RST (RAID) mode (${address}) and may hide drives of this PC from Prestage.`,
      remedy: `${rstSetting} ${windowsToo}`,
    },
  ];
}
