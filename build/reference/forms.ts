/** The JSON that Prestage prints, reads and writes, by the title it has in docs/reference/json.md. */
import { benchSchema } from '../../core/drive/virtual-bench';
import { bootableSchema } from '../../core/boot/preflight';
import { proofDocumentSchema, signedCheckpointSchema } from '../../core/ledger/checkpoint';
import { mediaManifestSchema } from '../../core/delivery/manifest';
import { receiptSchema } from '../../core/delivery/library';
import { driveSchema } from '../../core/drive/drive';
import { errorDataSchema } from '../../core/base/errors';
import { driveHealthSchema } from '../../core/health/health';
import { sizeCheckSchema } from '../../core/health/size-check';
import { jobEndSchema } from '../../core/job/job';
import { labelRuleSchema } from '../../core/scan/label-rules';
import { returnedForm } from '../../station/cli/machine-command';
import { machineDetailsSchema } from '../../core/machine/machine';
import { workOrderSchema } from '../../core/order/order';
import { recipeContentSchema, recipeSchema } from '../../core/recipe/recipe';
import {
  jobDetailsSchema,
  ledgerEntrySchema,
  recordedDriveSchema,
  storedEntrySchema,
} from '../../core/ledger/record';
import { bootTestSignSchema, bootTestVerdictSchema } from '../../core/job/boot-test';
import {
  provedEntrySchema,
  shipmentDocumentSchema,
  shipmentRecordsSchema,
} from '../../core/shipment/shipment';
import { thisMachineSchema } from '../../core/machine/this-machine';
import { applyForm } from '../../station/cli/apply-report';
import { benchCreateForm, benchRemoveForm } from '../../station/cli/bench-command';
import { rackMirrorForm } from '../../station/cli/rack-mirror-command';
import { plantStationsSchema } from '../../station/fleet/plant-stations';
import { cacheForm } from '../../station/cli/cache-command';
import { driveCheckForm } from '../../station/cli/drives-check-command';
import { agentForm } from '../../station/cli/agent-command';
import { rackMachineSchema, rackSchema } from '../../core/contract/rack';
import { interfacesForm } from '../../station/cli/rack-serve-command';
import { drivesForm } from '../../station/cli/drives-command';
import { checkProofForm } from '../../station/cli/proof-commands';
import { scannerForm } from '../../station/cli/scanner-command';
import {
  fleetAddStationForm,
  fleetMigrateForm,
  fleetPushForm,
  fleetStatusForm,
} from '../../station/cli/fleet-command';
import { keyCreateForm, keyForm, keyListForm } from '../../station/cli/key-command';
import { certificateForm, ledgerListForm } from '../../station/cli/ledger-command';
import { liveOffForm, liveUpdateForm } from '../../station/cli/live-command';
import { liveForm } from '../../station/cli/live-shown';
import { liveMachineForm } from '../../station/cli/live-machine-command';
import { backupForm, restoreForm } from '../../station/cli/state-command';
import { mediaPlanForm } from '../../station/cli/plan-command';
import { mediaRecipeForm } from '../../station/cli/recipe-command';
import { mediaContentsForm } from '../../station/cli/media-contents-command';
import { mediaCreateForm } from '../../station/cli/media-create-command';
import { mediaInspectForm, mediaVerifyForm } from '../../station/cli/media-command';
import { mediaForgetForm, mediaLibraryForm, mediaRemoveForm } from '../../station/cli/media-library-command';
import { checkReceiptForm, mediaReceiveForm } from '../../station/cli/media-receive-command';
import { mediaSendForm } from '../../station/cli/media-send-command';
import {
  listedOrderForm,
  orderExceptForm,
  orderListForm,
  orderOpenForm,
  orderShowForm,
} from '../../station/cli/order-forms';
import { orderCheckForm } from '../../station/cli/order-check-command';
import { orderPapersForm } from '../../station/cli/order-papers-command';
import { ticketForm } from '../../station/cli/ticket-media';
import { failureForm } from '../../station/cli/output';
import { bootTestForm } from '../../station/cli/boot-test-command';
import { sanitiseForm } from '../../station/cli/sanitise-command';
import { verifyForm } from '../../station/cli/verify-command';
import { fleetReportSchema } from '../../station/fleet/verify-plant';
import { ledgerExportSchema } from '../../station/ledger/export';
import { ledgersReportSchema } from '../../station/ledger/merge';
import { ledgerReportSchema } from '../../station/ledger/verify-ledger';
import { settingsSchema } from '../../station/state/settings';
import { auditReportSchema } from '../../station/shipment/audit-bundle';
import { labelPrintForm, labelQueuesForm } from '../../station/cli/label-command';
import { shipmentReportSchema } from '../../station/shipment/make-shipment';
import { supportReportSchema } from '../../station/support/support-bundle';

