/** What a column of an order can hold: of each machine, and of the order as a whole. */
export const machineColumns = [
  'serial',
  'assetTag',
  'computerName',
  'uuid',
  'macs',
  'wiredMacs',
  'wifiMacs',
  'model',
  'maker',
  'systemSku',
  'board',
  'hardwareHash',
  'groupTag',
  'assignedUser',
  'replaces',
  'replacesSerial',
  'firmwareTrust',
] as const;
export type MachineColumn = (typeof machineColumns)[number];
/** Columns with MACs: of any adapter, of Ethernet, of Wi-Fi. */
export type MacColumn = Extract<MachineColumn, 'macs' | 'wiredMacs' | 'wifiMacs'>;
export const orderColumns = [
  'number',
  'mediaSha256',
  'imageIndex',
  'layout',
  'shipBy',
  'atEnd',
  'disk',
  // A table says it of each machine; in JSON the order can say it of all.
  'firmwareTrust',
] as const;
export type OrderColumn = (typeof orderColumns)[number];
export type Column = MachineColumn | OrderColumn;

/** What a column is called in messages. */
export const columnNames: Readonly<Record<Column, string>> = {
  serial: 'serial',
  assetTag: 'asset tag',
  computerName: 'computer name',
  uuid: 'SMBIOS UUID',
  macs: 'MAC',
  wiredMacs: 'Ethernet MAC',
  wifiMacs: 'Wi-Fi MAC',
  model: 'model',
  maker: 'maker',
  systemSku: 'system SKU',
  board: 'board',
  hardwareHash: 'hardware hash',
  groupTag: 'Group Tag',
  assignedUser: 'assigned user',
  replaces: 'replaced computer',
  replacesSerial: 'serial of the replaced computer',
  firmwareTrust: 'firmware trust',
  number: 'work order number',
  mediaSha256: 'media SHA-256',
  imageIndex: 'image',
  layout: 'layout',
  shipBy: 'ship-by day',
  atEnd: 'end of the machines',
  disk: 'disk rule',
};

/**
 * What enterprises call them, folded to letters and digits: Configuration Manager and Autopilot exports, asset
 * management, English and German purchase lists.
 */
const synonyms: Readonly<Record<Exclude<Column, MacColumn>, readonly string[]>> = {
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
  model: ['model', 'modelname', 'machinemodel', 'systemmodel', 'devicemodel', 'modell'],
  maker: ['maker', 'manufacturer', 'vendor', 'systemmanufacturer', 'devicemanufacturer', 'hersteller'],
  systemSku: [
    ...['systemsku', 'systemskunumber', 'sku', 'skunumber', 'systemid', 'dellsystemid', 'machinetype', 'mtm'],
    ...['machinetypemodel', 'lenovotype', 'lenovomachinetype', 'productnumber', 'hpproductnumber'],
  ],
  board: [
    'board',
    'boardid',
    'baseboard',
    'baseboardproduct',
    'systemboard',
    'hpboard',
    'hpboardid',
    'platformid',
  ],
  hardwareHash: ['hardwarehash', 'autopilothash'],
  groupTag: ['grouptag', 'autopilotgrouptag'],
  assignedUser: ['assigneduser', 'assigneduserprincipalname', 'userprincipalname', 'upn'],
  replaces: [
    ...[
      'replaces',
      'replacescomputer',
      'replacedcomputer',
      'replacedcomputername',
      'replacedname',
      'replacesname',
    ],
    ...['oldcomputer', 'oldcomputername', 'oldname', 'oldhostname', 'olddevicename', 'oldpc', 'oldpcname'],
    ...['sourcecomputer', 'sourcecomputername', 'sourcename', 'previouscomputername', 'ersetzt', 'altgeraet'],
  ],
  replacesSerial: [
    ...[
      'replacesserial',
      'replacesserialnumber',
      'replacedserial',
      'replacedserialnumber',
      'oldserial',
      'oldserialnumber',
    ],
    ...['oldservicetag', 'sourceserial', 'sourceserialnumber', 'previousserial', 'previousserialnumber'],
  ],
  firmwareTrust: [
    ...['firmwaretrust', 'firmwaretrusts', 'firmwarecertificates', 'trustedcertificates'],
    ...['securebootcertificates', 'secureboottrust', 'securebootca', 'uefica', 'ueficas'],
  ],
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
  shipBy: ['shipby', 'shipbyday', 'shipbydate', 'shipuntil'],
  atEnd: ['atend', 'machinesatend', 'endaction'],
  // Not `disk`: lists of machines have that for what is in them.
  disk: ['diskrule', 'targetdisk'],
};

