import type { SwarmNext, swarmAskSchema } from '../../core/contract/rack';
import type { z } from 'zod';
import { timeouts } from '../../core/base/timeouts';
import type { Machines } from './machines';
import type { ServedImage } from './served-image';
import type { Swarm } from './swarm';

/** Answers agents that ask for their next chunk. One that has to wait is answered when something can be sent that it lacks. */
export class ChunkRequests {
  /** Who waits, the longest first. */
  readonly #waiting = new Set<{ readonly taker: string; readonly wake: () => void }>();

  constructor(
    private readonly swarm: Swarm,
    private readonly machines: Machines,
  ) {}

  /** @param wanted indexes in the image's list, in the order in which the machine would like them */
  join(certificate: string, fingerprint: string, image: ServedImage, wanted: readonly number[]): void {
    const missing = [...new Set(wanted.flatMap((index) => image.list[index] ?? []))];
    const lacks = new Set(missing);
    const gives = this.machines.peerOf(certificate) !== null;
    const has = gives ? image.list.filter((sha256) => !image.isOwn(sha256) && !lacks.has(sha256)) : [];
    const bytesOf = (sha256: string): number => image.chunk(sha256)?.length ?? 0;
    this.swarm.join(takerOf(certificate, fingerprint), certificate, missing, has, bytesOf);
    this.#wake();
  }

  async next(
    certificate: string,
    fingerprint: string,
    image: ServedImage,
    { got, failed, wrong }: z.infer<typeof swarmAskSchema>,
  ): Promise<SwarmNext> {
    const taker = takerOf(certificate, fingerprint);
    const gives = this.machines.peerOf(certificate) !== null;
    for (const sha256 of got) this.swarm.got(taker, sha256, gives && !image.isOwn(sha256));
    for (const sha256 of failed) this.swarm.failed(taker, sha256);
    for (const sha256 of wrong) this.swarm.wrong(taker, sha256);
    if (got.length + failed.length + wrong.length > 0) this.#wake();
    const until = performance.now() + timeouts.rackWait;
    for (;;) {
      const next = this.swarm.next(taker);
      if (next === 'done') return next;
      if (next !== 'wait') {
        const { sha256, from } = next;
        if (from === null) return { sha256, from };
        const peer = this.machines.peerOf(from);
        if (peer !== null) return { sha256, from: { ...peer, certificate: from } };
        // It was turned away meanwhile.
        this.swarm.failed(taker, sha256);
        continue;
      }
      const left = until - performance.now();
      if (left <= 0) return 'wait';
      await this.#change(taker, left);
    }
  }

  #wake(): void {
    const waiting = [...this.#waiting];
    for (const index of this.swarm.usable(waiting.map(({ taker }) => taker))) waiting[index]?.wake();
  }

  async #change(taker: string, milliseconds: number): Promise<void> {
    await new Promise<void>((resolve) => {
      const wake = (): void => {
        clearTimeout(timer);
        this.#waiting.delete(waits);
        resolve();
      };
      const timer = setTimeout(wake, milliseconds);
      const waits = { taker, wake };
      this.#waiting.add(waits);
    });
  }
}

/** A machine that fetches a disk image, as the swarm knows it. */
export function takerOf(certificate: string, fingerprint: string): string {
  return `${certificate} ${fingerprint}`;
}
