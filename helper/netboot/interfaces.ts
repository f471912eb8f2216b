import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { timeouts } from '../../core/base/timeouts';
import { assessInterface, type BootInterface, type InterfaceFacts } from '../../core/netboot/boot-interface';
import { runTool, toolFailed } from '../tools/runner';

/** `ip -json address show` (iproute2), as far as it is read. */
const linksSchema = z.array(
  z.looseObject({
    ifname: z.string(),
    link_type: z.string(),
    flags: z.array(z.string()),
    address: z.string().optional(),
    addr_info: z.array(
      z.looseObject({ family: z.string(), local: z.string().optional(), prefixlen: z.int().optional() }),
    ),
  }),
);
/** `ip -json route show table all`. */
const routesSchema = z.array(z.looseObject({ dst: z.string(), dev: z.string().optional() }));

/** Reads what `ip` printed. @param wireless whether an interface of this name is wireless */
export function factsOf(
  links: string,
  routes: readonly string[],
  wireless: (name: string) => boolean,
): InterfaceFacts[] {
  const leading = new Set(
    routes.flatMap((text) =>
      routesSchema
        .parse(JSON.parse(text === '' ? '[]' : text))
        .flatMap(({ dst, dev }) => (dst === 'default' && dev !== undefined ? [dev] : [])),
    ),
  );
  return linksSchema.parse(JSON.parse(links)).map(({ ifname, link_type, flags, address, addr_info }) => ({
    name: ifname,
    mac: address ?? '',
    loopback: link_type === 'loopback' || flags.includes('LOOPBACK'),
    wireless: wireless(ifname),
    up: flags.includes('UP'),
    carrier: flags.includes('LOWER_UP') && !flags.includes('NO-CARRIER'),
    addresses: addr_info.flatMap(({ family, local, prefixlen }) =>
      family === 'inet' && local !== undefined && prefixlen !== undefined
        ? [{ address: local, prefix: prefixlen }]
        : [],
    ),
    defaultRoute: leading.has(ifname),
  }));
}

/** Every interface of this computer, with what stands against it. @throws PrestageError tool-missing, tool-failed */
export async function listBootInterfaces(signal?: AbortSignal): Promise<BootInterface[]> {
  const ask = async (...args: string[]): Promise<string> => {
    const ended = await runTool('ip', ['-json', ...args], { timeout: timeouts.listingTool, signal });
    if (ended.status !== 0) throw toolFailed('ip', 'did not list the network interfaces', ended.stderr);
    return ended.stdout.toString('utf8').trim();
  };
  const links = await ask('address', 'show');
  // A computer without IPv6 has no such table.
  const six = ask('-6', 'route', 'show', 'table', 'all').catch(() => '');
  const routes = [await ask('-4', 'route', 'show', 'table', 'all'), await six];
  const wireless = (name: string): boolean => existsSync(join('/sys/class/net', name, 'wireless'));
  return factsOf(links, routes, wireless).map(assessInterface);
}
