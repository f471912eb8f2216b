import { describe, expect, it } from 'vitest';
import { mergeMachineDetails } from '../../../../core/machine/machine-details';
import type { WorkOrder } from '../../../../core/order/order';
import {
  followOrder,
  isAllowed,
  newProgress,
  orderView,
  type OrderView,
} from '../../../../core/order/order-state';
import type { JobDetails, LedgerRecord } from '../../../../core/ledger/record';
import { done, failed, sampleJob, started } from '../../station/ledger/samples';

const orderId = '0b0f2c64-6a44-4c3c-9b0e-1d2f3a4b5c6d';
const otherOrder = '1b0f2c64-6a44-4c3c-9b0e-1d2f3a4b5c6d';
const order: WorkOrder = {
  version: 1,
  number: '4711',
  machines: ['AAA1', 'AAA2', 'AAA3'].map((serial) => ({ serial })),
};

const job = (machineSerial: string, changes: Partial<JobDetails> = {}): JobDetails =>
  sampleJob({ machineSerial, orderId, ...changes });
const ended = (of: JobDetails, state: 'cancelled' | 'interrupted'): LedgerRecord => ({
  kind: 'job-ended',
  job: of,
  startedAt: '2025-11-03T09:00:00.000Z',
  end: state === 'cancelled' ? { state, bytesWritten: 0 } : { state },
});
const verified = ({ jobId, machineSerial, drive, fingerprint }: JobDetails, good: boolean): LedgerRecord => ({
  kind: 'drive-verified',
  jobId,
  machineSerial,
  drive,
  fingerprint,
  end: good
    ? { state: 'done', bytesVerified: 1, seconds: 1 }
    : {
        state: 'failed',
        reason: { code: 'verify-mismatch', message: 'Other bytes.', cause: null, remedy: 'Write it again.' },
      },
});
const rehearsed = (
  { jobId, machineSerial, drive, fingerprint }: JobDetails,
  passed: boolean,
): LedgerRecord => ({
  kind: 'drive-rehearsed',
  ...{ jobId, machineSerial, drive, fingerprint, picture: null },
  end: passed
    ? { state: 'done' }
    : {
        state: 'failed',
        reason: { code: 'rehearsal-failed', message: 'It did not.', cause: null, remedy: 'Look at it.' },
      },
  verdict: {
    ...{ passed, what: 'seen', sign: { kind: 'display' }, secureBoot: false, accelerator: 'tcg' },
    ...{ seconds: 1, console: [] },
  },
});
const exception = (
  machineSerial: string,
  what: 'unexpected' | 'left-out',
  of: string = orderId,
): LedgerRecord => ({ kind: 'order-exception', orderId: of, machineSerial, what, reason: 'because' });
const packed = (...jobs: JobDetails[]): LedgerRecord => ({
  kind: 'shipment-closed',
  shipmentId: otherOrder,
  number: 'S-1',
  orderNumber: '4711',
  machines: jobs.map(({ machineSerial, jobId }) => ({ machineSerial, jobId, sequence: 1 })),
});

function viewAfter(records: readonly LedgerRecord[], paired: readonly string[] = []): OrderView {
  return orderView(order, followOrder(newProgress(orderId), order, records), new Set(paired));
}
const stateOf = (records: readonly LedgerRecord[], serial = 'AAA1', paired: readonly string[] = []): string =>
  viewAfter(records, paired).lines.find((line) => line.serial === serial)?.state ?? 'none';
const openOf = (records: readonly LedgerRecord[]): string[] =>
  viewAfter(records).open.map(({ serial }) => serial);

