import type { Socket } from 'node:net';
import { timeouts } from '../../core/base/timeouts';

export interface DoorOptions {
  /** Connections of one address of which nobody knows whose they are. */
  readonly mostOfAddress: number;
  /** The same, of all addresses. */
  readonly most: number;
  /** Milliseconds until a connection must have asked for something. */
  readonly patience?: number;
}

interface Guest {
  readonly socket: Socket;
  readonly address: string;
  readonly timer: NodeJS.Timeout;
}

/**
 * Who comes to a server on the rack's network, until it is known. Whoever opens connections without end only ever pushes out others of whom
 * nothing is known either, of the address that has most of them first: machines that were admitted stay, and come in again.
 */
export class Door {
  readonly #options: DoorOptions;
  /** By address, the oldest first. */
  readonly #strangers = new Map<string, Set<Guest>>();
  /** By address and port: a TLS connection and the one that it goes over have these in common. */
  readonly #guests = new Map<string, Guest>();
  #count = 0;

  constructor(options: DoorOptions) {
    this.#options = options;
  }

  /** Somebody has come. */
  enter(socket: Socket): void {
    const address = socket.remoteAddress ?? '';
    const key = keyOf(socket);
    const timer = setTimeout(() => socket.destroy(), this.#options.patience ?? timeouts.rackMute);
    timer.unref();
    const guest: Guest = { socket, address, timer };
    this.#guests.set(key, guest);
    const others = this.#strangers.get(address) ?? new Set<Guest>();
    this.#strangers.set(address, others.add(guest));
    this.#count += 1;
    socket.on('error', () => socket.destroy());
    socket.once('close', () => {
      clearTimeout(timer);
      if (this.#guests.get(key) === guest) this.#guests.delete(key);
      this.#forget(guest);
    });
    if (others.size > this.#options.mostOfAddress) this.#pushOut(others);
    else if (this.#count > this.#options.most) this.#pushOut(this.#largest());
  }

  /** It has asked for something. */
  asks(socket: Socket): void {
    clearTimeout(this.#guests.get(keyOf(socket))?.timer);
  }

  /** It is one of ours, and is not counted any more. */
  know(socket: Socket): void {
    const guest = this.#guests.get(keyOf(socket));
    if (guest === undefined) return;
    clearTimeout(guest.timer);
    this.#forget(guest);
  }

  #forget(guest: Guest): void {
    const others = this.#strangers.get(guest.address);
    if (others?.delete(guest) !== true) return;
    this.#count -= 1;
    if (others.size === 0) this.#strangers.delete(guest.address);
  }

  #pushOut(of: ReadonlySet<Guest>): void {
    const [oldest] = of;
    if (oldest === undefined) return;
    this.#forget(oldest);
    oldest.socket.destroy();
  }

  #largest(): ReadonlySet<Guest> {
    let largest: ReadonlySet<Guest> = new Set();
    for (const others of this.#strangers.values()) if (others.size > largest.size) largest = others;
    return largest;
  }
}

function keyOf({ remoteAddress, remotePort }: Socket): string {
  return `${remoteAddress ?? ''} ${remotePort ?? ''}`;
}
