import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { PrestageError } from '../../core/base/errors';
import { usualAgentPort, type HostAndPort } from '../../core/settings/rack-settings';
import type { BootService } from './boot-service';

/** What the command line and the app take alike where nothing else is said. */

/** TCP port of the system that machines fetch when they start, where nobody says another. */
export const usualBootPort = 7412;

/** Where a station on a stick has its own image. */
const ownMedium = '/run/live/medium';

/** The image of Prestage Live that this station runs from; null: it runs from none. */
export function ownBootImage(): string | null {
  return existsSync(join(ownMedium, 'prestage/live.json')) ? ownMedium : null;
}

/**
 * Where agents find a station that starts its machines through an interface: at the address that it has there.
 * @param listen as it was asked for; null: the usual port
 * @throws PrestageError usage, boot-interface, boot-default-route
 */
export async function listenAtInterface(
  listen: HostAndPort | null,
  name: string,
  boot: Pick<BootService, 'addressOf'>,
): Promise<HostAndPort> {
  const address = await boot.addressOf(name);
  if (listen === null) return { host: address, port: usualAgentPort };
  if ([address, '0.0.0.0'].includes(listen.host)) return listen;
  throw new PrestageError({
    code: 'usage',
    message: `--listen is not the address of ${name}: machines that start there look for the station at ${address}.`,
    remedy: 'Leave --listen out, or give that address.',
  });
}