describe('a machine of the order', () => {
  const first = job('AAA1');

  it('is not done when its drive does not start, until it does', () => {
    expect(stateOf([started(first), done(first), rehearsed(first, false)])).toBe('failed');
    const starts = [started(first), done(first), rehearsed(first, false), rehearsed(first, true)];
    expect(stateOf(starts)).toBe('done');
    // Starting does not make a drive right that was found wrong.
    expect(stateOf([started(first), done(first), verified(first, false), rehearsed(first, true)])).toBe(
      'failed',
    );
    const other = [started(first), done(first), verified(first, false), rehearsed(first, false)];
    expect(stateOf([...other, rehearsed(first, true)])).toBe('failed');
    // Of another content.
    const foreign = { diskGuid: 'b1f0c1de-0000-4000-8000-000000000001' };
    const whole = [started(first), done(first)];
    expect(stateOf([...whole, { ...rehearsed(first, false), ...foreign }])).toBe('done');
    const again = { ...rehearsed(first, true), ...foreign } as LedgerRecord;
    expect(stateOf([...whole, rehearsed(first, false), again])).toBe('failed');
  });

  it('is expected, paired, writing, and then what its job became', () => {
    expect(stateOf([])).toBe('expected');
    expect(stateOf([], 'AAA1', ['AAA1'])).toBe('paired');
    expect(stateOf([started(first)])).toBe('writing');
    expect(stateOf([started(first)], 'AAA1', ['AAA1'])).toBe('writing');
    expect(stateOf([started(first), done(first)])).toBe('done');
    expect(stateOf([started(first), failed(first)])).toBe('failed');
    expect(stateOf([started(first), failed(first)], 'AAA1', ['AAA1'])).toBe('paired');
    expect(stateOf([started(first), ended(first, 'interrupted')])).toBe('interrupted');
    expect(stateOf([started(first), ended(first, 'cancelled')])).toBe('expected');
  });

  it('is not done when its finished job was withdrawn, whatever was read before', () => {
    expect(stateOf([started(first), done(first), verified(first, true)])).toBe('done');
    expect(stateOf([started(first), done(first), verified(first, false)])).toBe('failed');
    expect(openOf([done(first), verified(first, false)])).toContain('AAA1');
    expect(stateOf([done(first), packed(first), verified(first, false)])).toBe('failed');
  });

  it('is done again when a good reading lifts the finding, and not when this very drive gave other bytes', () => {
    const bad = [started(first), done(first), verified(first, false)];
    expect(stateOf([...bad, verified(first, true)])).toBe('done');
    expect(stateOf([done(first), packed(first), verified(first, false), verified(first, true)])).toBe(
      'packed',
    );
    expect(stateOf([...bad, rehearsed(first, false), verified(first, true)])).toBe('failed');
    const withGuid = (of: JobDetails): LedgerRecord =>
      ({ ...verified(of, false), diskGuid: of.diskGuid }) as LedgerRecord;
    const own = job('AAA1', { drive: { ...first.drive, kind: 'disk', bus: 'sata' } });
    expect(stateOf([started(own), done(own), withGuid(own), verified(own, true)])).toBe('failed');
    // A copy may have the GUID too.
    expect(stateOf([started(first), done(first), withGuid(first), verified(first, true)])).toBe('done');
  });

  it('is not done any more when its drive, known by the disk GUID on it, is begun for another machine', () => {
    const other = job('AAA2', { previousDiskGuid: first.diskGuid });
    const begun = [started(first), done(first), started(other)];
    const cancelled = ended(other, 'cancelled');
    expect(stateOf([...begun, cancelled])).toBe('failed');
    // It ended before anything was written.
    expect(stateOf([...begun, { ...cancelled, untouched: true } as LedgerRecord])).toBe('done');
    expect(stateOf([started(first), done(first), started(other)])).toBe('failed');
    expect(stateOf([started(first), done(first), started(job('AAA2', { previousDiskGuid: null }))])).toBe(
      'done',
    );
    expect(stateOf([started(first), done(first), packed(first), started(other)])).toBe('packed');
  });

  it('is not done any more when its drive, known by itself, is begun for another machine', () => {
    const sata = { ...first.drive, kind: 'disk', bus: 'sata' } as const;
    const own = job('AAA1', { drive: sata });
    const wiped = job('AAA2', { drive: sata, previousDiskGuid: null });
    const { previousDiskGuid: _, ...unread } = { ...wiped };
    const against = (records: readonly LedgerRecord[]): unknown =>
      viewAfter(records).lines.find(({ serial }) => serial === 'AAA1')?.against;
    // One that held something else may be another drive with that serial, and one that nobody looked at is taken for it.
    for (const [next, what] of [
      [wiped, 'perhaps-erased'],
      [unread, 'erased'],
    ] as const) {
      expect(stateOf([started(own), done(own), started(next)])).toBe('failed');
      expect(against([started(own), done(own), started(next)])).toEqual({ what, machineSerial: 'AAA2' });
      expect(against([started(own), done(own), started(next), verified(own, true)])).toBeNull();
      const idle = { ...ended(next, 'cancelled'), untouched: true } as LedgerRecord;
      expect(stateOf([started(own), done(own), started(next), idle])).toBe('done');
    }
    const here = job('AAA1', { attachment: 'here' });
    const at = (attachment: string): LedgerRecord =>
      started(job('AAA2', { attachment, previousDiskGuid: null }));
    expect(stateOf([started(here), done(here), at('here')])).toBe('failed');
    expect(stateOf([started(here), done(here), at('elsewhere')])).toBe('done');
    const sibling = job('AAA2', { drive: { ...sata, serial: 'OTHER' }, previousDiskGuid: null });
    expect(stateOf([started(own), done(own), started(sibling)])).toBe('done');
  });

  it('is not done while it is not sure that its drive still has its image, as for shipments', () => {
    const docked = { ...first.drive, kind: 'disk', bus: 'usb' } as const;
    const inDock = job('AAA1', { drive: docked });
    const next = job('AAA2', { drive: docked });
    const records = [started(inDock), done(inDock), started(next)];
    expect(viewAfter(records).lines[0]).toMatchObject({
      ...{ serial: 'AAA1', state: 'failed' },
      against: { what: 'perhaps-erased', machineSerial: 'AAA2' },
    });
    expect(openOf(records)).toContain('AAA1');
    expect(stateOf([...records, verified(inDock, true)])).toBe('done');
  });

  it('is done again when its drive is read well after a job that was thought to have erased it', () => {
    const other = job('AAA2', { previousDiskGuid: first.diskGuid });
    const died = [started(first), done(first), started(other), ended(other, 'interrupted')];
    expect(stateOf(died)).toBe('failed');
    expect(stateOf([...died, verified(first, true)])).toBe('done');
    expect(stateOf([...died, verified(first, false)])).toBe('failed');
    expect(stateOf([...died, verified(first, false), verified(first, true)])).toBe('done');
    // One that does not start is not done, whenever that was seen.
    expect(stateOf([...died, rehearsed(first, false), verified(first, true)])).toBe('failed');
  });

  it('keeps what was found meanwhile when a job ends before it wrote anything', () => {
    const other = job('AAA2', { previousDiskGuid: first.diskGuid });
    const idle = { ...ended(other, 'cancelled'), untouched: true } as LedgerRecord;
    const begun = [started(first), done(first), started(other)];
    expect(stateOf([...begun, verified(first, false), idle])).toBe('failed');
    expect(stateOf([...begun, verified(first, false), idle, verified(first, true)])).toBe('done');
    expect(stateOf([...begun, rehearsed(first, false), idle])).toBe('failed');
    // It spares the drive, but not what an earlier job did to it.
    const third = job('AAA3', { previousDiskGuid: first.diskGuid });
    const spared = { ...ended(third, 'cancelled'), untouched: true } as LedgerRecord;
    expect(stateOf([...begun, ended(other, 'interrupted'), started(third), spared])).toBe('failed');
  });

  it('stands as before when its newer job ended before it wrote anything', () => {
    const again = job('AAA1');
    const untouched = (end: LedgerRecord): LedgerRecord => ({ ...end, untouched: true }) as LedgerRecord;
    const whole = [started(first), done(first)];
    for (const end of [untouched(ended(again, 'cancelled')), untouched(failed(again))]) {
      expect(stateOf([...whole, started(again)])).toBe('writing');
      expect(stateOf([...whole, started(again), end])).toBe('done');
      expect(stateOf([...whole, started(again), end, packed(first)])).toBe('packed');
      expect(stateOf([...whole, packed(first), started(again), end])).toBe('packed');
      expect(stateOf([started(first), failed(first), started(again), end])).toBe('failed');
      // What was found, erased or started meanwhile is not forgotten.
      expect(stateOf([...whole, started(again), verified(first, false), end])).toBe('failed');
      expect(stateOf([...whole, started(again), rehearsed(first, false), end])).toBe('failed');
      const other = started(job('AAA2', { previousDiskGuid: first.diskGuid }));
      expect(stateOf([...whole, started(again), other, end])).toBe('failed');
      expect(stateOf([...whole, started(again), end, verified(first, false)])).toBe('failed');
      // It was begun: the word that it stays behind does not hold any more.
      expect(stateOf([...whole, exception('AAA1', 'left-out'), started(again), end])).not.toBe('left-out');
    }
    expect(stateOf([started(again), untouched(ended(again, 'cancelled'))])).toBe('expected');
    expect(stateOf([...whole, started(again), ended(again, 'cancelled')])).toBe('expected');
  });

  it('is judged by its newest job: an older drive of it that turns out wrong is no matter', () => {
    const second = job('AAA1');
    expect(stateOf([done(first), done(second), verified(first, false)])).toBe('done');
    expect(stateOf([done(first), started(second), failed(second)])).toBe('failed');
  });

  it('is packed when its finished drive was, and open again when it is done anew', () => {
    expect(stateOf([done(first), packed(first)])).toBe('packed');
    expect(stateOf([done(first), packed(job('AAA1'))])).toBe('done');
    expect(stateOf([done(first), packed(first), started(job('AAA1'))])).toBe('writing');
    // Finished before the order was opened.
    expect(stateOf([packed(first)])).toBe('packed');
  });

  it('counts jobs that name no order, and none of another order', () => {
    const before: JobDetails = sampleJob({ machineSerial: 'AAA1' });
    expect(stateOf([done(before)])).toBe('done');
    expect(stateOf([done(job('AAA1', { orderId: otherOrder }))])).toBe('expected');
    expect(stateOf([exception('AAA1', 'left-out', otherOrder)])).toBe('expected');
  });

  it('is left out by a word, until it is begun after all', () => {
    expect(stateOf([exception('AAA1', 'left-out')])).toBe('left-out');
    expect(stateOf([failed(first), exception('AAA1', 'left-out')])).toBe('left-out');
    expect(stateOf([exception('AAA1', 'left-out'), started(first), failed(first)])).toBe('failed');
  });
});

