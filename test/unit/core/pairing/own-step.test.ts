import { describe, expect, it } from 'vitest';
import { isBuiltIn } from '../../../../core/drive/disk-rule';
import { ownStep, type OwnFacts } from '../../../../core/pairing/own-step';

/** A machine that images itself: what happens without anybody, and what never does. */

type Disk = OwnFacts['drives'][number];
const disk = (id: string, changes: Partial<Disk> = {}): Disk => ({
  ...{ id, bus: 'nvme', removable: false, verdict: 'eligible', attachment: `device ${id}` },
  ...changes,
});
const facts = (changes: Partial<OwnFacts> = {}): OwnFacts => ({
  ...{ serial: 'PF3A7KX9', waiting: null, taken: false, drives: [disk('nvme0n1')] },
  ...changes,
});

describe('a machine that images itself', () => {
  it('is offered its only built-in disk', () => {
    expect(ownStep(facts())).toMatchObject({ do: 'pair', serial: 'PF3A7KX9', driveId: 'nvme0n1' });
    const beside = [
      disk('sdb', { bus: 'usb' }),
      disk('mmcblk0', { bus: 'mmc' }),
      disk('sdx', { bus: null }),
      disk('sdy', { bus: 'sata', removable: true }),
      disk('sdc', { bus: 'usb', verdict: 'blocked' }),
    ];
    expect(ownStep(facts({ drives: [...beside, disk('nvme0n1')] }))).toMatchObject({ driveId: 'nvme0n1' });
  });

  it('asks where there are several, or none that is built in, or only a blocked one', () => {
    for (const drives of [
      [disk('nvme0n1'), disk('sda', { bus: 'sata' })],
      [disk('sdb', { bus: 'usb' })],
      [disk('mmcblk0', { bus: 'mmc' })],
      [disk('nvme0n1', { verdict: 'blocked' })],
      [],
    ]) {
      expect(ownStep(facts({ drives }))).toMatchObject({ do: 'ask', serial: 'PF3A7KX9' });
    }
  });

  it('waits for the label where its firmware tells no serial, and goes on with that', () => {
    expect(ownStep(facts({ serial: null }))).toBeNull();
    const scanned = facts({ serial: null, waiting: '5CG4120LQ7' });
    expect(ownStep(scanned)).toMatchObject({ do: 'pair', serial: '5CG4120LQ7' });
    expect(ownStep({ ...scanned, drives: [disk('a'), disk('b')] })).toBeNull();
  });

  it('does nothing once something is paired or shows a job', () => {
    expect(ownStep(facts({ taken: true }))).toBeNull();
  });

  it('tells the same again by the same key, and another disk in its place by another', () => {
    const key = ownStep(facts())?.key;
    expect(ownStep(facts())?.key).toBe(key);
    expect(ownStep(facts({ drives: [disk('nvme0n1', { attachment: 'device 2' })] }))?.key).not.toBe(key);
    expect(ownStep(facts({ waiting: 'PF3A7KX8' }))?.key).not.toBe(key);
  });

  it('takes disks on USB, cards, and what nobody tells the bus of for somebody else’s', () => {
    for (const bus of ['nvme', 'sata', 'ata', 'sas', 'scsi', 'virtio']) {
      expect(isBuiltIn({ bus, removable: false }), bus).toBe(true);
    }
    for (const bus of ['usb', 'mmc', 'ieee1394', 'thunderbolt', null]) {
      expect(isBuiltIn({ bus, removable: false }), String(bus)).toBe(false);
    }
  });
});
