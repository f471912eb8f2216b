/** What a column of an order can hold: of each machine, and of the order as a whole. */
export const machineColumns = [
  'serial',
  'assetTag',
  'computerName',
  'uuid',
  'macs',
  'model',
  'hardwareHash',
] as const;
export type MachineColumn = (typeof machineColumns)[number];
export const orderColumns = ['number', 'mediaSha256', 'imageIndex', 'layout'] as const;
export type OrderColumn = (typeof orderColumns)[number];
export type Column = MachineColumn | OrderColumn;

/** What a column is called in messages. */
export const columnNames: Readonly<Record<Column, string>> = {
  serial: 'serial',
  assetTag: 'asset tag',
  computerName: 'computer name',
  uuid: 'SMBIOS UUID',
  macs: 'MAC',
  model: 'model',
  hardwareHash: 'hardware hash',
  number: 'work order number',
  mediaSha256: 'media SHA-256',
  imageIndex: 'image',
  layout: 'layout',
};

/**
 * What enterprises call them, folded to letters and digits: Configuration Manager and Autopilot exports, asset
 * management, English and German purchase lists.
 */
const synonyms: Readonly<Record<Column, readonly string[]>> = {
  serial: [
    'serial',
    'serialnumber',
    'serialno',
    'serialnr',
    'serialnum',
    'serials',
    'serialnumbers',
    'sn',
    'servicetag',
    'machine',
    'machineserial',
    'machineserialnumber',
    'systemserial',
    'systemserialnumber',
    'deviceserial',
    'deviceserialnumber',
    'seriennummer',
    'seriennr',
  ],
  assetTag: ['assettag', 'asset', 'assetnumber', 'assetno', 'assetid', 'inventorynumber', 'inventarnummer'],
  computerName: [
    'computername',
    'computer',
    'name',
    'hostname',
    'host',
    'devicename',
    'machinename',
    'pcname',
    'netbiosname',
    'rechnername',
  ],
  uuid: ['uuid', 'guid', 'smbiosuuid', 'smbiosguid', 'smbios', 'systemuuid', 'biosguid', 'biosuuid'],
  macs: [
    'mac',
    'macs',
    'macaddress',
    'macaddresses',
    'lanmac',
    'lanmacaddress',
    'wlanmac',
    'wlanmacaddress',
    'wifimac',
    'wifimacaddress',
    'wirelessmac',
    'ethernetmac',
    'ethernetmacaddress',
    'macadresse',
  ],
  model: ['model', 'modelname', 'machinemodel', 'systemmodel', 'devicemodel', 'modell'],
  hardwareHash: ['hardwarehash', 'autopilothash'],
  number: [
    'order',
    'ordernumber',
    'orderno',
    'workorder',
    'workordernumber',
    'workorderno',
    'wo',
    'auftrag',
    'auftragsnummer',
  ],
  mediaSha256: ['mediasha256', 'sha256', 'mediahash', 'mediasha', 'wimsha256', 'imagesha256'],
  imageIndex: ['image', 'imageindex', 'imagenumber', 'wimindex'],
  layout: ['layout', 'partitionlayout', 'disklayout'],
};

const bySynonym: ReadonlyMap<string, Column> = new Map(
  (Object.keys(synonyms) as Column[]).flatMap((column) =>
    synonyms[column].map((name) => [name, column] as const),
  ),
);

/** The column that a header names, in any case and punctuation; null for one that is not ours. */
export function columnOf(header: string): Column | null {
  const folded = header
    .normalize('NFKD')
    .toLowerCase()
    .replace(/[^a-z0-9]/g, '');
  const found = bySynonym.get(folded);
  if (found !== undefined) return found;
  // Tables give each network card a column of its own: MAC 1, MAC 2.
  const numbered = bySynonym.get(folded.replace(/\d{1,2}$/, ''));
  return numbered === 'macs' ? 'macs' : null;
}

export function isMachineColumn(column: Column): column is MachineColumn {
  return (machineColumns as readonly Column[]).includes(column);
}