describe('an unexpected machine', () => {
  const other = job('ZZZ9');

  it('may be done after a word was said, and need not be', () => {
    const progress = followOrder(newProgress(orderId), order, [exception('ZZZ9', 'unexpected')]);
    const ordered = new Set(order.machines.map(({ serial }) => serial));
    expect(isAllowed(ordered, progress, 'ZZZ9')).toBe(true);
    expect(isAllowed(ordered, progress, 'ZZZ8')).toBe(false);
    expect(isAllowed(ordered, progress, 'AAA1')).toBe(true);
    expect(openOf([exception('ZZZ9', 'unexpected')])).toEqual(['AAA1', 'AAA2', 'AAA3']);
  });

  it('is open once it was begun and is not done, until one more word', () => {
    const begun = [exception('ZZZ9', 'unexpected'), started(other), failed(other)];
    expect(openOf(begun)).toContain('ZZZ9');
    expect(openOf([...begun, exception('ZZZ9', 'unexpected')])).not.toContain('ZZZ9');
    expect(stateOf([...begun, exception('ZZZ9', 'unexpected')], 'ZZZ9')).toBe('left-out');
    expect(openOf([...begun.slice(0, 2), done(other)])).not.toContain('ZZZ9');
  });
});

describe('the counts', () => {
  it('add up to all lines', () => {
    const one = job('AAA1');
    const two = job('AAA2');
    const { counts, lines, unexpected, open } = viewAfter(
      [done(one), packed(one), started(two), exception('ZZZ9', 'unexpected')],
      ['AAA3', 'ZZZ9'],
    );
    expect(counts).toMatchObject({ packed: 1, writing: 1, paired: 2, expected: 0 });
    expect(Object.values(counts).reduce((sum, count) => sum + count)).toBe(lines.length);
    expect(unexpected).toBe(1);
    expect(open.map(({ serial }) => serial)).toEqual(['AAA2', 'AAA3', 'ZZZ9']);
  });

  it('know when the order was closed', () => {
    const close = { kind: 'order-closed', number: '4711', done: 1, leftOut: 0, unexpected: 0 } as const;
    expect(followOrder(newProgress(orderId), order, [{ ...close, orderId }]).closed).toBe(true);
    expect(followOrder(newProgress(orderId), order, [{ ...close, orderId: otherOrder }]).closed).toBe(false);
  });

  it('come to the same in one step or in many', () => {
    const one = job('AAA1');
    const records = [
      started(one),
      done(one),
      packed(one),
      verified(one, false),
      exception('AAA1', 'left-out'),
    ];
    const stepwise = records.reduce(
      (progress, record) => followOrder(progress, order, [record]),
      newProgress(orderId),
    );
    expect(stepwise).toEqual(followOrder(newProgress(orderId), order, records));
  });
});

