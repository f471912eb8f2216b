import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { randomBytes } from 'node:crypto';
import { isIPv4 } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { errorCodeOf } from '../../core/base/system-error';
import { cancelled, PrestageError } from '../../core/base/errors';
import { timeouts } from '../../core/base/timeouts';

/** Looks for a DHCP server on a network, as a machine that starts there would (RFC 2131, 4.4.1). Takes no address. */

const serverPort = 67;
const clientPort = 68;
/** RFC 2131, 3: what begins the options. */
const cookie = Buffer.from([99, 130, 83, 99]);
const fixedBytes = 236;
const discover = 1;
const offer = 2;
/** RFC 2132: 53 DHCP message type, 54 server identifier, 255 end. */
const options = { messageType: 53, server: 54, end: 255, pad: 0 } as const;

/** What asks, of six bytes: an interface without such an address asks with zeros in its place. @param mac of the interface */
export function hardwareAddress(mac: string): string {
  const bytes = mac === '' ? [] : mac.split(':');
  return Array.from({ length: 6 }, (_, at) => bytes[at] ?? '00').join(':');
}

/** A DISCOVER, of a PC with 64-bit UEFI that would start from the network: servers that answer only such ones answer, too. */
export function discoverMessage(transaction: number, mac: string): Buffer {
  const message = Buffer.alloc(fixedBytes);
  // A request, over Ethernet, whose addresses have six bytes.
  message.set([1, 1, 6, 0], 0);
  message.writeUInt32BE(transaction, 4);
  // The answer is to go to everybody: this computer would not hear it at an address that it has not got.
  message.writeUInt16BE(0x8000, 10);
  message.set(Buffer.from(hardwareAddress(mac).replaceAll(':', ''), 'hex'), 28);
  const vendor = Buffer.from('PXEClient:Arch:00007:UNDI:003016');
  const wanted = [
    ...[options.messageType, 1, discover],
    // RFC 4578: 93 client architecture 7, 94 interface; RFC 2132: 60 vendor class, 55 what is asked for.
    ...[93, 2, 0, 7, 94, 3, 1, 3, 16, 60, vendor.length, ...vendor, 55, 4, 1, 3, 66, 67, options.end],
  ];
  // Some relays drop what is shorter than a BOOTP message.
  return Buffer.concat([message, cookie, Buffer.from(wanted), Buffer.alloc(64)]);
}

/** The server that offers something in answer to that DISCOVER; null: the message is anything else. */
export function offeringServer(message: Buffer, transaction: number, from: string): string | null {
  if (message.length < fixedBytes + cookie.length || message[0] !== 2) return null;
  if (
    message.readUInt32BE(4) !== transaction ||
    !message.subarray(fixedBytes, fixedBytes + 4).equals(cookie)
  ) {
    return null;
  }
  let server = from;
  let type = 0;
  for (let at = fixedBytes + 4; at < message.length;) {
    const code = message[at] ?? options.end;
    if (code === options.end) break;
    if (code === options.pad) {
      at += 1;
      continue;
    }
    const length = message[at + 1] ?? 0;
    const value = message.subarray(at + 2, at + 2 + length);
    if (code === options.messageType) type = value[0] ?? 0;
    if (code === options.server && value.length === 4) server = value.join('.');
    at += 2 + length;
  }
  return type === offer ? server : null;
}

/**
 * Asks whether a DHCP server answers on the network of an interface.
 * @param own address and MAC of the interface
 * @returns its address; null: none has answered in time
 * @throws PrestageError boot-port, cancelled
 */
export async function findDhcpServer(
  own: { readonly address: string; readonly mac: string },
  signal: AbortSignal,
  patience: number = timeouts.dhcpLook,
): Promise<string | null> {
  const transaction = randomBytes(4).readUInt32BE(0);
  // Answers are broadcast, and reach only a socket that is bound to no address. A broadcast leaves through the interface whose address
  // its socket is bound to.
  const [receiver, sender] = [await bound('0.0.0.0'), await bound(own.address)];
  try {
    sender.setBroadcast(true);
    const found = new Promise<string>((resolve) => {
      receiver.on('message', (message, { address }) => {
        const server = offeringServer(message, transaction, address);
        if (server !== null) resolve(isIPv4(server) ? server : address);
      });
    });
    const message = discoverMessage(transaction, own.mac);
    const end = performance.now() + patience;
    // A server looks whether an address is taken before it offers it; and one message may be lost.
    while (performance.now() < end) {
      await send(sender, message);
      const wait = sleep(Math.min(timeouts.dhcpAgain, end - performance.now()), null, { signal }).catch(
        () => {
          throw cancelled('Looking for another DHCP server');
        },
      );
      const server = await Promise.race([found, wait]);
      if (server !== null) return server;
    }
    return null;
  } finally {
    receiver.close();
    sender.close();
  }
}

async function send(socket: Socket, message: Buffer): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    socket.send(message, serverPort, '255.255.255.255', (error) => {
      if (error === null) resolve();
      else reject(error);
    });
  }).catch((error: unknown) => {
    throw new PrestageError({
      code: 'boot-interface',
      message: 'Nothing can be sent on the network of the rack.',
      cause: error instanceof Error ? error.message : null,
    });
  });
}

async function bound(address: string): Promise<Socket> {
  const socket = createSocket({ type: 'udp4', reuseAddr: true });
  try {
    socket.bind(clientPort, address);
    await once(socket, 'listening');
    return socket;
  } catch (error) {
    socket.close();
    if (!['EADDRINUSE', 'EACCES'].includes(errorCodeOf(error) ?? '')) throw error;
    throw new PrestageError({
      code: 'boot-port',
      message: `UDP port ${clientPort} cannot be opened. It is needed to look for another DHCP server.`,
      cause: error instanceof Error ? error.message : null,
    });
  }
}
