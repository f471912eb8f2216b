import { chosenMedia, type JobMedia } from '../../core/pairing/job-media';
import type { OpenOrder } from '../orders/order-reader';
import type { KnownMedia } from './known-media';
import type { MediaVerifier } from './media-verifier';

/** What scans of a media file are compared with, as it is when they come. */
export function jobMediaOf(
  media: Pick<MediaVerifier, 'state' | 'wanted'>,
  known: KnownMedia,
  order: () => OpenOrder | null,
): () => JobMedia {
  return () => {
    const { wanted } = media;
    const ticket = wanted?.ticket ?? null;
    return {
      chosen: chosenMedia(media.state),
      ticket: wanted === null || ticket === null ? null : { sha256: wanted.sha256, name: ticket.name },
      ordered: () => order()?.order.mediaSha256 ?? null,
      isKnown: (sha256) => known.find(sha256) !== null,
    };
  };
}
