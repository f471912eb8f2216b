import { describe, expect, it } from 'vitest';
import { findLayout, layouts } from '../../../../core/drive/layout';
import { requireRecoveryRoom } from '../../../../core/job/batch-rules';
import { layoutsForRecovery, recoveryFor, recoveryRoomOf } from '../../../../core/media/recovery';
import { toErrorData } from '../../../../core/base/errors';
import { GiB, MiB } from '../../../../core/base/units';
import { present } from '../../../support/present';

const recovery = (bytes: number): { bytes: number; sha1: string } => ({ bytes, sha1: 'a'.repeat(40) });
const layout = (name: string): (typeof layouts)[number] => present(findLayout(name));
const refusal = (bytes: number, name: string, size: number): unknown => {
  try {
    requireRecoveryRoom(size, layout(name), { recovery: recovery(bytes) }, 'the drive in bay 1');
    return null;
  } catch (error) {
    return toErrorData(error);
  }
};

describe('the recovery environment', () => {
  it('goes to a layout that has a place for it, and to no other', () => {
    const media = { recovery: recovery(700 * MiB) };
    expect(layouts.map((one) => [one.name, recoveryFor(one, media) !== null])).toEqual([
      ['uefi', false],
      ['uefi-recovery', true],
      ['configmgr-uefi', true],
    ]);
    expect(recoveryFor(layout('uefi-recovery'), {})).toBeNull();
  });

  it('leaves less room than the partition has', () => {
    const room = present(recoveryRoomOf(layout('configmgr-uefi'), 8 * GiB));
    expect([room > 500 * MiB, room < 512 * MiB]).toEqual([true, true]);
    expect(recoveryRoomOf(layout('uefi'), 8 * GiB)).toBeNull();
  });

  it('is refused where it does not fit, with both figures and a layout that has the room', () => {
    expect(refusal(700 * MiB, 'configmgr-uefi', 32 * GiB)).toMatchObject({
      code: 'recovery-too-large',
      message: expect.stringMatching(/700\.0 MiB.*504\.0 MiB.*bay 1 \(32\.0 GiB\)/) as unknown,
      remedy: 'Nothing was touched. Choose the layout uefi-recovery.',
    });
    expect(refusal(700 * MiB, 'configmgr-uefi', 256 * GiB)).toBeNull();
    expect(refusal(700 * MiB, 'uefi', 32 * GiB)).toBeNull();
    expect(layoutsForRecovery(recovery(700 * MiB), 256 * GiB)).toEqual(['uefi-recovery', 'configmgr-uefi']);
  });

  it('names a layout without a Recovery partition where none is large enough', () => {
    expect(refusal(1100 * MiB, 'uefi-recovery', 64 * GiB)).toMatchObject({
      remedy: expect.stringContaining('Choose the layout uefi:') as unknown,
    });
  });
});
