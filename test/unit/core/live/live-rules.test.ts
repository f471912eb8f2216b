import { describe, expect, it } from 'vitest';
import { clockProblem } from '../../../../core/live/clock';
import { controllerNotes, type PciFunction } from '../../../../core/live/controllers';
import { imageDiskProblem, namesThisMachine, recordsProblem } from '../../../../core/live/live-rules';
import type { LiveState } from '../../../../core/live/live-state';

const state = (data: LiveState['data']): LiveState => ({
  ...{ role: 'station', slot: 'a', version: '0.6.0', built: '2026-11-20', station: null, data },
  disk: null,
  imageDisk: null,
  medium: { path: '/dev/sda', size: 16e9, model: 'SanDisk Ultra' },
});

describe('records of a live station', () => {
  it('are kept only on an open data partition', () => {
    expect(recordsProblem(null)).toBeNull();
    expect(recordsProblem(state('open'))).toBeNull();
    expect(recordsProblem(state('locked'))).toMatchObject({ code: 'live-no-data' });
    expect(recordsProblem(state('locked'))?.message).toContain('locked');
    expect(recordsProblem(state('none'))?.message).toContain('no data partition');
  });
});

describe('a disk for images and media', () => {
  const disk = { model: 'Portable SSD T7', serial: 'S5TANS0R123456', size: 0, open: false };

  it('that is gone is told by its name, and nothing while it is there or none was chosen', () => {
    expect(imageDiskProblem(null)).toBeNull();
    expect(imageDiskProblem({ ...disk, open: true })).toBeNull();
    expect(imageDiskProblem(disk)).toMatchObject({
      code: 'live-image-disk-missing',
      message:
        'The disk for images and media (Portable SSD T7, S5TANS0R123456) is not there. Nothing is put anywhere else instead.',
    });
    expect(imageDiskProblem({ model: null, serial: null, size: 0, open: false })?.message).toContain(
      'that was chosen',
    );
  });
});

describe('the clock', () => {
  const now = new Date('2026-11-29T09:00:00Z');
  const right = {
    now,
    built: new Date('2026-11-20'),
    newestEntry: new Date('2026-11-28T10:00:00Z'),
    validFrom: [],
  };

  it('is not doubted when everything lies before it, or within what clocks and zones differ by', () => {
    expect(clockProblem(right)).toBeNull();
    expect(clockProblem({ ...right, built: null, newestEntry: null })).toBeNull();
    expect(clockProblem({ ...right, built: new Date('2026-11-30T08:00:00Z') })).toBeNull();
    expect(clockProblem({ ...right, newestEntry: new Date('2026-11-29T09:09:00Z') })).toBeNull();
    expect(clockProblem({ ...right, built: new Date('nonsense') })).toBeNull();
  });

  it('is wrong before the build, before the newest entry, or before a trusted certificate begins', () => {
    const year = new Date('2020-01-01T00:00:00Z');
    expect(clockProblem({ ...right, now: year })).toMatchObject({
      code: 'clock-wrong',
      message:
        'The clock of this station says 2020-01-01 00:00 UTC, but the newest entry was recorded on 2026-11-28 10:00 UTC.',
    });
    expect(clockProblem({ ...right, newestEntry: null, now: year })?.message).toContain('was built');
    expect(clockProblem({ ...right, newestEntry: new Date('2026-11-29T09:11:00Z') })?.code).toBe(
      'clock-wrong',
    );
    const certificate = { what: 'the certificate of Contoso begins', time: new Date('2026-12-24') };
    expect(clockProblem({ ...right, validFrom: [certificate] })?.message).toContain(
      'the certificate of Contoso begins on 2026-12-24',
    );
  });
});

describe('naming this PC', () => {
  const uuid = '4C4C4544-0031-4710-8043-C3C04F373132';
  const dell = { serial: 'C1GC712', uuid, model: 'Dell Inc. Inspiron 3542' };

  it('takes its serial or UUID, and nothing else where it has one', () => {
    for (const text of ['C1GC712', ' c1gc712 ', uuid.toLowerCase()]) {
      expect(namesThisMachine(text, dell)).toBe(true);
    }
    for (const text of ['', '   ', 'C1GC713', dell.model, uuid.replace('4C', '4D')]) {
      expect(namesThisMachine(text, dell), text).toBe(false);
    }
  });

  it('takes its model where the firmware has no serial and no UUID', () => {
    const bare = { serial: null, uuid: null, model: 'QEMU Standard PC' };
    expect(namesThisMachine('qemu standard pc', bare)).toBe(true);
    expect(namesThisMachine('', { ...bare, model: null })).toBe(false);
    expect(namesThisMachine('PC', bare)).toBe(false);
  });
});

describe('storage controllers', () => {
  const vmd: PciFunction = {
    ...{ address: '0000:00:0e.0', vendor: '8086', device: '467f', pciClass: '010400' },
    ...{ driver: null, remapped: null },
  };
  const rst: PciFunction = { ...vmd, address: '0000:00:17.0', device: '282a', driver: 'ahci' };
  const kinds = (...functions: PciFunction[]): string[] => controllerNotes(functions).map(({ kind }) => kind);

  it('that are ordinary say nothing', () => {
    expect(kinds({ ...vmd, device: 'a352', pciClass: '010601', driver: 'ahci' })).toEqual([]);
    expect(kinds({ ...vmd, vendor: '1000', device: '005d', driver: 'megaraid_sas' })).toEqual([]);
    expect(kinds({ ...rst, remapped: 0 })).toEqual([]);
  });

  it('with VMD hide drives without the driver; with it Windows needs one too', () => {
    expect(kinds(vmd)).toEqual(['hides']);
    expect(kinds({ ...vmd, driver: 'vmd' })).toEqual(['behind']);
    expect(controllerNotes([vmd])[0]?.remedy).toContain('turn off VMD');
  });

  it('in RST mode hide what they say that they hide, or may', () => {
    expect(kinds({ ...rst, remapped: 1 })).toEqual(['hides']);
    expect(controllerNotes([{ ...rst, remapped: 2 }])[0]?.message).toContain('2 NVMe drives');
    expect(kinds(rst)).toEqual(['may-hide']);
    expect(kinds({ ...rst, driver: null })).toEqual(['may-hide']);
    expect(controllerNotes([rst])[0]?.remedy).toContain('AHCI');
  });
});
