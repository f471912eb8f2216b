import { BaseSequencer, type TestSpecification } from 'vitest/node';

/**
 * Files that take longer than ten seconds, the longest first. Begun last, one of them would run alone at the end. What is
 * not named here comes after them, as vitest orders it; a new file that takes as long belongs here.
 */
const longest = [
  'e2e/states.test.ts',
  'e2e/lifecycle.test.ts',
  'integration/media-content.test.ts',
  'integration/kill.test.ts',
  'integration/apply.test.ts',
  'e2e/line.test.ts',
  'integration/order.test.ts',
  'integration/delivery.test.ts',
  'e2e/scanner.test.ts',
  'integration/refusals-media.test.ts',
  'integration/shipment.test.ts',
  'e2e/flow.test.ts',
  'integration/drive-recognised.test.ts',
  'integration/drive-identity.test.ts',
  'integration/drive-shared.test.ts',
  'integration/loop.test.ts',
  'integration/checkpoints.test.ts',
  'integration/written-again.test.ts',
  'integration/documents.test.ts',
  'integration/erase-itself.test.ts',
  'integration/media-create.test.ts',
  'e2e/privilege.test.ts',
  'integration/refusals-machines.test.ts',
  'integration/refusals-drives.test.ts',
  'e2e/accessibility.test.ts',
  'integration/refusals-prompt.test.ts',
  'integration/machine.test.ts',
  'integration/disk-full.test.ts',
  'integration/app-reopened.test.ts',
  'integration/app-service.test.ts',
  'integration/progress.test.ts',
  'integration/app-orders.test.ts',
  'integration/refusals-station.test.ts',
  'integration/drive-past-command.test.ts',
  'e2e/loop.test.ts',
  'e2e/rack.test.ts',
  'e2e/ticket.test.ts',
  'integration/delivery-parts.test.ts',
  'integration/boot-files.test.ts',
  'integration/unshown-content.test.ts',
  'e2e/dev.test.ts',
  'e2e/start-here.test.ts',
  'integration/ticket.test.ts',
  'integration/media.test.ts',
  'e2e/progress.test.ts',
  'e2e/library.test.ts',
  'unit/build/reference.test.ts',
  'integration/ledger.test.ts',
  'integration/ledger-verify.test.ts',
  'integration/training-media.test.ts',
  'integration/privilege.test.ts',
  'integration/old-signatures.test.ts',
  'unit/station/shipment/bundle.test.ts',
  'integration/app-ticket.test.ts',
  'integration/ship-service.test.ts',
  'unit/station/helper-client.test.ts',
  'integration/helper.test.ts',
];

export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const place = ({ moduleId }: TestSpecification): number => {
      const found = longest.findIndex((name) => moduleId.endsWith(`/test/${name}`));
      return found === -1 ? longest.length : found;
    };
    // Stable: files of the same place keep vitest's order.
    return (await super.sort(files)).sort((one, other) => place(one) - place(other));
  }
}
