import type { SmbiosVersion } from '../../core/machine/smbios';

/** What firmware says, as it was read: nothing is believed yet. Null where there is nothing. */
export interface FirmwareTexts {
  readonly vendor: string | null;
  readonly product: string | null;
  /** Lenovo has the product's name here, and the machine type model as its product. */
  readonly productVersion: string | null;
  readonly sku: string | null;
  /** Product of the board. */
  readonly board: string | null;
  readonly systemSerial: string | null;
  readonly chassisSerial: string | null;
  readonly assetTag: string | null;
  readonly uuid: string | null;
  /** Null when it is not told. */
  readonly version: SmbiosVersion | null;
  /** Something is there that this process may not read. */
  readonly hidden: boolean;
}

export const emptyTexts: FirmwareTexts = {
  vendor: null,
  product: null,
  productVersion: null,
  sku: null,
  board: null,
  systemSerial: null,
  chassisSerial: null,
  assetTag: null,
  uuid: null,
  version: null,
  hidden: false,
};