const bySynonym: ReadonlyMap<string, Column> = new Map(
  (Object.keys(synonyms) as (keyof typeof synonyms)[]).flatMap((column) =>
    synonyms[column].map((name) => [name, column] as const),
  ),
);

/** What stands beside `MAC` in a header, folded, where it says which adapter it is. */
const wired =
  /^(?:lan|wiredlan|wired|ethernet|eth|gigabit|onboard|onboardlan|lom|rj|pxe)(?:adapter|nic|port)?$/;
const wireless = /^(?:wlan|wifi|wireless|wirelesslan|wlanwifi|wifiwlan)(?:adapter|nic|card)?$/;
const any = /^(?:nic|network|networkadapter|adapter|physical)?$/;
const macWord = /mac(?:addresses|address|adressen|adresse|addr|ids|id|s)?/;

/** The headers of MACs that were known before Ethernet and Wi-Fi were told apart, all of one kind. */
const formerMacs = new Set([
  ...['mac', 'macs', 'macaddress', 'macaddresses', 'lanmac', 'lanmacaddress', 'wlanmac', 'wlanmacaddress'],
  ...['wifimac', 'wifimacaddress', 'wirelessmac', 'ethernetmac', 'ethernetmacaddress', 'macadresse'],
]);

/** What was not read before Ethernet and Wi-Fi were told apart. */
const newColumns: ReadonlySet<Column> = new Set<Column>([
  ...(['groupTag', 'assignedUser', 'shipBy', 'maker', 'systemSku', 'board', 'replaces'] as const),
  ...(['replacesSerial', 'firmwareTrust', 'atEnd', 'disk'] as const),
]);

/**
 * The column that a header names, in any case and punctuation; null for one that is not ours.
 * @param former as it was understood before Ethernet and Wi-Fi were told apart: orders that were opened then
 */
export function columnOf(header: string, former = false): Column | null {
  const folded = header
    .normalize('NFKD')
    .toLowerCase()
    .replace(/[^a-z0-9]/g, '');
  const found = bySynonym.get(folded);
  if (found !== undefined) return former && newColumns.has(found) ? null : found;
  if (former) {
    return formerMacs.has(folded) || formerMacs.has(folded.replace(/\d{1,2}$/, '')) ? 'macs' : null;
  }
  return macColumnOf(folded);
}

/** Tables give each network card a column of its own: MAC 1, MAC (LAN), Wi-Fi MAC address. */
function macColumnOf(folded: string): MacColumn | null {
  if (!macWord.test(folded)) return null;
  // Also `LAN address (MAC)` and `Ethernet MAC 2`.
  const beside = folded
    .replace('80211', 'wifi')
    .replace(/\d{1,2}/g, '')
    .replace(macWord, '')
    .replace(/addresse?s?|adressen?/, '');
  if (wireless.test(beside)) return 'wifiMacs';
  if (wired.test(beside)) return 'wiredMacs';
  return any.test(beside) ? 'macs' : null;
}

export function isMachineColumn(column: Column): column is MachineColumn {
  return (machineColumns as readonly Column[]).includes(column);
}

export function isMacColumn(column: Column): column is MacColumn {
  return column === 'macs' || column === 'wiredMacs' || column === 'wifiMacs';
}
