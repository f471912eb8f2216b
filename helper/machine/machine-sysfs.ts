import { readdir, readFile, realpath } from 'node:fs/promises';
import { join } from 'node:path';
import type { SmbiosVersion } from '../../core/machine/smbios';
import { errorCodeOf } from '../../core/base/system-error';
import { emptyTexts, type FirmwareTexts } from './firmware-texts';

/**
 * Reads the kernel's view of SMBIOS. Serials and UUID are for root alone; for others they are hidden, and the rest is
 * told.
 * @returns null when this machine has none
 */
export async function readFirmwareTexts(sysRoot: string): Promise<FirmwareTexts | null> {
  const folder = join(sysRoot, 'class/dmi/id');
  const names = await readdir(folder).catch(() => null);
  if (names === null) return null;
  let hidden = false;
  const told = async (name: string): Promise<string | null> => {
    try {
      const text = (await readFile(join(folder, name), 'utf8')).trim();
      return text === '' ? null : text;
    } catch (error) {
      const code = errorCodeOf(error);
      if (code === null) throw error;
      if (code === 'EACCES' || code === 'EPERM') hidden = true;
      return null;
    }
  };
  const texts = {
    ...emptyTexts,
    vendor: await told('sys_vendor'),
    product: await told('product_name'),
    productVersion: await told('product_version'),
    sku: await told('product_sku'),
    board: await told('board_name'),
    systemSerial: await told('product_serial'),
    chassisSerial: await told('chassis_serial'),
    assetTag: await told('chassis_asset_tag'),
    uuid: await told('product_uuid'),
  };
  return { ...texts, hidden, version: await readSmbiosVersion(sysRoot) };
}

/** From the entry point of the tables (DSP0134, 5.2): `_SM_` has the version at 6, `_SM3_` at 7. */
async function readSmbiosVersion(sysRoot: string): Promise<SmbiosVersion | null> {
  const point = await readFile(join(sysRoot, 'firmware/dmi/tables/smbios_entry_point')).catch(() => null);
  if (point === null || point.length < 9) return null;
  const text = point.toString('latin1');
  const at = text.startsWith('_SM3_') ? 7 : text.startsWith('_SM_') ? 6 : -1;
  const [major, minor] = [point[at], point[at + 1]];
  return major === undefined || minor === undefined ? null : { major, minor };
}

/** A network interface that is hardware. */
export interface NetworkInterface {
  readonly name: string;
  readonly address: string;
  /** On USB: a dongle or a dock, which goes from machine to machine. */
  readonly movable: boolean;
  /** The address is the one it was made with (addr_assign_type 0), not one that somebody set. */
  readonly original: boolean;
  /** A Wi-Fi adapter: the kernel's cfg80211 knows it. */
  readonly wireless: boolean;
}

/** The machine's Ethernet and wireless interfaces, by name; bridges, bonds, tunnels and the like are left out. */
export async function readNetworkInterfaces(sysRoot: string): Promise<NetworkInterface[]> {
  const folder = join(sysRoot, 'class/net');
  const names = await readdir(folder).catch(() => []);
  const found = await Promise.all(
    names.sort().map(async (name): Promise<NetworkInterface | null> => {
      const device = await realpath(join(folder, name, 'device')).catch(() => null);
      if (device === null) return null;
      const told = async (file: string): Promise<string> =>
        (await readFile(join(folder, name, file), 'utf8').catch(() => '')).trim();
      // 1 is ARPHRD_ETHER, which wireless interfaces are as well.
      if ((await told('type')) !== '1') return null;
      return {
        name,
        address: await told('address'),
        movable: /\/usb\d+\//.test(device),
        original: (await told('addr_assign_type')) === '0',
        wireless: (await realpath(join(folder, name, 'phy80211')).catch(() => null)) !== null,
      };
    }),
  );
  return found.filter((one) => one !== null);
}
