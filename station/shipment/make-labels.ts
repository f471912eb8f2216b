/** Makes labels of what the ledger says, in the form that the printer wants. */
import { layOutLabel, type LabelContent } from '../../core/label/label-layout';
import { labelSizes } from '../../core/label/label-settings';
import { labelZpl } from '../../core/label/zpl';
import type { LedgerReader } from '../ledger/ledger-reader';
import { machineLabel, shipmentLabels, testLabel } from './label-content';
import type { LabelChoice, LabelLook, MadeLabels } from './ship-protocol';

/**
 * @param ledger null for a test label, which needs none
 * @throws PrestageError record-not-found, label-refused, ledger-broken
 */
export async function makeLabels(
  ledger: LedgerReader | null,
  choice: LabelChoice,
  look: LabelLook,
): Promise<MadeLabels> {
  const time = new Date().toISOString();
  const { labels, left, what } = chosen(ledger, choice, time);
  const title = `Prestage: ${what}`;
  const bytes = await draw(title, labels, look, time);
  return { bytes, title, what, count: labels.length, left };
}

function chosen(
  ledger: LedgerReader | null,
  choice: LabelChoice,
  time: string,
): Pick<MadeLabels, 'left' | 'what'> & { readonly labels: readonly LabelContent[] } {
  if (choice.of === 'test') {
    return { labels: [testLabel(choice.stationName, time)], left: [], what: 'The test label' };
  }
  if (ledger === null) throw new Error('a label of a machine needs the ledger');
  if (choice.of === 'machine') {
    const label = machineLabel(ledger, choice.machineSerial);
    return { labels: [label], left: [], what: `The label of machine ${label.machineSerial}` };
  }
  const { number, labels, left } = shipmentLabels(ledger, choice.number);
  const which = labels.length === 1 ? 'The label' : `The ${labels.length} labels`;
  return { labels, left, what: `${which} of shipment ${number}` };
}

async function draw(
  title: string,
  labels: readonly LabelContent[],
  { form, size, dpi }: LabelLook,
  time: string,
): Promise<Uint8Array> {
  if (form === 'zpl') {
    const area = labelSizes[size];
    const text = labels.map((label) => labelZpl(layOutLabel(label, area), area, dpi)).join('');
    return Buffer.from(text, 'ascii');
  }
  // Loaded when a label is made: what draws it takes longer to load than the rest of the command line.
  const { labelPdf } = await import('./label-pdf');
  return await labelPdf(title, labels, size, time);
}
