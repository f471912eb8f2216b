import { describe, expect, it } from 'vitest';
import {
  findMachines,
  findManifest,
  noteMachines,
  type AuditedMachine,
} from '../../../../core/shipment/audit-rules';
import { findInOrder, type ShippedOrder } from '../../../../core/shipment/audit-order';
import { workOrderSchema, type WorkOrder } from '../../../../core/order/order';
import type { JobDetails } from '../../../../core/ledger/record';
import type { FinishedJob } from '../../../../core/shipment/shipment-rules';
import { done, sampleJob } from '../../station/ledger/samples';

/** A drive of the machine, not of a training bench. */
const disk = (): JobDetails['drive'] => ({ ...sampleJob().drive, kind: 'disk' });

function machine(
  machineSerial: string,
  changes: Partial<JobDetails> = {},
  result: Partial<FinishedJob['result']> = {},
): AuditedMachine {
  const drive = { ...disk(), serial: `DRIVE-${machineSerial}` };
  const record = done(sampleJob({ machineSerial, drive, ...changes }));
  if (record.kind !== 'job-ended' || record.end.state !== 'done') throw new Error('no finished job');
  const { job, startedAt, end } = record;
  const finished: FinishedJob = {
    ...{ machineSerial, sequence: 2, job, startedAt, bootTest: null, verifiedAgain: 0 },
    result: { ...end.result, ...result },
  };
  return { finished, withdrawn: null };
}
const codes = (machines: readonly AuditedMachine[], expected: string | null = null): string[] =>
  findMachines(machines, expected).map(({ code, machineSerial }) => `${code} ${machineSerial ?? '-'}`);