/** What commands print, by the command's name without `prestage`. */
export const commandForms = {
  drives: drivesForm,
  'rack show': rackSchema,
  'rack serve': rackSchema,
  'rack mirror': rackMirrorForm,
  'rack interfaces': interfacesForm,
  'rack admit': rackMachineSchema,
  'rack refuse': rackMachineSchema,
  agent: agentForm,
  'live show': liveForm,
  'live setup': liveForm,
  'live unlock': liveForm,
  'live station': liveForm,
  'live unlock-disk': liveForm,
  'live update': liveUpdateForm,
  'live open-disk': liveForm,
  'live close-disk': liveForm,
  'live image-disk': liveForm,
  'live machine': liveMachineForm,
  'live off': liveOffForm,
  'state backup': backupForm,
  'state restore': restoreForm,
  'drives check': driveCheckForm,
  'media inspect': mediaInspectForm,
  'media verify': mediaVerifyForm,
  'media send': mediaSendForm,
  'media receive': mediaReceiveForm,
  'media check-receipt': checkReceiptForm,
  'media library list': mediaLibraryForm,
  'media library remove': mediaRemoveForm,
  'media library forget': mediaForgetForm,
  'key create': keyCreateForm,
  'key show': keyForm,
  'key trust': keyForm,
  'key forget': keyForm,
  'key list': keyListForm,
  'media recipe': mediaRecipeForm,
  'media plan': mediaPlanForm,
  'media create': mediaCreateForm,
  'media contents': mediaContentsForm,
  apply: applyForm,
  verify: verifyForm,
  rehearse: bootTestForm,
  sanitise: sanitiseForm,
  'order open': orderOpenForm,
  'order check': orderCheckForm,
  'order show': orderShowForm,
  'order except': orderExceptForm,
  'order close': listedOrderForm,
  'order list': orderListForm,
  'order papers': orderPapersForm,
  ticket: ticketForm,
  'ledger list': ledgerListForm,
  'ledger verify': ledgerReportSchema,
  'ledger export': ledgerExportSchema,
  'ledger certificate': certificateForm,
  'ledger prove': proofDocumentSchema,
  'ledger check-proof': checkProofForm,
  'ledger report': ledgersReportSchema,
  ship: shipmentReportSchema,
  'label print': labelPrintForm,
  'label queues': labelQueuesForm,
  'support bundle': supportReportSchema,
  audit: auditReportSchema,
  'fleet migrate': fleetMigrateForm,
  'fleet add-station': fleetAddStationForm,
  'fleet push': fleetPushForm,
  'fleet status': fleetStatusForm,
  'fleet stations': plantStationsSchema,
  'fleet verify': fleetReportSchema,
  'machine show': thisMachineSchema,
  'machine returned': returnedForm,
  scanner: scannerForm,
  'cache show': cacheForm,
  'cache clear': cacheForm,
  'cache limit': cacheForm,
  'bench create': benchCreateForm,
  'bench remove': benchRemoveForm,
};

/** What a command prints with `--json` that ends with an error. */
export const errorForm = failureForm;

/** Files that others read or write. */
export const fileForms = {
  'settings.json': settingsSchema,
  'bench.json': benchSchema,
  'Work order': workOrderSchema,
  Recipe: recipeSchema,
  'shipment.json': shipmentDocumentSchema,
  'records.json': shipmentRecordsSchema,
  'NAME.media.json': mediaManifestSchema,
  'Receipt for media': receiptSchema,
};

/** Files that are written by hand: what has a default may be left out of them. */
export const writtenByHand: ReadonlySet<string> = new Set([
  'settings.json',
  'Work order',
  'Recipe',
  'Recipe content',
  'Label rule',
]);

/** What is to be said of a form before its members: title → sentences. */
export const remarks: Readonly<Record<string, string>> = {
  'settings.json':
    'In the configuration folder of the station. A missing member has its default; the file itself may also be missing. The default of `stationName` is the name of the computer.',
  'bench.json': 'Makes a folder of files a virtual bench. Written by `prestage bench create`.',
  'Work order':
    'JSON form for `prestage order open`, which also reads CSV and lists of serials. `number` may be missing when it is given with `--number`.',
  Recipe:
    'In YAML. `prestage media recipe` writes one with every member explained; the JSON Schema for editors is in [recipe.schema.json](recipe.schema.json).',
  'shipment.json':
    'In the bundle of a shipment: lists and signs every other file. Canonical JSON (RFC 8785) and one line feed; the signature is over the line `prestage-shipment 1`, then the canonical document without `signature` and its line feed.',
  'records.json': 'In the bundle of a shipment: the ledger entries of its machines, and of no others.',
  'NAME.media.json':
    'The manifest of a media file that is sent. Canonical JSON (RFC 8785), without a line feed at its end. It is signed as bytes: `NAME.media.json.minisig` (minisign) or `NAME.media.json.p7s` (CMS, detached, DER or PEM).',
  'Receipt for media':
    'What a station answers to the sender of a media file. Canonical JSON and one line feed; `prestage media check-receipt` checks it.',
};

/** Parts that several forms have. */
export const partForms = {
  Error: errorDataSchema,
  Drive: driveSchema,
  'Boot files': bootableSchema,
  'Recorded drive': recordedDriveSchema,
  'Drive health': driveHealthSchema,
  'Size check': sizeCheckSchema,
  'Machine details': machineDetailsSchema,
  'Recipe content': recipeContentSchema,
  Job: jobDetailsSchema,
  'Job end': jobEndSchema,
  'Boot test result': bootTestVerdictSchema,
  'Boot test sign': bootTestSignSchema,
  'Ledger entry': ledgerEntrySchema,
  'Stored entry': storedEntrySchema,
  'Proved entry': provedEntrySchema,
  Checkpoint: signedCheckpointSchema,
  'Label rule': labelRuleSchema,
};
