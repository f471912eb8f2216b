import { BaseSequencer, type TestSpecification } from 'vitest/node';

/**
 * One project after the other: vitest ends a worker when the next file is of another project, and a new one reads all modules
 * again, which took seconds each time. The end-to-end tests are a group of their own, and begin; the states of the page are one long
 * file; the unit tests, none of them long, fill the end.
 */
const projects = ['e2e', 'deep-windows', 'states', 'deep', 'integration', 'unit'];

/**
 * Files that take longer than the others, the longest of each project first. Begun last, one of them would run alone at the end.
 * What is not named here comes after them, as vitest orders it; a new file that takes as long belongs here.
 */
const longest = [
  'deep/windows/lifecycle.test.ts',
  'deep/windows/line.test.ts',
  'e2e/flow.test.ts',
  'deep/windows/scanner.test.ts',
  'deep/windows/accessibility.test.ts',
  'deep/windows/progress.test.ts',
  'e2e/loop.test.ts',
  'deep/windows/backup.test.ts',
  'e2e/rack.test.ts',
  'deep/windows/privilege.test.ts',
  'deep/windows/dev.test.ts',
  'deep/windows/machine.test.ts',
  'deep/windows/start-here.test.ts',
  'deep/windows/ticket.test.ts',
  'deep/windows/library.test.ts',
  'e2e/help.test.ts',
  'e2e/order.test.ts',
  'deep/hidden-areas.test.ts',
  'deep/erase-itself.test.ts',
  'deep/kill.test.ts',
  'deep/documents.test.ts',
  'deep/refusals-media.test.ts',
  'deep/live-image-disk.test.ts',
  'deep/live-app.test.ts',
  'deep/grown-images.test.ts',
  'deep/unpack-wim.test.ts',
  'deep/render-cores.test.ts',
  'integration/apply.test.ts',
  'deep/media-content.test.ts',
  'deep/live-setup.test.ts',
  'deep/delivery.test.ts',
  'deep/media-create.test.ts',
  'deep/drive-recognised.test.ts',
  'deep/drive-identity.test.ts',
  'integration/shipment.test.ts',
  'deep/sanitise.test.ts',
  'integration/loop.test.ts',
  'deep/checkpoints.test.ts',
  'integration/order.test.ts',
  'integration/refusals-drives.test.ts',
  'deep/written-again.test.ts',
  'deep/machine-files.test.ts',
  'deep/labels.test.ts',
  'integration/app-service.test.ts',
  'deep/app-orders.test.ts',
  'deep/drive-shared.test.ts',
  'deep/app-reopened.test.ts',
  'deep/progress.test.ts',
  'deep/disk-full.test.ts',
  'deep/media.test.ts',
  'deep/machine.test.ts',
  'deep/drive-past-command.test.ts',
  'deep/boot-files.test.ts',
  'deep/real-size.test.ts',
  'deep/state-backup.test.ts',
  'integration/refusals-prompt.test.ts',
  'deep/refusals-station.test.ts',
  'integration/refusals-machines.test.ts',
  'deep/import-files.test.ts',
  'deep/unshown-content.test.ts',
  'deep/ticket.test.ts',
  'deep/app-ticket.test.ts',
  'deep/rack-strangers.test.ts',
  'deep/old-signatures.test.ts',
  'deep/driver-packs.test.ts',
  'integration/helper.test.ts',
  'deep/live.test.ts',
  'deep/health.test.ts',
  'integration/ledger.test.ts',
  'integration/privilege.test.ts',
  'deep/app-again.test.ts',
  'integration/front-door.test.ts',
  'integration/reference.test.ts',
  'deep/media-damaged.test.ts',
  'deep/support.test.ts',
  'deep/ledger-verify.test.ts',
  'deep/large-drive.test.ts',
  'deep/media-dates.test.ts',
  'deep/training-media.test.ts',
  'unit/core/flow/flow.test.ts',
  'unit/core/flow/take-out.test.ts',
  'unit/core/flow/screen-scan.test.ts',
  'unit/core/flow/first-drive.test.ts',
  'unit/station/helper-client.test.ts',
  'unit/station/shipment/bundle.test.ts',
];

/** Lower goes first. */
function rank({ moduleId, project }: TestSpecification): readonly [project: number, place: number] {
  const place = longest.findIndex((name) => moduleId.endsWith(`/test/${name}`));
  return [projects.indexOf(project.name), place === -1 ? longest.length : place];
}

export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const ranked = (await super.sort(files)).map((file) => ({ file, rank: rank(file) }));
    // Stable: files of the same rank keep vitest's order.
    ranked.sort((one, other) => one.rank[0] - other.rank[0] || one.rank[1] - other.rank[1]);
    return ranked.map(({ file }) => file);
  }
}