describe('machines', () => {
  it('are not doubted when each was verified with a media file that was compared', () => {
    expect(codes([machine('AAA1'), machine('BBB1')])).toEqual([]);
    expect(codes([machine('AAA1')], 'a'.repeat(64))).toEqual([]);
  });

  it('are doubted with another media file than was expected, each by name', () => {
    expect(codes([machine('AAA1'), machine('BBB1')], 'b'.repeat(64))).toEqual([
      'media-unexpected AAA1',
      'media-unexpected BBB1',
    ]);
  });

  it('are doubted when nobody ever said what the media should be', () => {
    const media = { ...sampleJob().media, expected: 'none' as const };
    expect(codes([machine('AAA1', { media })])).toEqual(['media-not-compared AAA1']);
    expect(codes([machine('AAA1', { media })], media.sha256)).toEqual([]);
  });

  it('are doubted when they were written from another manifest, and noted when the record names none', () => {
    const { media } = sampleJob();
    const signed = {
      ...{ name: 'Contoso', version: '24H2', revision: 3, manifestSha256: 'c'.repeat(64) },
      signer: { name: 'Contoso', kind: 'minisign' as const, key: 'd'.repeat(64) },
    };
    const machines = [machine('AAA1', { media: { ...media, signedManifest: signed } }), machine('BBB1')];
    const compare = (sha256: string): string[] => {
      const { findings, notes } = findManifest(machines, { sha256, mediaSha256: media.sha256 });
      return [...findings, ...notes].map(({ code, machineSerial }) => `${code} ${machineSerial ?? '-'}`);
    };
    expect(compare(signed.manifestSha256)).toEqual(['manifest-not-recorded BBB1']);
    expect(compare('e'.repeat(64))).toEqual(['manifest-other AAA1', 'manifest-not-recorded BBB1']);
    // Another media file is a finding of its own.
    expect(findManifest(machines, { sha256: 'c'.repeat(64), mediaSha256: 'b'.repeat(64) })).toEqual({
      findings: [],
      notes: [],
    });
  });

  it('are doubted on the virtual drives of a training bench, but where training is what is looked at', () => {
    for (const kind of ['virtual', 'loop'] as const) {
      const trained = [machine('AAA1', { drive: { ...disk(), kind } })];
      expect(codes(trained)).toEqual(['training-drive AAA1']);
      expect(findMachines(trained, null, true)).toEqual([]);
    }
  });

  it('are doubted when something was withdrawn', () => {
    const findings = findMachines([{ ...machine('AAA1'), withdrawn: 'Machine AAA1 failed.' }], null);
    expect(findings).toEqual([
      { code: 'machine-unfinished', machineSerial: 'AAA1', message: 'Machine AAA1 failed.' },
    ]);
  });

  it.each([{ bytesVerified: 999 }, { bytesVerified: 0, bytesWritten: 0 }, { chunksVerified: 0 }])(
    'are doubted when not all was read back: %j',
    (result) => {
      expect(codes([machine('AAA1', {}, result)])).toEqual(['verify-incomplete AAA1']);
    },
  );

  it('are doubted when two have one serial, one drive or one disk GUID', () => {
    expect(codes([machine('AAA1'), machine('AAA1', { drive: disk() })])).toEqual(['machine-doubled AAA1']);
    const serial = { ...disk(), serial: 'SAME' };
    expect(codes([machine('AAA1', { drive: serial }), machine('BBB1', { drive: serial })])).toEqual([
      'drive-doubled BBB1',
    ]);
    const wwn = { ...disk(), serial: null, wwn: '0x5000' };
    expect(codes([machine('AAA1', { drive: wwn }), machine('BBB1', { drive: wwn })])).toEqual([
      'drive-doubled BBB1',
    ]);
    const { diskGuid } = sampleJob();
    expect(codes([machine('AAA1', { diskGuid }), machine('BBB1', { diskGuid })])).toEqual([
      'drive-doubled BBB1',
    ]);
    const docked = { ...disk(), bus: 'usb', serial: 'BRIDGE' };
    expect(codes([machine('AAA1', { drive: docked }), machine('BBB1', { drive: docked })])).toEqual([]);
    const untold = { ...disk(), serial: null, wwn: null };
    expect(codes([machine('AAA1', { drive: untold }), machine('BBB1', { drive: untold })])).toEqual([]);
  });

  it('are not doubted, but noted, when the serial that two have is not the drives’ own', () => {
    const sata = { ...disk(), bus: 'sata', serial: 'SAME' };
    const pair = (one: JobDetails['drive'], other = one): AuditedMachine[] => [
      machine('AAA1', { drive: one }),
      machine('BBB1', { drive: other }),
    ];
    for (const shared of [
      pair({ ...sata, bus: 'usb' }),
      pair(sata, { ...sata, bus: 'usb' }),
      pair({ ...sata, identityShared: true }),
      pair(sata, { ...sata, identityShared: true }),
      ...['0000000000', '0123456789ABCDEF', '123456789012'].map((serial) => pair({ ...sata, serial })),
      pair({ ...sata, serial: null, wwn: '0x0000000000000000' }),
    ]) {
      expect(codes(shared)).toEqual([]);
      const notes = noteMachines(shared);
      expect(notes).toMatchObject([{ code: 'serial-shared', machineSerial: 'BBB1' }]);
      expect(notes[0]?.message).toMatch(
        /^Machine BBB1 has a drive with .* like machine AAA1\. .*disk GUIDs\.$/,
      );
    }
    expect(codes(pair(sata))).toEqual(['drive-doubled BBB1']);
    expect(noteMachines(pair(sata))).toEqual([]);
    expect(noteMachines([machine('AAA1'), machine('BBB1')])).toEqual([]);
    expect(noteMachines(pair({ ...sata, serial: null }))).toEqual([]);
  });

  it('are doubted when the drive of one was erased for another', () => {
    const erased = machine('AAA1');
    const { diskGuid } = erased.finished.job;
    expect(codes([erased, machine('BBB1', { previousDiskGuid: diskGuid })])).toEqual(['drive-doubled AAA1']);
    expect(codes([erased, machine('BBB1', { previousDiskGuid: null })])).toEqual([]);
  });
});

