import { BaseSequencer, type TestSpecification } from 'vitest/node';

/**
 * Files that take longest, the longest first. Begun last, one of them would run alone while a core has nothing to do. What
 * is not named here comes after them, as vitest orders it; a new slow file belongs here when a run ends with it.
 */
const longest = [
  'integration/package.test.ts',
  'integration/kill.test.ts',
  'e2e/lifecycle.test.ts',
  'e2e/states.test.ts',
  'integration/apply.test.ts',
  'integration/order.test.ts',
  'integration/shipment.test.ts',
  'integration/loop.test.ts',
  'integration/refusals-media.test.ts',
  'integration/refusals-drives.test.ts',
  'integration/checkpoints.test.ts',
  'integration/refusals-prompt.test.ts',
  'integration/documents.test.ts',
  'e2e/accessibility.test.ts',
  'e2e/privilege.test.ts',
  'integration/machine.test.ts',
  'integration/app-orders.test.ts',
  'integration/refusals-station.test.ts',
  'integration/boot-files.test.ts',
  'integration/refusals-machines.test.ts',
  'integration/app-service.test.ts',
  'integration/helper.test.ts',
  'e2e/dev.test.ts',
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
