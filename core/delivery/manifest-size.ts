import { formatBytes } from '../base/display';
import { countedGrouped } from '../base/plurals';
import { largestManifest, partNames, type MediaManifest } from './manifest';

/** How large a manifest will be, before anything is hashed: nobody could receive one that is too large. */

export interface PlannedDelivery {
  /** What the sender says of the media. */
  readonly described: Pick<MediaManifest, 'contents' | 'recipe'>;
  readonly fileName: string;
  /** Of the media; a difference has fewer. */
  readonly bytes: number;
  /** Bytes of a part at most. */
  readonly partBytes: number;
  readonly blockBytes: number;
}

/** A SHA-256 in the list of blocks: 64 digits, two quotes, a comma. */
const blockText = 67;
/** A part beside its name and its blocks. */
const partText = 130;
/** Members that every manifest has, with names as long as they may be. */
const ownText = 16 * 1024;

/**
 * @returns why the manifest would be too large, as a whole sentence that names what makes it so; null when it will not be
 */
export function manifestTooLarge({
  described,
  fileName,
  bytes,
  partBytes,
  blockBytes,
}: PlannedDelivery): string | null {
  const parts = Math.ceil(bytes / partBytes);
  const blocks = Math.ceil(bytes / Math.min(partBytes, blockBytes));
  const [longest = ''] = partNames(fileName, parts).slice(-1);
  const shares = [
    {
      bytes: blocks * blockText + parts * (partText + textBytes(longest)),
      text: `the checksums of ${countedGrouped(blocks, 'block', 'blocks')}`,
    },
    {
      bytes: textBytes(described.contents),
      text: `the list of ${countedGrouped(described.contents?.packages.length ?? 0, 'package', 'packages')}`,
    },
    {
      bytes: textBytes(described.recipe),
      text: `what the recipe says of ${countedGrouped(described.recipe?.content.length ?? 0, 'package', 'packages')}`,
    },
  ].toSorted((left, right) => right.bytes - left.bytes);
  const sum = shares.reduce((total, share) => total + share.bytes, ownText);
  if (sum <= largestManifest) return null;
  const [most] = shares;
  return `The manifest would have ${formatBytes(sum)}, and ${formatBytes(largestManifest)} is the most that can be received. Most of it is ${most?.text ?? ''} (${formatBytes(most?.bytes ?? 0)}).`;
}

/** Bytes of a value as JSON in UTF-8, at most: three for each unit of UTF-16. */
function textBytes(value: unknown): number {
  const text = JSON.stringify(value ?? null);
  let bytes = 0;
  for (let at = 0; at < text.length; at += 1) bytes += text.charCodeAt(at) < 0x80 ? 1 : 3;
  return bytes;
}
