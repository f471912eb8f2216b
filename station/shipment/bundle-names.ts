/** What files are called when nobody says. Apart from what makes them, so that the app need not carry that. */

/** @param number of the shipment */
export function bundleFileName(number: string): string {
  return `SHIPMENT-${number.replace(/[^A-Za-z0-9._-]/g, '-')}.zip`;
}

/** Path of a paper that lies beside its bundle, to be printed: `…/SHIPMENT-1-labels.pdf`. */
export function paperFileName(bundle: string, name: string): string {
  return `${bundle.replace(/\.zip$/i, '')}-${name}`;
}
