/**
 * A boot store (BCD): objects with elements, each a registry value. Only what is needed is understood; the rest is
 * kept as it is.
 *
 * Source of ids and codes: Microsoft, "BCD Reference" (BcdBootMgrElementTypes, BcdLibraryElementTypes,
 * BcdOSLoaderElementTypes, BcdDeviceObjectElementTypes).
 */
export interface BcdElement {
  /** Element code, for example 0x11000001. */
  readonly type: number;
  readonly value: BcdValue;
}

export type BcdValue =
  /** REG_BINARY. Integers and booleans are kept so too, little endian. */
  | { readonly kind: 'binary'; readonly bytes: Uint8Array }
  /** REG_SZ. */
  | { readonly kind: 'string'; readonly text: string }
  /** REG_MULTI_SZ. */
  | { readonly kind: 'strings'; readonly texts: readonly string[] };

export interface BcdObject {
  /** `{xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx}`, lower case. */
  readonly id: string;
  /** Description\Type. */
  readonly type: number;
  readonly elements: readonly BcdElement[];
}

export interface BcdStore {
  readonly objects: readonly BcdObject[];
}

/** One element to set; everything else in the store stays. */
export interface BcdChange {
  readonly objectId: string;
  readonly elementType: number;
  readonly value: BcdValue;
}

/** Objects every store names alike. */
export const bcdObjects = {
  bootManager: '{9dea862c-5cdd-4e70-acc1-f32b344d4795}',
  ramdiskOptions: '{ae5534e0-a924-466c-b836-758539a3ee3a}',
} as const;

export const bcdObjectTypes = {
  /** Application, Windows boot manager. */
  bootManager: 0x10100002,
  /** Application, Windows boot loader. */
  osLoader: 0x10200003,
  /** Device options. */
  device: 0x30000000,
} as const;

export const bcdElements = {
  /** BcdLibraryDevice_ApplicationDevice: where the application itself lies. */
  device: 0x11000001,
  /** BcdLibraryString_ApplicationPath */
  path: 0x12000002,
  /** BcdLibraryString_Description */
  description: 0x12000004,
  /** BcdOSLoaderDevice_OSDevice */
  osDevice: 0x21000001,
  /** BcdOSLoaderString_SystemRoot */
  systemRoot: 0x22000002,
  /** BcdBootMgrObject_DefaultObject */
  defaultObject: 0x23000003,
  /** BcdBootMgrObjectList_DisplayOrder */
  displayOrder: 0x24000001,
  /** BcdBootMgrInteger_Timeout, seconds */
  timeout: 0x25000004,
  /** BcdOSLoaderBoolean_DetectKernelAndHal */
  detectHal: 0x26000010,
  /** BcdOSLoaderBoolean_WinPEMode */
  winPe: 0x26000022,
  /** BcdDeviceDevice_SdiDevice */
  sdiDevice: 0x31000003,
  /** BcdDeviceString_SdiPath */
  sdiPath: 0x32000004,
} as const;

/** An element of an object, or undefined. */
export function elementOf(object: BcdObject | undefined, type: number): BcdValue | undefined {
  return object?.elements.find((element) => element.type === type)?.value;
}

/** An object of a store, whatever the case of its id, or undefined. */
export function objectOf(store: BcdStore, id: string): BcdObject | undefined {
  return store.objects.find((object) => object.id === id.toLowerCase());
}
