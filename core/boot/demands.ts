import type { BootDetails, Demand } from './boot-details';
import { trustOf, trustWords } from './loader-trust';

/**
 * What firmware and Microsoft's boot manager ask of a drive before the media's Windows PE starts, each with its source.
 * The one table behind the preflight; docs/reference/boot-demands.md is made from it.
 */

/** What is told of one demand: whether it is met, and what was found. */
export interface Judgement {
  readonly state: Demand['state'];
  /** What was found, as a sentence without a full stop; of a demand that is not met, the problem. */
  readonly found: string;
}

export interface BootDemand {
  readonly id: string;
  readonly by: 'firmware' | 'boot manager';
  /** What is asked, as a sentence without a full stop. */
  readonly asks: string;
  readonly source: string;
  /** Not every machine asks it: when it is not met, that is a note. */
  readonly optional?: true;
  readonly judge: (details: BootDetails) => Judgement;
}

/**
 * Where boot.sdi may lie on a media file without a boot store; the store that Prestage adds names the first that is there.
 * The last one is Windows' own, which is copied to \\boot when boot media is made.
 */
export const sdiPaths = [
  '\\boot\\boot.sdi',
  '\\sources\\boot.sdi',
  '\\Windows\\Boot\\DVD\\EFI\\boot.sdi',
] as const;

const met = (found: string): Judgement => ({ state: 'met', found });
const notMet = (found: string): Judgement => ({ state: 'not-met', found });
const unknown = (found: string): Judgement => ({ state: 'unknown', found });

const uefi = 'UEFI Specification 2.10';
const bcd =
  'Microsoft, BcdDeviceObjectElementTypes (learn.microsoft.com/previous-versions/windows/desktop/bcd/bcddeviceobjectelementtypes)';
const bootImages = 'Microsoft, How Booting into a Boot Image Works (learn.microsoft.com, cc771845)';
const wimcapture = 'wimlib, wimcapture(1)';

const notRead = unknown('not checked, because the boot image cannot be read');

/** The boot image that the store starts, as Windows writes its path. */
function imagePath({ ramdisk }: BootDetails): string {
  return ramdisk?.image.path ?? '\\sources\\boot.wim';
}

