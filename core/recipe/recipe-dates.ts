import type { MediaDates } from '../media/media-dates';
import type { Recipe } from './recipe';

/** The dates that a recipe gives its media. @returns null for a media file without a site, which has none */
export function datesOfRecipe({ deployment }: Recipe): MediaDates | null {
  if (deployment === undefined) return null;
  const { certificate, shipBy, siteCode, managementPoints } = deployment;
  const time = (text: string | undefined): string | null =>
    text === undefined ? null : new Date(text).toISOString();
  return {
    certificateStart: time(certificate.start),
    certificateEnd: time(certificate.end),
    shipBy: shipBy ?? null,
    site: siteCode,
    managementPoints: managementPoints.urls,
  };
}
