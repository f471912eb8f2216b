import { sanitizeForDisplay } from '../../core/base/display';
import { readMac, readUuid } from '../../core/machine/identifiers';
import { machineDetailsSchema, maxMacs, type MachineDetails } from '../../core/machine/machine';
import { isPlaceholder, normalizeSerial, serialProblem } from '../../core/machine/serial';
import { isAssetPlaceholder, uuidOfPrinted, uuidProblem } from '../../core/machine/smbios';
import type { ThisMachine } from '../../core/machine/this-machine';
import type { NetworkInterface } from './machine-sysfs';
import type { FirmwareTexts } from './firmware-texts';

type Refused = ThisMachine['refused'][number];

/** Decides what of the firmware's texts names this machine. Pure. */
export function assessThisMachine(
  texts: FirmwareTexts,
  interfaces: readonly NetworkInterface[],
  source: ThisMachine['source'],
): ThisMachine {
  const refused: Refused[] = [];
  const refuse = (what: Refused['what'], text: string, why: Refused['why']): null => {
    refused.push({ what, text: sanitizeForDisplay(text), why });
    return null;
  };
  const serial = assessSerial(texts, refuse);
  const uuid = assessUuid(texts, refuse);
  const asset = texts.assetTag === null ? null : sanitizeForDisplay(texts.assetTag, 64);
  const assetTag =
    asset === null ? null : isAssetPlaceholder(asset) ? refuse('asset-tag', asset, 'placeholder') : asset;
  const model = assessModel(texts, refuse);
  const macs = assessMacs(interfaces, refuse);
  const details: MachineDetails = machineDetailsSchema.parse({
    ...(assetTag === null ? {} : { assetTag }),
    ...(uuid === null ? {} : { uuid }),
    ...macs,
    ...(model === null ? {} : { model }),
    ...namesOf(texts),
  });
  return { serial, facts: details, refused, source, needsPrivilege: texts.hidden };
}

type Refuse = (what: Refused['what'], text: string, why: Refused['why']) => null;

/** The system's serial, then the chassis'. Never the board's: it is the serial of a spare part. */
function assessSerial({ systemSerial, chassisSerial }: FirmwareTexts, refuse: Refuse): string | null {
  for (const text of [systemSerial, chassisSerial]) {
    if (text === null) continue;
    const serial = normalizeSerial(sanitizeForDisplay(text));
    const problem = serialProblem(serial);
    if (problem === null) return serial;
    refuse('serial', text, problem.code === 'serial-placeholder' ? 'placeholder' : 'invalid');
  }
  return null;
}

function assessUuid({ uuid: printed, version }: FirmwareTexts, refuse: Refuse): string | null {
  if (printed === null) return null;
  const read = readUuid(printed);
  if (read === null) {
    // dmidecode's words for all zeros and all ones.
    const unset = isPlaceholder(printed) || /^not (?:present|settable)$/i.test(printed);
    return refuse('uuid', printed, unset ? 'placeholder' : 'invalid');
  }
  const uuid = uuidOfPrinted(read, version);
  const problem = uuidProblem(uuid);
  if (problem === null) return uuid;
  return refuse('uuid', printed, problem === 'not-set' ? 'placeholder' : 'shared');
}

/** Lenovo's product is the machine type model, and its version what people call the machine. */
function assessModel({ vendor, product, productVersion }: FirmwareTexts, refuse: Refuse): string | null {
  if (product === null) return null;
  if (isPlaceholder(product)) return refuse('model', product, 'placeholder');
  const named =
    vendor?.toUpperCase() === 'LENOVO' && productVersion !== null && !isPlaceholder(productVersion);
  const name = named ? `${productVersion} (${product})` : product;
  const clean = sanitizeForDisplay(
    vendor === null || isPlaceholder(vendor) || name.toUpperCase().startsWith(vendor.toUpperCase())
      ? name
      : `${vendor} ${name}`,
    80,
  );
  return clean === '' ? null : clean;
}

/** What tells a model beside its name; a placeholder, or what was not filled in, tells nothing. */
function namesOf({
  vendor,
  sku,
  board,
}: FirmwareTexts): Pick<MachineDetails, 'maker' | 'systemSku' | 'board'> {
  const said = (text: string | null): string | null => {
    if (text === null || isPlaceholder(text) || /^(?:sku|not specified|none|n\/a)$/i.test(text)) return null;
    const clean = sanitizeForDisplay(text, 64);
    return clean === '' ? null : clean;
  };
  const [maker, systemSku, product] = [said(vendor), said(sku), said(board)];
  return {
    ...(maker === null ? {} : { maker }),
    ...(systemSku === null ? {} : { systemSku }),
    ...(product === null ? {} : { board: product }),
  };
}

/** The wired ones first: by them a machine is found when it starts from the network. */
function assessMacs(
  interfaces: readonly NetworkInterface[],
  refuse: Refuse,
): Pick<MachineDetails, 'macs' | 'wifiMacs'> {
  const macs = new Set<string>();
  const wifi = new Set<string>();
  const wiredFirst = interfaces.toSorted((a, b) => Number(a.wireless) - Number(b.wireless));
  for (const { address, movable, original, wireless } of wiredFirst) {
    const mac = readMac(address);
    if (mac === null) refuse('mac', address, 'invalid');
    else if (movable) refuse('mac', mac, 'movable');
    else if (!original) refuse('mac', mac, 'changed');
    else if (macs.size < maxMacs) {
      if (wireless && !macs.has(mac)) wifi.add(mac);
      macs.add(mac);
    }
  }
  return {
    ...(macs.size === 0 ? {} : { macs: [...macs] }),
    ...(wifi.size === 0 ? {} : { wifiMacs: [...wifi] }),
  };
}