export const bootDemands: readonly BootDemand[] = [
  {
    id: 'boot-image',
    by: 'boot manager',
    asks: 'The boot image that the boot store names is on the drive, and whole',
    source: bootImages,
    judge: (details) => {
      const path = imagePath(details);
      if (details.bootImage === 'missing') return notMet(`the boot image (${path}) is missing`);
      if (details.bootImage === 'link') {
        return notMet(`the boot image (${path}) is only a link, which the boot manager does not follow`);
      }
      if (details.bootImage === 'damaged') return notMet(`the boot image (${path}) is damaged or truncated`);
      return met(`${path} is there, and its header fits its size`);
    },
  },
  {
    id: 'boot-image-format',
    by: 'boot manager',
    asks: 'The boot image is a normal WIM, not a pipable one',
    source: `${wimcapture}, --pipable: "not compatible with Microsoft's software"`,
    judge: ({ bootImageHeader: header }) => {
      if (header === null) return notRead;
      return header.pipable
        ? notMet('the boot image is a pipable WIM, which only wimlib can read')
        : met('it is a normal WIM');
    },
  },
  {
    id: 'boot-image-parts',
    by: 'boot manager',
    asks: 'The boot image is one file, not one part of a split set',
    source: bootImages,
    judge: ({ bootImageHeader: header }) => {
      if (header === null) return notRead;
      return header.parts === 1
        ? met('it is one file')
        : notMet(`the boot image is part ${header.part} of ${header.parts} of a split set`);
    },
  },
  {
    id: 'boot-index',
    by: 'boot manager',
    asks: 'One image in the boot image is marked as the one to start (its boot index)',
    source: `${wimcapture}, --boot: "the image which the Windows bootloader will use when loading Windows PE from the WIM"`,
    judge: ({ bootImageHeader: header }) => {
      if (header === null) return notRead;
      const { bootIndex, images } = header;
      const count = `${images} ${images === 1 ? 'image' : 'images'}`;
      if (bootIndex === 0) {
        return notMet(`no image in the boot image is marked as bootable (boot index 0; ${count})`);
      }
      if (bootIndex > images) {
        return notMet(`the boot index of the boot image is ${bootIndex}, but it has ${count}`);
      }
      return met(`boot index ${bootIndex} of ${count}`);
    },
  },
  {
    id: 'boot-image-compression',
    by: 'boot manager',
    asks: 'The boot image is not compressed, or with XPRESS or LZX, and not solid',
    source: `${wimcapture}, --compress and --solid: LZMS and solid WIMs need newer software than older formats; Microsoft's boot files come as LZX`,
    judge: ({ bootImageHeader: header }) => {
      if (header === null) return notRead;
      if (header.esdFormat || header.compression === 'LZMS') {
        return notMet(
          'the boot image is solid or compressed with LZMS, as an ESD file is: the boot manager cannot read that',
        );
      }
      return met(header.compression === 'none' ? 'not compressed' : header.compression);
    },
  },
  {
    id: 'boot-image-chunk-size',
    by: 'boot manager',
    asks: 'A compressed boot image has chunks of 32 KiB, the only size that Microsoft writes for it',
    source: `${wimcapture}, --chunk-size: "their software has limited support for non-default chunk sizes"`,
    judge: ({ bootImageHeader: header }) => {
      if (header === null) return notRead;
      if (header.compression === 'none' || header.compression === 'LZMS') return met('does not apply');
      const size = `${header.chunkSize / 1024} KiB`;
      if (header.chunkSize === 32_768) return met(size);
      return header.compression === 'LZX'
        ? notMet(`the boot image has chunks of ${size}, but the boot manager reads only 32 KiB with LZX`)
        : unknown(`chunks of ${size} with XPRESS: nobody says which machines start it`);
    },
  },
  {
    id: 'boot-image-loader',
    by: 'boot manager',
    asks: 'The image that is started holds the loader that the boot store names (winload.efi)',
    source: bootImages,
    judge: () => unknown('not checked: the files in the boot image are not looked at'),
  },
  {
    id: 'boot-store',
    by: 'boot manager',
    asks: 'The boot store (\\EFI\\Microsoft\\Boot\\BCD) starts a boot image by default',
    source: 'Microsoft, Boot Configuration Data (learn.microsoft.com/previous-versions/windows/desktop/bcd)',
    judge: ({ bootStore, bootImage }) => {
      switch (bootStore) {
        case 'boot-image':
          return met('it starts \\sources\\boot.wim');
        case 'other-image':
          return met('it starts a boot image at another path');
        case 'windows':
          return notMet(
            'the boot store starts the extracted Windows, not the boot image: the task sequence would never start',
          );
        case 'nothing':
          return notMet('the boot store (\\EFI\\Microsoft\\Boot\\BCD) has no bootable entry');
        case 'damaged':
          return notMet(
            'the boot store (\\EFI\\Microsoft\\Boot\\BCD) is damaged: this media will be refused',
          );
        case 'missing':
          return bootImage === 'missing'
            ? notMet('the boot store (\\EFI\\Microsoft\\Boot\\BCD) is missing')
            : met('the media has none: Prestage adds one');
      }
    },
  },
  {
    id: 'boot-sdi',
    by: 'boot manager',
    asks: 'The RAM disk file that the boot store names (boot.sdi) is on the drive',
    source: `${bcd}: SdiDevice and SdiPath; ${bootImages}, step 2`,
    judge: ({ ramdisk, bootStore }) => {
      if (ramdisk === null) return unknown('the boot store starts no boot image');
      const { path, content } = ramdisk.sdi;
      if (path === null) return unknown('the boot store names no boot.sdi');
      if (content === 'missing') {
        return notMet(
          bootStore === 'missing'
            ? `the RAM disk file (boot.sdi) is in none of ${sdiPaths.join(', ')}: the boot image cannot be loaded`
            : `the boot store names ${path}, which is not in the image: the boot image cannot be loaded`,
        );
      }
      if (content === 'empty') return notMet(`${path} is empty`);
      return content === 'sdi'
        ? met(`${path} is there`)
        : unknown(`${path} is there, but it does not begin as an SDI file does`);
    },
  },
  {
    id: 'default-loader',
    by: 'firmware',
    asks: 'A loader at the path that firmware tries on a disk that it does not know (\\EFI\\Boot\\bootx64.efi, bootaa64.efi or bootia32.efi)',
    source: `${uefi}, 3.5.1.1`,
    judge: ({ loaders }) =>
      loaders.length === 0
        ? notMet('there is no UEFI boot loader: neither \\EFI\\Boot\\bootx64.efi nor a boot manager')
        : met(loaders.map(({ path }) => path).join(', ')),
  },
  {
    id: 'loader-cpu',
    by: 'firmware',
    asks: 'Each loader is a program for the CPU that its name stands for',
    source: `${uefi}, 3.5.1.1 and 2.1.1`,
    judge: ({ loaders }) => {
      if (loaders.length === 0) return unknown('there is no loader');
      const wrong = loaders
        .filter(({ wanted, cpu }) => cpu !== wanted)
        .map(({ path, wanted, cpu }) =>
          cpu === 'none'
            ? `${path} is not a program`
            : `${path} is a program for ${cpu} machines, but its name is for ${wanted} machines`,
        );
      return wrong.length === 0 ? met(loaders.map(({ cpu }) => cpu).join(', ')) : notMet(wrong.join('; '));
    },
  },
  {
    id: 'loader-signed',
    by: 'firmware',
    asks: 'With Secure Boot, each loader has a signature that holds, of an authority that the machine trusts',
    source: `${uefi}, 32.2.4 and 32.5`,
    optional: true,
    judge: ({ loaders, programs = [] }) => {
      const starting = loaders
        .filter(({ cpu }) => cpu !== 'none')
        .map(({ path, signed }) => {
          const read = programs.find((program) => program.path === path)?.signatures;
          return { path, signatures: read ?? (signed ? undefined : []) };
        });
      if (starting.length === 0) return unknown('there is no loader');
      const found = starting.map(({ path, signatures }) => `${path} ${trustWords(signatures)}`).join('; ');
      const trusts = starting.map(({ signatures }) => trustOf(signatures));
      if (trusts.includes('nobody')) return notMet(found);
      return trusts.includes('unknown') || trusts.includes('others') ? unknown(found) : met(found);
    },
  },
  {
    id: 'efi-names',
    by: 'firmware',
    asks: 'The boot files can stand on an EFI partition, which has FAT32: names that differ by more than case, and no file of 4 GiB or more',
    source: `${uefi}, 13.3; Microsoft, FAT32 File System Specification (fatgen103)`,
    judge: ({ efiProblems }) =>
      efiProblems.length === 0 ? met('all of them can') : notMet(efiProblems.join('; ')),
  },
];

/** Judges every demand. */
export function judgeDemands(details: BootDetails): (Demand & { readonly optional: boolean })[] {
  return bootDemands.map(({ id, by, asks, optional, judge }) => ({
    id,
    by,
    asks,
    ...judge(details),
    optional: optional ?? false,
  }));
}
