import { maxMacs, type MachineDetails } from './machine';
import { sameUuid } from './smbios';
import { sanitizeForDisplay } from '../base/display';
import { PrestageError } from '../base/errors';

/** What two sayings about one machine cannot both be right about. */
export interface DetailsConflict {
  readonly what: 'asset-tag' | 'uuid' | 'computer-name' | 'hardware-hash' | 'macs';
  readonly known: string;
  readonly other: string;
}

/**
 * Two sayings about one machine as one. What is known stays as it is: a UUID in swapped byte order is the same, and
 * another name of the model is no other machine. MACs are gathered, each once.
 */
export function joinDetails(known: MachineDetails, more: MachineDetails): MachineDetails | DetailsConflict {
  const conflict = detailsConflict(known, more);
  if (conflict !== null) return conflict;
  const macs = [...new Set([...(known.macs ?? []), ...(more.macs ?? [])])];
  if (macs.length > maxMacs) {
    return { what: 'macs', known: (known.macs ?? []).join(', '), other: (more.macs ?? []).join(', ') };
  }
  const wifi = [...new Set([...(known.wifiMacs ?? []), ...(more.wifiMacs ?? [])])].slice(0, maxMacs);
  return {
    ...{ ...more, ...known },
    ...(macs.length === 0 ? {} : { macs }),
    ...(wifi.length === 0 ? {} : { wifiMacs: wifi }),
  };
}

/** Tells the two results of {@link joinDetails} apart. */
export function isConflict(joined: MachineDetails | DetailsConflict): joined is DetailsConflict {
  return 'what' in joined;
}

/** What two sayings about one machine contradict each other in, or null. */
export function detailsConflict(known: MachineDetails, more: MachineDetails): DetailsConflict | null {
  const pairs = [
    ['uuid', known.uuid, more.uuid, sameUuid],
    ['asset-tag', known.assetTag, more.assetTag, sameText],
    ['computer-name', known.computerName, more.computerName, sameText],
    ['hardware-hash', known.hardwareHash, more.hardwareHash, (one: string, two: string) => one === two],
  ] as const;
  for (const [what, first, second, same] of pairs) {
    if (first !== undefined && second !== undefined && !same(first, second)) {
      return { what, known: first, other: second };
    }
  }
  return null;
}

/** What two different machines cannot both have, and do; null when there is nothing. */
export function sharedIdentity(one: MachineDetails, other: MachineDetails): string | null {
  if (one.uuid !== undefined && other.uuid !== undefined && sameUuid(one.uuid, other.uuid)) return other.uuid;
  if (one.assetTag !== undefined && other.assetTag !== undefined && sameText(one.assetTag, other.assetTag)) {
    return other.assetTag;
  }
  return sharedMac(one, other);
}

/** Whether both have a network adapter of the same address. */
export function sharesAdapter(one: MachineDetails, other: MachineDetails): boolean {
  return sharedMac(one, other) !== null;
}

function sharedMac(one: MachineDetails, other: MachineDetails): string | null {
  return (other.macs ?? []).find((mac) => one.macs?.includes(mac) === true) ?? null;
}

/** Whether nothing is said. */
export function saysNothing(details: MachineDetails): boolean {
  return Object.keys(details).length === 0;
}

/** Whether joining would tell anything that is not known. */
export function addsNothing(known: MachineDetails, more: MachineDetails): boolean {
  const joined = joinDetails(known, more);
  if (isConflict(joined)) return false;
  const size = ({ macs = [], wifiMacs = [], ...others }: MachineDetails): number =>
    Object.keys(others).length + macs.length + wifiMacs.length;
  return size(joined) === size(known);
}

/** The MACs as people read them: of a Wi-Fi adapter it is said. */
export function macWords({ macs = [], wifiMacs = [] }: MachineDetails): string[] {
  return macs.map((mac) => (wifiMacs.includes(mac) ? `${mac} (Wi-Fi)` : mac));
}

function sameText(one: string, two: string): boolean {
  return one.toUpperCase() === two.toUpperCase();
}

const names: Readonly<Record<DetailsConflict['what'], string>> = {
  'asset-tag': 'a different asset tag',
  uuid: 'a different SMBIOS UUID',
  'computer-name': 'a different computer name',
  'hardware-hash': 'a different hardware hash',
  macs: 'different MACs',
};

/**
 * What is known of a machine from the order and from the machine itself. Of maker and model, which are only names and of
 * which makers have several for one, the machine's own word is kept.
 * @throws PrestageError machine-contradicts
 */
export function mergeMachineDetails(
  machineSerial: string,
  ordered: MachineDetails,
  scanned: MachineDetails,
): MachineDetails {
  const joined = joinDetails(ordered, scanned);
  if (!isConflict(joined)) {
    const { model, maker, systemSku, board } = scanned;
    return {
      ...joined,
      ...(model === undefined ? {} : { model }),
      ...(maker === undefined ? {} : { maker }),
      ...(systemSku === undefined ? {} : { systemSku }),
      ...(board === undefined ? {} : { board }),
    };
  }
  const { what, known, other } = joined;
  throw new PrestageError({
    code: 'machine-contradicts',
    message: `Machine ${sanitizeForDisplay(machineSerial)} has ${names[what]} than in the work order.`,
    cause: `order   ${sanitizeForDisplay(known, 80)}\nmachine ${sanitizeForDisplay(other, 80)}`,
  });
}

/** Maker and model in words, the maker once; null: neither is known. */
export function modelText({ maker, model }: Pick<MachineDetails, 'maker' | 'model'>): string | null {
  if (model === undefined) return maker ?? null;
  if (maker === undefined) return model;
  const [first = ''] = maker.toLowerCase().split(/[\s,.]/);
  return model.toLowerCase().startsWith(first) ? model : `${maker} ${model}`;
}

/** By what driver packs are chosen beside the name of the model, in words; null: nothing is known. */
export function modelIdsText({
  systemSku,
  board,
}: Pick<MachineDetails, 'systemSku' | 'board'>): string | null {
  const parts = [
    ...(systemSku === undefined ? [] : [`SKU ${systemSku}`]),
    ...(board === undefined ? [] : [`board ${board}`]),
  ];
  return parts.length === 0 ? null : parts.join(', ');
}
