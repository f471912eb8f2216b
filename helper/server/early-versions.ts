import { elevatedCaller } from '../tools/caller';
import { toolVersions } from '../tools/versions';

/** Versions of the tools, by running them, which is not done with privilege; begun before the station asks. */
export const versions: Promise<Readonly<Record<string, string>>> =
  elevatedCaller() === null ? toolVersions() : Promise.resolve({});
