import { z } from 'zod';
import { sanitizeForDisplay } from '../base/display';
import { errorData, errorDataSchema, PrestageError, type ErrorData } from '../base/errors';

/** Which network interface machines may be started through, and which addresses they get there. Pure. */

/** A name as Linux takes it (IFNAMSIZ: 15 characters), and as no other program takes it for an option. */
export const interfaceNameSchema = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,14}$/);

export const bootInterfaceSchema = z.strictObject({
  name: z.string(),
  mac: z.string(),
  /** IPv4; null: it has none, or several. */
  address: z.ipv4().nullable(),
  /** Bits of the address that name the network. */
  prefix: z.int().min(0).max(32).nullable(),
  /** Why machines are not started through it; null: nothing is known against it. Whether another DHCP server is there is not asked. */
  refused: errorDataSchema.nullable(),
});
export type BootInterface = z.infer<typeof bootInterfaceSchema>;

/** What the system tells of an interface. */
export interface InterfaceFacts {
  readonly name: string;
  readonly mac: string;
  readonly loopback: boolean;
  readonly wireless: boolean;
  /** It is switched on. */
  readonly up: boolean;
  /** It has a link: something is at the other end of the cable. */
  readonly carrier: boolean;
  readonly addresses: readonly { readonly address: string; readonly prefix: number }[];
  /** It leads to other networks, by whichever of the system's tables of routes. */
  readonly defaultRoute: boolean;
}

/** An interface with what stands against it. */
export function assessInterface(facts: InterfaceFacts): BootInterface {
  const [only, ...others] = facts.addresses;
  const one = others.length === 0 ? (only ?? null) : null;
  return {
    name: facts.name,
    mac: facts.mac,
    address: one?.address ?? null,
    prefix: one?.prefix ?? null,
    refused: refusalOf(facts),
  };
}

/** One through which machines may be started. */
export type UsableInterface = BootInterface & { readonly address: string; readonly prefix: number };

/** The interface that was named. @throws PrestageError boot-interface, boot-default-route */
export function requireUsable(name: string, interfaces: readonly BootInterface[]): UsableInterface {
  const found = interfaces.find((one) => one.name === name);
  if (found === undefined) {
    throw new PrestageError({
      code: 'boot-interface',
      message: `This computer has no network interface ${sanitizeForDisplay(name, 20)}.`,
    });
  }
  if (found.refused !== null) throw new PrestageError(found.refused);
  const { address, prefix } = found;
  if (address === null || prefix === null) throw new Error('an interface without an address was not refused');
  return { ...found, address, prefix };
}

function refusalOf(facts: InterfaceFacts): ErrorData | null {
  const name = sanitizeForDisplay(facts.name, 20);
  const refuse = (message: string, remedy?: string): ErrorData =>
    errorData({ code: 'boot-interface', message, ...(remedy === undefined ? {} : { remedy }) });
  if (facts.loopback) return refuse(`The interface ${name} leads to this computer alone.`);
  if (facts.wireless) return refuse(`The interface ${name} is wireless: machines start through a cable.`);
  if (facts.defaultRoute) {
    return errorData({
      code: 'boot-default-route',
      message: `The interface ${name} leads to other networks: this computer has a default route there.`,
    });
  }
  if (!facts.up) {
    return refuse(`The interface ${name} is switched off.`, `Switch it on: sudo ip link set ${name} up`);
  }
  const [only, ...others] = facts.addresses;
  if (only === undefined) {
    return refuse(
      `The interface ${name} has no IPv4 address.`,
      `Give it one of its own: sudo ip address add 192.168.77.1/24 dev ${name}`,
    );
  }
  if (others.length > 0) {
    return refuse(
      `The interface ${name} has ${others.length + 1} IPv4 addresses.`,
      'Leave it one, so that there is no doubt which network the machines are in.',
    );
  }
  if (addressRange(only.address, only.prefix) === null) {
    return refuse(
      `The network of the interface ${name} (${only.address}/${only.prefix}) is too small or too large for a rack.`,
      `Give it a network of 8 to 65,536 addresses: sudo ip address add 192.168.77.1/24 dev ${name}`,
    );
  }
  if (!facts.carrier) {
    return refuse(
      `The interface ${name} has no link: no cable, or the switch is off.`,
      'Plug the cable in and switch the switch on, then try again. Before anything is answered, another DHCP server is looked for.',
    );
  }
  return null;
}

export interface AddressRange {
  readonly first: string;
  readonly last: string;
  readonly netmask: string;
}

/** Addresses that machines get at most: so many leases are kept. */
export const mostMachines = 4096;

/**
 * The addresses of the interface's network that machines get: the longer part of it, above or below the station's own address.
 * @returns null where the network has fewer than 8 or more than 65,536 addresses, or the address is not one of its hosts
 */
export function addressRange(address: string, prefix: number): AddressRange | null {
  if (prefix < 16 || prefix > 29) return null;
  const own = numberOf(address);
  const size = 2 ** (32 - prefix);
  const network = own - (own % size);
  const broadcast = network + size - 1;
  if (own === network || own === broadcast) return null;
  const [first, last] = broadcast - own >= own - network ? [own + 1, broadcast - 1] : [network + 1, own - 1];
  return {
    first: textOf(Math.max(first, last - mostMachines + 1)),
    last: textOf(last),
    netmask: textOf(2 ** 32 - size),
  };
}

function numberOf(address: string): number {
  return address.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);
}

function textOf(number: number): string {
  return [24, 16, 8, 0].map((bits) => Math.floor(number / 2 ** bits) % 256).join('.');
}
