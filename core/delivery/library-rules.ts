import { plural } from '../base/plurals';
import type { Contents } from '../contents/contents';
import { packageKey, type Package } from '../contents/contents';

/** What the app may do with a media file of the library, and what it says of it in a line. */

/** What stands against removing a media file. */
export interface RemovalSituation {
  /** It is the media of the batch. */
  readonly chosen: boolean;
  /** Jobs that run, whatever they write: they may read it. */
  readonly running: number;
  /** A media file is being received: it may be this one, or what a difference is from. */
  readonly receiving: boolean;
}

/** Why a media file may not be removed now, as the end of a message; null when it may. */
export function removalRefusal({ chosen, running, receiving }: RemovalSituation): string | null {
  if (running > 0) return `${running} ${plural(running, 'drive is', 'drives are')} in progress`;
  if (chosen) return 'it is chosen for the next drives';
  return receiving ? 'a media file is being received' : null;
}

/** How many packages a media file holds, and the bytes of their files, unpacked. */
export function contentsSum({ packages }: Contents): { readonly packages: number; readonly bytes: number } {
  return {
    packages: packages.length,
    bytes: packages.reduce((bytes, one) => bytes + one.bytes, 0),
  };
}

/** The packages of a media file, with the names that its recipe gives them where the list has none. */
export function namedPackages(
  { packages }: Contents,
  named: readonly { readonly id: string; readonly name: string; readonly version?: string | undefined }[],
): Package[] {
  const byId = new Map(named.map((one) => [packageKey(one.id), one]));
  return packages.map((one) => {
    const recipe = byId.get(packageKey(one.id));
    return {
      ...one,
      name: one.name ?? recipe?.name ?? null,
      version: one.version ?? recipe?.version ?? null,
    };
  });
}

/** What of a media file tells which one it is. */
interface OfLibrary {
  readonly name: string;
  readonly path: string | null;
  readonly signer: { readonly name: string };
}

/**
 * The media of a library as people look for them: of each name and signer the newest, and the one that is chosen; the older ones
 * apart.
 * @param media the newest revision of a name first
 */
export function newestOf<M extends OfLibrary>(
  media: readonly M[],
  chosenPath: string | null,
): { readonly shown: readonly M[]; readonly older: readonly M[] } {
  const seen = new Set<string>();
  const shown: M[] = [];
  const older: M[] = [];
  for (const one of media) {
    const key = JSON.stringify([one.name, one.signer.name]);
    const isChosen = one.path !== null && one.path === chosenPath;
    (seen.has(key) && !isChosen ? older : shown).push(one);
    seen.add(key);
  }
  return { shown, older };
}