describe('an order', () => {
  const uuid = '4C4C4544-0034-5010-8052-B4C04F503132';
  const order = (changes: Partial<WorkOrder> = {}): WorkOrder =>
    workOrderSchema.parse({
      version: 1,
      number: 'WO-1',
      machines: [{ serial: 'AAA1' }, { serial: 'BBB1' }],
      ...changes,
    });
  const shipped: ShippedOrder = {
    ...{ number: 'WO-1', openedSha256: [], orderSha256: 'c'.repeat(64) },
    exceptions: new Map(),
  };
  const findings = (
    wanted: WorkOrder,
    machines: readonly AuditedMachine[],
    more: Partial<ShippedOrder> = {},
  ): string[] =>
    findInOrder(wanted, machines, { ...shipped, ...more }).map(({ code, message }) => `${code}: ${message}`);

  it('is filled by its machines', () => {
    expect(findings(order(), [machine('AAA1'), machine('BBB1')])).toEqual([]);
    const opened = { openedSha256: [shipped.orderSha256] };
    expect(findings(order(), [machine('AAA1'), machine('BBB1')], opened)).toEqual([]);
  });

  it('is not filled when a machine is missing or too many, with what the station said', () => {
    const exceptions = new Map([
      ['BBB1', 'dead on arrival'],
      ['CCC1', 'came instead'],
    ]);
    expect(findings(order(), [machine('AAA1'), machine('CCC1')], { exceptions })).toEqual([
      'order-missing: Machine BBB1 is in the work order but not in the shipment; reason recorded at the station: dead on arrival',
      'order-surplus: Machine CCC1 is in the shipment but not in the work order; reason recorded at the station: came instead',
    ]);
    expect(findings(order(), [machine('AAA1')])).toEqual([
      'order-missing: Machine BBB1 is in the work order but not in the shipment.',
    ]);
  });

  it('is another one by number, or by what the station opened', () => {
    const both = [machine('AAA1'), machine('BBB1')];
    expect(findings(order(), both, { number: null })).toEqual([
      'order-other: The shipment is for no work order, not for work order WO-1.',
    ]);
    expect(findings(order(), both, { openedSha256: ['d'.repeat(64)] })).toHaveLength(1);
    // Opened twice under one number, and changed between.
    expect(findings(order(), both, { openedSha256: [shipped.orderSha256, 'd'.repeat(64)] })).toHaveLength(1);
  });

  it.each<[string, Partial<WorkOrder>, Partial<JobDetails>]>([
    ['image', { imageIndex: 2 }, {}],
    ['layout', { layout: 'uefi-recovery' }, {}],
    [
      'computer name',
      { machines: [{ serial: 'AAA1', computerName: 'PC-1' }] },
      { machine: { computerName: 'PC-2' } },
    ],
    ['asset tag', { machines: [{ serial: 'AAA1', assetTag: '0042' }] }, { machine: { assetTag: '42' } }],
    [
      'SMBIOS UUID',
      { machines: [{ serial: 'AAA1', uuid }] },
      { machine: { uuid: uuid.replace('3132', '3133') } },
    ],
    [
      'has MAC ',
      { machines: [{ serial: 'AAA1', macs: ['05:06:07:08:09:0A'] }] },
      { machine: { macs: ['05:06:07:08:09:0B'] } },
    ],
    ['model', { machines: [{ serial: 'AAA1', model: 'One' }] }, { machine: { model: 'Two' } }],
    [
      'hardware hash',
      { machines: [{ serial: 'AAA1', hardwareHash: 'AAAA' }] },
      { machine: { hardwareHash: 'BBBB' } },
    ],
  ])('contradicts the record in its %s', (what, wanted, recorded) => {
    const alone = order({ machines: [{ serial: 'AAA1' }], ...wanted });
    const [said, ...others] = findings(alone, [machine('AAA1', recorded)]);
    expect(others).toEqual([]);
    expect(said).toMatch(/^order-contradicts: Machine AAA1 has /);
    expect(said).toContain(what);
  });

  it('is doubted where it says what nobody recorded: the machine was not done under it', () => {
    const alone = order({ machines: [{ serial: 'AAA1', uuid, macs: ['05:06:07:08:09:0A'], assetTag: '1' }] });
    const said = findings(alone, [machine('AAA1')]);
    expect(said).toHaveLength(3);
    for (const one of said) expect(one).toContain('nothing, but the work order has');
  });
});
