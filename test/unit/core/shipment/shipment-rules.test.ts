import { describe, expect, it } from 'vitest';
import { PrestageError, type ErrorData } from '../../../../core/base/errors';
import { isDriveRecord, type JobDetails, type LedgerRecord } from '../../../../core/ledger/record';
import {
  bundleNameSchema,
  certificateName,
  maxMachines,
  shipmentNumberSchema,
} from '../../../../core/shipment/shipment';
import {
  assessMachine,
  newestJob,
  planShipment,
  type Fitness,
  type MachineHistory,
  type PlanRequest,
} from '../../../../core/shipment/shipment-rules';
import { done, failed, sampleJob, started } from '../../station/ledger/samples';

const reason: ErrorData = {
  code: 'verify-mismatch',
  message: 'It differs.',
  cause: null,
  remedy: 'Set it aside.',
};

function history(records: readonly LedgerRecord[], more: Partial<MachineHistory> = {}): MachineHistory {
  return {
    machineSerial: '0042PF',
    records: records.flatMap((record, index) =>
      isDriveRecord(record) ? [{ sequence: index + 1, record }] : [],
    ),
    erasure: null,
    shipment: null,
    ...more,
  };
}
function ended(job: JobDetails, state: 'cancelled' | 'interrupted'): LedgerRecord {
  const end = state === 'cancelled' ? { state, bytesWritten: 0 } : { state };
  return { kind: 'job-ended', job, startedAt: '2025-11-03T09:00:00.000Z', end };
}
function verified(
  { jobId, machineSerial, drive, fingerprint }: JobDetails,
  well: boolean,
  diskGuid?: string,
): LedgerRecord {
  return {
    ...{ kind: 'drive-verified', jobId, machineSerial, drive, fingerprint },
    ...(diskGuid === undefined ? {} : { diskGuid }),
    end: well ? { state: 'done', bytesVerified: 1000, seconds: 1 } : { state: 'failed', reason },
  };
}
function rehearsed(
  { jobId, machineSerial, drive, fingerprint }: JobDetails,
  passed: boolean,
  diskGuid?: string | null,
): LedgerRecord {
  const sign = { kind: 'display' } as const;
  return {
    ...{ kind: 'drive-rehearsed', jobId, machineSerial, drive, fingerprint, picture: null },
    ...(diskGuid === undefined ? {} : { diskGuid }),
    end: passed ? { state: 'done' } : { state: 'failed', reason },
    verdict: {
      ...{ passed, what: passed ? 'it left the firmware' : 'nothing was seen', sign, secureBoot: false },
      ...{ accelerator: 'tcg', seconds: 3, console: [] },
    },
  };
}
function why(fitness: Fitness): string {
  return fitness.fit ? 'fit' : fitness.reason;
}