describe('what is known of a machine', () => {
  const uuid = '4C4C4544-0038-3110-8052-B4C04F4D3332';

  it('is put together from order and machine', () => {
    expect(
      mergeMachineDetails(
        'AAA1',
        { assetTag: 'A-1', computerName: 'pc-1', macs: ['00:1A:2B:3C:4D:5E'], model: 'X1' },
        { computerName: 'PC-1', uuid, macs: ['00:1A:2B:3C:4D:5F'], model: '20XW' },
      ),
    ).toEqual({
      assetTag: 'A-1',
      // As the enterprise writes it.
      computerName: 'pc-1',
      uuid,
      macs: ['00:1A:2B:3C:4D:5E', '00:1A:2B:3C:4D:5F'],
      model: '20XW',
    });
  });

  it.each([
    [{ assetTag: 'A-1' }, { assetTag: 'A-2' }],
    [{ computerName: 'PC-1' }, { computerName: 'PC-2' }],
    [{ uuid }, { uuid: uuid.replace('4C4C', '4C4D') }],
  ])('must not contradict: %j %j', (ordered, scanned) => {
    expect(() => mergeMachineDetails('AAA1', ordered, scanned)).toThrow(
      expect.objectContaining({ data: expect.objectContaining({ code: 'machine-contradicts' }) as unknown }),
    );
  });
});
