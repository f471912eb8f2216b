import { BaseSequencer, type TestSpecification } from 'vitest/node';

/**
 * Files that take longer than ten seconds, the longest first. Begun last, one of them would run alone at the end. What is
 * not named here comes after them, as vitest orders it; a new file that takes as long belongs here.
 */
const longest = [
  'integration/kill.test.ts',
  'e2e/states.test.ts',
  'e2e/lifecycle.test.ts',
  'integration/apply.test.ts',
  'integration/media-content.test.ts',
  'integration/order.test.ts',
  'integration/shipment.test.ts',
  'integration/checkpoints.test.ts',
  'integration/refusals-media.test.ts',
  'integration/drive-identity.test.ts',
  'integration/loop.test.ts',
  'integration/disk-full.test.ts',
  'e2e/scanner.test.ts',
  'e2e/privilege.test.ts',
  'integration/refusals-drives.test.ts',
  'integration/documents.test.ts',
  'integration/refusals-prompt.test.ts',
  'integration/app-service.test.ts',
  'integration/boot-files.test.ts',
  'integration/app-orders.test.ts',
  'e2e/accessibility.test.ts',
  'integration/refusals-machines.test.ts',
  'integration/machine.test.ts',
  'integration/refusals-station.test.ts',
  'integration/ledger.test.ts',
  'e2e/dev.test.ts',
  'integration/media.test.ts',
  'integration/old-signatures.test.ts',
  'unit/station/shipment/bundle.test.ts',
  'integration/helper.test.ts',
  'integration/privilege.test.ts',
  'unit/station/helper-client.test.ts',
  'integration/front-door.test.ts',
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