describe('a machine can be shipped', () => {
  const job = sampleJob();
  const good = [started(job), done(job)];
  const own = sampleJob({ drive: { ...job.drive, kind: 'disk', bus: 'sata' } });

  it('when its newest job ended well', () => {
    const before = sampleJob();
    const fitness = assessMachine(history([started(before), failed(before), ...good]));
    expect(fitness).toMatchObject({
      fit: true,
      finished: { sequence: 4, verifiedAgain: 0, bootTest: null },
    });
  });

  it('when it was read again and rehearsed well, also after a rehearsal that failed', () => {
    const records = [...good, verified(job, true), rehearsed(job, false), rehearsed(job, true)];
    expect(assessMachine(history(records))).toMatchObject({
      finished: { verifiedAgain: 1, bootTest: { passed: true } },
    });
  });

  it('when a newer job ended before it wrote anything: the finished drive is as it was', () => {
    const next = sampleJob();
    for (const end of [ended(next, 'cancelled'), failed(next)]) {
      const idle = [...good, started(next), { ...end, untouched: true } as LedgerRecord];
      expect(assessMachine(history(idle))).toMatchObject({ fit: true, finished: { sequence: 2 } });
      const read = [...idle, verified(job, true)];
      expect(assessMachine(history(read))).toMatchObject({ fit: true, finished: { verifiedAgain: 1 } });
      // What is said against the finished drive counts as well.
      expect(why(assessMachine(history([...idle, verified(job, false)])))).toContain('read again');
      // One that wrote in between counts, and so does one that runs.
      const wrote = sampleJob();
      expect(
        why(assessMachine(history([...good, started(wrote), ended(wrote, 'cancelled'), ...idle.slice(2)]))),
      ).toContain('its job was cancelled.');
      expect(why(assessMachine(history([...idle, started(wrote)])))).toContain('is being written');
      // There is nothing else to tell of.
      expect(why(assessMachine(history(idle.slice(2))))).toMatch(/was not finished|failed/);
    }
    expect(newestJob(history([...good, started(next)]).records)).toEqual({ sequence: 3, job: next });
    expect(newestJob([])).toBeNull();
  });

  it('whatever a boot test of another content said', () => {
    const other = 'b1f0c1de-0000-4000-8000-000000000001';
    const foreign = [rehearsed(job, false, other), rehearsed(job, false, null)];
    expect(assessMachine(history([...good, ...foreign]))).toMatchObject({ finished: { bootTest: null } });
    // A good start of another content says nothing of this one either.
    const records = [...good, rehearsed(job, false, job.diskGuid), rehearsed(job, true, other)];
    expect(why(assessMachine(history(records)))).toContain('failed its boot test');
  });

  it('when a copy of its drive was found wrong, and the drive itself good', () => {
    const sata = sampleJob({ drive: { ...job.drive, kind: 'disk', bus: 'sata', serial: 'OWN-1' } });
    const usb = sampleJob({ drive: { ...job.drive, kind: 'disk', bus: 'usb' }, attachment: 'here' });
    const readWrong = (of: JobDetails, drive: Partial<JobDetails['drive']>, attachment?: string): string => {
      const wrong = verified({ ...of, drive: { ...of.drive, ...drive } }, false, of.diskGuid);
      const told = attachment === undefined ? wrong : { ...wrong, attachment };
      return why(assessMachine(history([started(of), done(of), told, verified(of, true, of.diskGuid)])));
    };
    // The GUID alone, behind a bridge, also on one attachment; and the GUID on what is certainly the drive.
    expect(readWrong(sata, { bus: 'usb', serial: 'BRIDGE' })).toBe('fit');
    expect(readWrong(sata, {})).toContain('A later good reading does not change that.');
    expect(readWrong(usb, {})).toBe('fit');
    expect(readWrong(usb, {}, 'elsewhere')).toBe('fit');
    expect(readWrong(usb, {}, 'here')).toBe('fit');
    const file = sampleJob({ attachment: 'here' });
    expect(readWrong(file, {}, 'here')).toContain('A later good reading does not change that.');
  });

  it.each<[string, readonly LedgerRecord[], string]>([
    ['it was never written', [], 'was never written at this station.'],
    ['its job runs', [started(job)], 'is being written, or was interrupted.'],
    ['its job failed', [started(job), failed(job)], 'failed: The drive in Bay 1'],
    ['its job was cancelled', [started(job), ended(job, 'cancelled')], 'its job was cancelled.'],
    ['its job was interrupted', [started(job), ended(job, 'interrupted')], 'its job was interrupted.'],
    ['it was found wrong later', [...good, verified(job, false)], 'failed when its drive was read again'],
    [
      'wrong bytes were read from this very drive once, whatever came then',
      [started(own), done(own), verified(own, false, own.diskGuid), verified(own, true)],
      'A later good reading does not change that.',
    ],
    ['it did not start', [...good, rehearsed(job, true), rehearsed(job, false)], 'failed its boot test'],
  ])('not when %s', (_, records, said) => {
    expect(why(assessMachine(history(records)))).toMatch(/^Machine 0042PF /);
    expect(why(assessMachine(history(records)))).toContain(said);
  });

  it('not when a newer job did not end well: it may have erased the drive', () => {
    const next = sampleJob();
    expect(why(assessMachine(history([...good, started(next)])))).toContain('is being written');
    expect(why(assessMachine(history([...good, started(next), failed(next)])))).toContain('failed');
  });

  it('not when its drive holds another machine’s image: that is told, whoever asks', () => {
    const overwritten = assessMachine(history(good, { erasure: { machineSerial: '5CD1', certain: true } }));
    expect(overwritten).toMatchObject({ fit: false, gone: false });
    expect(why(overwritten)).toContain('its drive was written again for machine 5CD1.');
    expect(why(overwritten)).toContain('prestage verify');
    const perhaps = assessMachine(history(good, { erasure: { machineSerial: '5CD1', certain: false } }));
    expect(perhaps).toMatchObject({ fit: false, gone: false });
    expect(why(perhaps)).toContain('may no longer have its image');
    expect(why(perhaps)).toContain('prestage verify');
  });

  it('not when it is gone already', () => {
    const shipped = assessMachine(history(good, { shipment: 'S-1' }));
    expect(shipped).toMatchObject({ fit: false, gone: true });
    expect(why(shipped)).toBe('Machine 0042PF is already in shipment S-1.');
  });

  it('again when a good reading lifts a finding that may have been another drive’s', () => {
    const records = [...good, verified(job, false), verified(job, true)];
    expect(assessMachine(history(records))).toMatchObject({ fit: true, finished: { verifiedAgain: 1 } });
  });

  it('is not harmed by findings about an earlier job', () => {
    const before = sampleJob();
    const records = [
      started(before),
      done(before),
      ...good,
      verified(before, false),
      rehearsed(before, false),
    ];
    expect(assessMachine(history(records)).fit).toBe(true);
  });
});

