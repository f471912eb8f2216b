import { readFileSync, writeFileSync } from 'node:fs';
import { workerData } from 'node:worker_threads';
import { shownPath } from '../../core/base/display';
import { bundleNames } from '../../core/shipment/shipment';
import type { BundleReport } from '../../core/contract/app-shipments';
import { cannotWrite, isSystemError } from '../ledger/export-file';
import { Ledger } from '../ledger/ledger';
import { LedgerReader, type LedgerPaths } from '../ledger/ledger-reader';
import { makeEraseCertificate } from './erase-certificate';
import { listShipments } from './list-shipments';
import { paperFileName } from './bundle-names';
import { makeLabels } from './make-labels';
import { papersOf } from './papers';
import { answerRequests } from '../threads/worker-thread';
import type { ShipAnswers, ShipRequest } from './ship-protocol';
import { ship, shipAgain, type ShipmentReport } from './make-shipment';
import { unpackZip } from './zip';

/** A thread that lives for one question: many machines take seconds, and the app's main thread has drives to watch. */

const paths = workerData as LedgerPaths;

async function answer(request: ShipRequest): Promise<ShipAnswers[ShipRequest['verb']]> {
  if (request.verb !== 'close' && request.verb !== 'again') {
    const reader = LedgerReader.openForReading(paths);
    try {
      if (request.verb === 'erase-certificate') return await makeEraseCertificate(reader, request.sequence);
      if (request.verb === 'labels') return await makeLabels(reader, request.choice, request.look);
      return request.verb === 'list' ? listShipments(reader) : papersOf(reader, request.number);
    } finally {
      reader.close();
    }
  }
  const ledger = Ledger.open(paths);
  try {
    switch (request.verb) {
      case 'close': {
        const { number, serials, append, file, replace } = request;
        const packing = { ledger, paths, file, replace };
        return withPapers(await ship(packing, number, { by: 'machines', serials }, append));
      }
      case 'again': {
        const { number, file, replace } = request;
        return withPapers(await shipAgain({ ledger, paths, file, replace }, number));
      }
    }
  } finally {
    ledger.close();
  }
}

const bundleWhole =
  'The shipment is recorded and its bundle is whole; only what is printed is missing. It is in the bundle too.';

/** Lays what is printed at the depot beside the bundle. */
function withPapers(report: ShipmentReport): BundleReport {
  const { number, file, machines, notImported } = report;
  for (const { name, bytes } of unpackZip(readFileSync(file))) {
    if (name !== bundleNames.packingList && name !== bundleNames.labels) continue;
    const paper = paperFileName(file, name);
    try {
      writeFileSync(paper, bytes);
    } catch (error) {
      throw isSystemError(error) ? cannotWrite(shownPath(paper), error, paper, bundleWhole) : error;
    }
  }
  return {
    ...{ number, file, machines: machines.length },
    withdrawn: machines.flatMap(({ withdrawn }) => withdrawn ?? []),
    doubts: machines.flatMap(({ doubt }) => doubt ?? []),
    notImported: [...notImported],
  };
}

answerRequests<ShipRequest, ShipAnswers>(answer);
