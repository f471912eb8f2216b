import type { Flavour } from './fuses';

/** This checkout has an Electron that a release must not ship. The message says what to do. */
export class WrongElectron extends Error {}

/**
 * A release ships the Electron that package.json pins and no other: the stand-in, which is taken where the official one
 * cannot be downloaded, is years older and has known security holes. Packages for tests may have it.
 * @param found what {@link prepareElectron} gave
 * @param pinned version of the package `electron`
 * @throws WrongElectron
 */
export function requireReleaseElectron(
  flavour: Flavour,
  found: { readonly version: string; readonly source: string },
  pinned: string,
): void {
  if (flavour !== 'release') return;
  if (found.version === pinned && found.source === `electron@${pinned}`) return;
  throw new WrongElectron(
    `A release needs the official Electron ${pinned}, and this checkout has Electron ${found.version} from ${found.source}. ` +
      'Nothing was packed. Connect this machine to the internet, run npx tsx build/electron-runtime.ts --fresh, and pack again. ' +
      'For a package that is only tested: npm run package -- --flavour test.',
  );
}