describe('a shipment', () => {
  const machine = (serial: string, changes: Partial<JobDetails> = {}): MachineHistory => {
    const job = sampleJob({ machineSerial: serial, ...changes });
    return history([started(job), done(job)], { machineSerial: serial });
  };
  const bad = (serial: string): MachineHistory => {
    const job = sampleJob({ machineSerial: serial });
    return history([started(job), failed(job)], { machineSerial: serial });
  };
  const plan = (request: Partial<PlanRequest>): ReturnType<typeof planShipment> =>
    planShipment({ number: 'S-1', histories: [], asked: 'group', usedNumbers: new Set(), ...request });
  const refusal = (request: Partial<PlanRequest>): ErrorData => {
    try {
      plan(request);
    } catch (error) {
      if (error instanceof PrestageError) return error.data;
      throw error;
    }
    throw new Error('it was not refused');
  };

  it('has its machines by serial, and tells which stay', () => {
    const made = plan({ histories: [machine('BBB'), bad('CCC'), machine('AAA')] });
    expect(made.machines.map(({ machineSerial }) => machineSerial)).toEqual(['AAA', 'BBB']);
    expect(made.leftOut.map(({ machineSerial }) => machineSerial)).toEqual(['CCC']);
    expect(made.orderNumber).toBeNull();
  });

  it('of real drives leaves training drives behind; one of training drives only is for training', () => {
    const real = (serial: string): MachineHistory => {
      const job = sampleJob({ machineSerial: serial, drive: { ...sampleJob().drive, kind: 'disk' } });
      return history([started(job), done(job)], { machineSerial: serial });
    };
    const mixed = plan({ histories: [real('AAA'), machine('BBB')] });
    expect(mixed.machines.map(({ machineSerial }) => machineSerial)).toEqual(['AAA']);
    expect(mixed.leftOut).toEqual([
      { machineSerial: 'BBB', reason: 'Machine BBB was written to a training drive.' },
    ]);
    const named = { asked: 'named', histories: [real('AAA'), machine('BBB')] } as const;
    expect(refusal(named).message).toContain('Machine BBB was written to a training drive');
    expect(plan({ histories: [machine('BBB')] }).machines).toHaveLength(1);
  });

  it('is refused as a whole when a named machine cannot go, and names it', () => {
    const error = refusal({ asked: 'named', histories: [machine('AAA'), bad('CCC'), bad('DDD')] });
    expect(error).toMatchObject({ code: 'shipment-refused' });
    expect(error.message).toContain('Machine CCC failed');
    expect(error.cause).toContain('Machine DDD failed');
    expect(error.remedy).toContain('Nothing was recorded.');
  });

  it('is refused when nothing is left, with the reasons', () => {
    expect(refusal({ histories: [bad('CCC')] })).toMatchObject({ code: 'shipment-empty' });
    expect(refusal({ histories: [bad('CCC')] }).cause).toContain('Machine CCC failed');
    expect(refusal({ histories: [] })).toMatchObject({ code: 'shipment-empty', cause: null });
  });

  it('does not speak of machines that are gone when everything finished was asked for', () => {
    const gone = { ...machine('AAA'), shipment: 'S-0' };
    expect(plan({ asked: 'finished', histories: [gone, machine('BBB')] }).leftOut).toEqual([]);
    expect(plan({ asked: 'group', histories: [gone, machine('BBB')] }).leftOut).toHaveLength(1);
  });

  it('is of one order, or of none', () => {
    const one = [machine('AAA', { workOrder: 'WO-1' }), machine('BBB', { workOrder: 'WO-1' })];
    expect(plan({ histories: one }).orderNumber).toBe('WO-1');
    for (const other of [machine('CCC', { workOrder: 'WO-2' }), machine('CCC')]) {
      const error = refusal({ histories: [...one, other] });
      expect(error.code).toBe('shipment-refused');
      expect(error.cause).toMatch(
        /Machine AAA is in work order WO-1\.\nMachine CCC (?:is in work order WO-2|has no work order)\./,
      );
    }
  });

  it('has a number that was not used, and that fits on a label', () => {
    const histories = [machine('AAA')];
    expect(refusal({ histories, usedNumbers: new Set(['S-1']) })).toMatchObject({ code: 'shipment-refused' });
    for (const number of ['', ' S', 'S ', '=S1', 'a'.repeat(41), 'Ü-1', 'a"b', 'a\nb', '-1']) {
      expect(refusal({ histories, number }).code, number).toBe('usage');
      expect(shipmentNumberSchema.safeParse(number).success).toBe(false);
    }
    for (const number of ['1', '2026/0042', 'LS 7 + B', 'a'.repeat(40)]) {
      expect(plan({ histories, number }).number).toBe(number);
    }
  });

  it('holds no more machines than a bundle can', () => {
    const histories = Array.from({ length: maxMachines + 1 }, (_, index) => machine(`M${index}`));
    expect(refusal({ histories })).toMatchObject({ code: 'shipment-refused' });
  });
});

describe('a name in a bundle', () => {
  it.each([
    '../x',
    '/etc/passwd',
    'a\\b',
    'certificates/../x.pdf',
    'README.TXT',
    'certificates/1-A.pdf',
    '__proto__',
    '',
  ])('is not %j', (name) => {
    expect(bundleNameSchema.safeParse(name).success).toBe(false);
  });
  it('is made of any serial, and two serials never share one', () => {
    const names = ['A/B C.D_E+F', 'A-B', '0042PF', 'X'.repeat(64)].map((serial, index) =>
      certificateName(index, serial),
    );
    for (const name of names) expect(bundleNameSchema.safeParse(name).success, name).toBe(true);
    expect(certificateName(0, 'A/B')).not.toBe(certificateName(1, 'A.B'));
    expect(bundleNameSchema.safeParse(certificateName(maxMachines - 1, 'A-B')).success).toBe(true);
  });
});
