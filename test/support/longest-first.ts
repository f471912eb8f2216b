import { BaseSequencer, type TestSpecification } from 'vitest/node';

/**
 * One project after the other: vitest ends a worker when the next file is of another project, and a new one reads all modules
 * again, which took seconds each time. The end-to-end tests are a group of their own, and begin; the states of the page are one long
 * file; the unit tests, none of them long, fill the end.
 */
const projects = ['e2e', 'states', 'integration', 'unit'];

/**
 * Files that take longer than the others, the longest of each project first. Begun last, one of them would run alone at the end.
 * What is not named here comes after them, as vitest orders it; a new file that takes as long belongs here.
 */
const longest = [
  'e2e/lifecycle.test.ts',
  'e2e/line.test.ts',
  'e2e/flow.test.ts',
  'e2e/scanner.test.ts',
  'e2e/accessibility.test.ts',
  'e2e/progress.test.ts',
  'e2e/loop.test.ts',
  'e2e/backup.test.ts',
  'e2e/rack.test.ts',
  'e2e/privilege.test.ts',
  'e2e/dev.test.ts',
  'e2e/machine.test.ts',
  'e2e/start-here.test.ts',
  'e2e/ticket.test.ts',
  'e2e/library.test.ts',
  'e2e/help.test.ts',
  'e2e/order.test.ts',
  'integration/kill.test.ts',
  'integration/live-image-disk.test.ts',
  'integration/live-app.test.ts',
  'integration/apply.test.ts',
  'integration/media-content.test.ts',
  'integration/documents.test.ts',
  'integration/refusals-media.test.ts',
  'integration/live-setup.test.ts',
  'integration/delivery.test.ts',
  'integration/media-create.test.ts',
  'integration/drive-recognised.test.ts',
  'integration/drive-identity.test.ts',
  'integration/shipment.test.ts',
  'integration/sanitise.test.ts',
  'integration/loop.test.ts',
  'integration/checkpoints.test.ts',
  'integration/order.test.ts',
  'integration/refusals-drives.test.ts',
  'integration/written-again.test.ts',
  'integration/machine-files.test.ts',
  'integration/labels.test.ts',
  'integration/app-service.test.ts',
  'integration/app-orders.test.ts',
  'integration/drive-shared.test.ts',
  'integration/app-reopened.test.ts',
  'integration/progress.test.ts',
  'integration/disk-full.test.ts',
  'integration/media.test.ts',
  'integration/machine.test.ts',
  'integration/drive-past-command.test.ts',
  'integration/boot-files.test.ts',
  'integration/real-size.test.ts',
  'integration/state-backup.test.ts',
  'integration/refusals-prompt.test.ts',
  'integration/refusals-station.test.ts',
  'integration/refusals-machines.test.ts',
  'integration/import-files.test.ts',
  'integration/unshown-content.test.ts',
  'integration/ticket.test.ts',
  'integration/app-ticket.test.ts',
  'integration/old-signatures.test.ts',
  'integration/driver-packs.test.ts',
  'integration/helper.test.ts',
  'integration/live.test.ts',
  'integration/health.test.ts',
  'integration/ledger.test.ts',
  'integration/privilege.test.ts',
  'integration/app-again.test.ts',
  'integration/front-door.test.ts',
  'integration/media-damaged.test.ts',
  'integration/support.test.ts',
  'integration/ledger-verify.test.ts',
  'integration/large-drive.test.ts',
  'integration/media-dates.test.ts',
  'integration/training-media.test.ts',
  'unit/core/flow/flow.test.ts',
  'unit/core/flow/take-out.test.ts',
  'unit/core/flow/screen-scan.test.ts',
  'unit/core/flow/first-drive.test.ts',
  'unit/station/helper-client.test.ts',
  'unit/station/shipment/bundle.test.ts',
  'unit/build/reference.test.ts',
  'unit/build/release-electron.test.ts',
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
