import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { HelperResponse } from '../../../core/contract/helper-api';
import { cancelled, PrestageError } from '../../../core/base/errors';
import { GiB } from '../../../core/base/units';
import { healthSettingsSchema } from '../../../core/health/health-rules';
import { noPast } from '../../../core/ledger/drive-past';
import type { LedgerRecord } from '../../../core/ledger/record';
import { overwriteOnly, type Abilities } from '../../../core/sanitise/methods';
import { checkDriveSize } from '../../../station/jobs/check-drive-size';
import { sanitise, type SanitiseDependencies } from '../../../station/jobs/run-sanitise';
import { recordedDrive } from '../../../station/drives/finished-drive';
import { sanitiseReserved } from '../../../station/jobs/sanitise-drive';
import { EraseJournal, type EraseRun } from '../../../station/jobs/erase-journal';
import type { Helpers } from '../../../station/helper-client/helpers';
import type { Ledger } from '../../../station/ledger/ledger';
import { ledgerUnavailable } from '../../../station/ledger/ledger-errors';
import type { StatePaths } from '../../../station/state/state-paths';
import { sampleDrive } from '../core/drive/drives';
import { FakeHelperClient } from './fake-helper-client';
import { context, done, sampleJob } from './ledger/samples';

/** What the record says of a drive that is erased for no machine, also where that is broken off. */

const drive = sampleDrive({ size: 64 * GiB });
const before = { size: drive.size, table: 'none' as const, partitions: [] };
const erased = { outcome: 'erased', why: null, bytesReadBack: drive.size, seconds: 1 };
/** An overwrite that was broken off. */
const left: EraseRun = {
  ...({ version: 1, run: '0b0f2c64-6a44-4c3c-9b0e-1d2f3a4b5c6d', method: 'overwrite' } as const),
  ...{ startedAt: '2026-01-01T00:00:00.000Z', before, samples: [], overwritten: 30 * GiB },
};
const neverAsked = (): never => {
  throw new Error('nobody was to open what the drive hides');
};
/** What the drive is once its hidden area was opened. */
const whole = { ...drive, id: 'LARGER-1', size: 80 * GiB };
const grown = { abilities: overwriteOnly(), before: { ...before, size: whole.size } };
const hides: Abilities = {
  ...overwriteOnly(),
  ...{ hidden: [{ kind: 'hpa', bytes: 16 * GiB }], lift: whole.size },
};
const dies = (): never => {
  throw new PrestageError({ code: 'helper-died', message: 'The helper died.', remedy: 'None.' });
};

let area: string;
beforeEach(() => {
  area = mkdtempSync(join(tmpdir(), 'prestage-erase-'));
});
afterEach(() => {
  rmSync(area, { recursive: true, force: true });
});

interface Story {
  readonly erase: () => unknown;
  readonly lift?: () => HelperResponse<'liftHidden'>;
  readonly table?: 'none' | 'gpt';
  readonly abilities?: Abilities;
  /** Disk GUID on the open drive; undefined: it cannot be read. */
  readonly guid?: string | null | undefined;
}

function station({ erase, table = 'none', abilities = overwriteOnly(), lift = neverAsked, ...more }: Story): {
  readonly records: LedgerRecord[];
  readonly helper: FakeHelperClient;
  readonly dependencies: SanitiseDependencies;
} {
  const records: LedgerRecord[] = [];
  let lifted = false;
  const helper = new FakeHelperClient('first', [], {
    reserveDrives: () => ({
      reservations: [{ reservation: 'r1', drive, ...('guid' in more ? {} : { diskGuid: null }) }],
    }),
    prepareSanitise: () => {
      const now = lifted ? grown : { abilities, before };
      return { ...now, before: { ...now.before, table }, samples: [] };
    },
    liftHidden: () => {
      const end = lift();
      lifted = end.state === 'lifted';
      return end;
    },
    sanitiseDrive: erase,
    checkSize: erase,
    releaseDrive: () => ({}),
  });
  const ledger: Pick<Ledger, 'append' | 'pastOf'> = {
    append: (record) => {
      records.push(record);
      return { sequence: records.length } as never;
    },
    pastOf: () => noPast,
  };
  const helpers: Pick<Helpers, 'forDrive'> = { forDrive: () => Promise.resolve(helper.client) };
  const paths: Partial<StatePaths> = {
    erasures: join(area, 'erasures'),
    ledgerFile: join(area, 'ledger'),
    imageCache: join(area, 'cache'),
    library: join(area, 'library'),
  };
  return {
    ...{ records, helper },
    dependencies: {
      ...{ helpers: helpers as Helpers, ledger: ledger as Ledger, paths: paths as StatePaths },
      ...{
        settings: { stallSeconds: 30, health: healthSettingsSchema.parse({}) },
        append: context,
        signal: new AbortController().signal,
      },
      onProgress: () => undefined,
    },
  };
}

const asked = {
  ...({ drive, least: 'clear' } as const),
  benchDirectory: null,
  shown: { method: 'overwrite', nist: 'clear' } as const,
  reason: null,
};
const outcomes = (records: readonly LedgerRecord[]): string[] =>
  records.map((record) => (record.kind === 'drive-sanitised' ? record.sanitised.outcome : record.kind));

describe('a drive that is erased for no machine', () => {
  it('is in the record before it is touched, and again with the outcome', async () => {
    const { records, dependencies } = station({
      erase: () => {
        expect(outcomes(records)).toEqual(['not-known']);
        return erased;
      },
    });
    const report = await sanitise(asked, dependencies);
    expect(report).toMatchObject({ ledgerEntry: 2, sanitised: { outcome: 'erased', nist: 'clear' } });
    expect(outcomes(records)).toEqual(['not-known', 'erased']);
    expect(readdirSync(join(area, 'erasures'))).toEqual([]);
  });

  it('has an entry that says why its erase broke off', async () => {
    const { records, dependencies } = station({ erase: dies });
    await expect(sanitise(asked, dependencies)).rejects.toThrow('The helper died.');
    expect(outcomes(records)).toEqual(['not-known', 'not-known']);
    expect(records.at(-1)).toMatchObject({ sanitised: { why: 'The helper died.', method: 'overwrite' } });
  });

  it('has an entry and a card where it was cancelled before the helper could answer', async () => {
    const { records, dependencies } = station({
      erase: () => {
        throw cancelled('The erase');
      },
    });
    const report = await sanitise(asked, dependencies);
    expect(report).toMatchObject({ ledgerEntry: 2, sanitised: { outcome: 'not-known' } });
    expect(outcomes(records)).toEqual(['not-known', 'not-known']);
  });

  it('of which the table cannot be read needs a reason where its serial says what it holds, and loses its machine', async () => {
    const own = sampleDrive({ size: 64 * GiB, kind: 'disk', bus: 'sata', serial: 'WD-WX11A1', wwn: null });
    const job = sampleJob({ machineSerial: 'HELD001', drive: recordedDrive(own) });
    const { records, dependencies } = station({ erase: () => erased, guid: undefined });
    const holding: Partial<Ledger> = {
      append: dependencies.ledger.append.bind(dependencies.ledger),
      pastOf: () => noPast,
      findDoneOn: () => [job],
      isIdentityShared: () => false,
      findShipped: () => ({ entry: { record: done(job) } }) as never,
    };
    const given = { ...dependencies, ledger: holding as Ledger };
    const asks = { ...asked, drive: own };
    await expect(sanitise(asks, given)).rejects.toMatchObject({ code: 'drive-holds-finished' });
    expect(records).toEqual([]);
    await sanitise({ ...asks, reason: 'Sent back' }, given);
    expect(records[0]).toMatchObject({
      kind: 'drive-verified',
      machineSerial: 'HELD001',
      end: { state: 'failed' },
    });
    expect(records[0]).not.toHaveProperty('diskGuid');
  });

  it('is told of as erased by nobody where that cannot be recorded', async () => {
    const { records, dependencies } = station({ erase: () => erased });
    const append = dependencies.ledger.append.bind(dependencies.ledger);
    const full: Pick<Ledger, 'append' | 'pastOf'> = {
      append: (...entry) => {
        if (records.length > 0) throw ledgerUnavailable('The ledger is full.', 'Make room.');
        return append(...entry);
      },
      pastOf: () => noPast,
    };
    await expect(sanitise(asked, { ...dependencies, ledger: full as Ledger })).rejects.toMatchObject({
      code: 'ledger-unavailable',
      data: { remedy: expect.stringContaining('is not recorded') as string },
    });
    expect(outcomes(records)).toEqual(['not-known']);
  });

  it('that is erased in a job keeps what came of it until the job is recorded', async () => {
    const { helper, dependencies } = station({ erase: () => erased });
    const { paths, signal, onProgress } = dependencies;
    const jobId = '5a0f2c64-6a44-4c3c-9b0e-1d2f3a4b5c6d';
    await sanitiseReserved({
      ...asked,
      ...{ client: helper.client, reservation: 'r1', jobId, paths, signal, onProgress },
      stallMilliseconds: 30_000,
    });
    const journal = new EraseJournal(paths, drive);
    expect(await journal.leftBy(jobId)).toMatchObject({ outcome: 'erased', bytesReadBack: drive.size });
    expect(await journal.leftBy(left.run)).toBeNull();
    await journal.recorded(left.run);
    expect(await journal.leftBy(jobId)).not.toBeNull();
    await journal.recorded(jobId);
    expect(readdirSync(join(area, 'erasures'))).toEqual([]);
  });

  it('is not touched, and in no record, where its journal cannot be written', async () => {
    const { records, helper, dependencies } = station({ erase: () => erased });
    const erasures = join(area, 'erasures');
    new EraseJournal({ erasures }, drive).write(left);
    const [name = ''] = readdirSync(erasures);
    rmSync(join(erasures, name));
    mkdirSync(join(erasures, name, 'in the way'), { recursive: true });
    await expect(sanitise(asked, dependencies)).rejects.toThrow();
    expect(records).toEqual([]);
    expect(helper.requests.map(({ method }) => method)).not.toContain('sanitiseDrive');
  });

  it.each([
    ['none', 29 * GiB],
    // Something was written to it since, or it is another drive of the same serial.
    ['gpt', 0],
  ] as const)('goes on with an overwrite only where it begins with zeros: %s', async (table, from) => {
    const { helper, dependencies } = station({ erase: () => erased, table });
    new EraseJournal({ erasures: join(area, 'erasures') }, drive).write(left);
    const { sanitised } = await sanitise(asked, dependencies);
    expect(helper.requests.find(({ method }) => method === 'sanitiseDrive')?.request).toMatchObject({ from });
    expect(sanitised.before.table).toBe(table);
    expect(sanitised.resumed === true).toBe(table === 'none');
  });
});

describe('a drive that was shown to be purged', () => {
  const purge = { ...asked, shown: { method: 'nvme-sanitize-block', nist: 'purge' } as const };
  const block: Abilities = { ...overwriteOnly(), methods: ['nvme-sanitize-block', 'overwrite'] };

  it('is purged', async () => {
    const { dependencies } = station({ erase: () => erased, abilities: block });
    const { sanitised } = await sanitise(purge, dependencies);
    expect(sanitised).toMatchObject({ method: 'nvme-sanitize-block', nist: 'purge' });
  });

  it.each<[string, Abilities]>([
    ['offers it no more', overwriteOnly()],
    [
      'hides an area that the shown way does not reach',
      {
        ...{ ...overwriteOnly(), methods: ['nvme-format-crypto', 'overwrite'] },
        hidden: [{ kind: 'nvme-unattached', bytes: null }],
      },
    ],
  ])('is not touched, and in no record, where it %s', async (_, abilities) => {
    const { records, helper, dependencies } = station({ erase: () => erased, abilities });
    const shown = { method: abilities.methods[0] ?? 'overwrite', nist: 'purge' } as const;
    const asks = abilities.hidden.length === 0 ? purge : { ...asked, shown };
    await expect(sanitise(asks, dependencies)).rejects.toMatchObject({ code: 'sanitise-changed' });
    expect(records).toEqual([]);
    expect(readdirSync(join(area, 'erasures'))).toEqual([]);
    expect(helper.requests.map(({ method }) => method)).not.toContain('sanitiseDrive');
  });
});

describe('a drive whose hidden area is opened', () => {
  const shown = { method: 'overwrite', nist: 'clear', lift: { size: whole.size, nist: 'clear' } } as const;
  const asks = { ...asked, shown };
  const sizes = (records: readonly LedgerRecord[]): number[] =>
    records.map((record) => (record.kind === 'drive-sanitised' ? record.drive.size : 0));

  it('is in the record and the journal with both sizes before it is touched, and then the larger drive', async () => {
    const story = station({
      abilities: hides,
      erase: () => ({ ...erased, bytesReadBack: whole.size }),
      lift: () => {
        expect(sizes(story.records)).toEqual([drive.size, whole.size]);
        expect(readdirSync(join(area, 'erasures'))).toHaveLength(2);
        return { state: 'lifted', drive: whole };
      },
    });
    const report = await sanitise(asks, story.dependencies);
    expect(report).toMatchObject({
      drive: { id: 'LARGER-1', size: whole.size },
      sanitised: {
        outcome: 'erased',
        before: { size: whole.size },
        hidden: [{ reached: true, opened: true }],
      },
    });
    expect(sizes(story.records)).toEqual([drive.size, whole.size, whole.size]);
    expect(readdirSync(join(area, 'erasures'))).toEqual([]);
  });

  it('is not erased where it would have another size than was shown', async () => {
    const { records, helper, dependencies } = station({
      ...{ abilities: { ...hides, lift: whole.size + 512 }, erase: () => erased },
    });
    await expect(sanitise(asks, dependencies)).rejects.toMatchObject({ code: 'sanitise-changed' });
    expect(records).toEqual([]);
    expect(helper.requests.map(({ method }) => method)).not.toContain('sanitiseDrive');
  });

  it.each([
    [{}, 'erased', 1],
    [{ needsSize: true }, 'not-erased', 0],
  ] as const)(
    'and that keeps it, is erased where nothing needs its size: %j',
    async (needs, outcome, erasures) => {
      const { helper, dependencies } = station({
        ...{ abilities: hides, erase: () => erased, lift: () => ({ state: 'kept', why: 'It is locked.' }) },
      });
      const { paths, signal, onProgress } = dependencies;
      const sanitised = await sanitiseReserved({
        ...{ ...asks, ...needs, client: helper.client, reservation: 'r1', paths, signal, onProgress },
        stallMilliseconds: 30_000,
      });
      expect(sanitised).toMatchObject({ outcome, hidden: [{ reached: false, why: 'It is locked.' }] });
      expect(helper.requests.filter(({ method }) => method === 'sanitiseDrive')).toHaveLength(erasures);
      expect(readdirSync(join(area, 'erasures'))).toEqual([]);
    },
  );

  it('and whose helper dies then, is told of with both sizes, and in a job as what it has become', async () => {
    const { helper, dependencies } = station({
      ...{ abilities: hides, erase: dies, lift: () => ({ state: 'lifted', drive: whole }) },
    });
    const { paths, signal, onProgress } = dependencies;
    const jobId = '5a0f2c64-6a44-4c3c-9b0e-1d2f3a4b5c6d';
    const job = sanitiseReserved({
      ...{ ...asks, client: helper.client, reservation: 'r1', jobId, paths, signal, onProgress },
      stallMilliseconds: 30_000,
    });
    await expect(job).rejects.toThrow('The helper died.');
    for (const one of [drive, whole]) {
      const journal = new EraseJournal(paths, one);
      expect(await journal.grownBy(jobId)).toBe(whole.size);
      expect(await journal.leftBy(jobId)).toMatchObject({ outcome: 'not-known', hidden: [{ opened: true }] });
    }
  });
});

describe('a drive of which a purge is demanded', () => {
  const erasing: EraseRun = { ...left, method: 'nvme-format-user', nist: 'clear' };

  it.each<[string, EraseRun | null, typeof asked.shown | null, Abilities]>([
    ['was shown to be cleared before that', null, asked.shown, overwriteOnly()],
    [
      'still erases itself by a clear',
      erasing,
      null,
      { ...overwriteOnly(), methods: ['nvme-format-user', 'overwrite'], underWay: true },
    ],
  ])('is refused, untouched and in no record, where it %s', async (_, run, shown, abilities) => {
    const { records, helper, dependencies } = station({ erase: () => erased, abilities });
    if (run !== null) new EraseJournal({ erasures: join(area, 'erasures') }, drive).write(run);
    const asks = { ...asked, shown, least: 'purge' as const };
    await expect(sanitise(asks, dependencies)).rejects.toMatchObject({ code: 'sanitise-too-weak' });
    expect(records).toEqual([]);
    expect(helper.requests.map(({ method }) => method)).not.toContain('sanitiseDrive');
  });
});

describe('a drive that somebody else had begun to erase', () => {
  it('is waited for, and not claimed to be erased in a way that nobody knows', async () => {
    const abilities: Abilities = { ...overwriteOnly(), methods: ['nvme-sanitize-block'], underWay: true };
    const { helper, dependencies } = station({ erase: () => erased, abilities });
    const { sanitised } = await sanitise({ ...asked, shown: null }, dependencies);
    expect(helper.requests.find(({ method }) => method === 'sanitiseDrive')?.request).toMatchObject({
      begun: true,
    });
    expect(sanitised).toMatchObject({
      outcome: 'not-known',
      why: expect.stringContaining('already erasing itself') as string,
    });
  });
});

describe('a drive whose size is checked', () => {
  it('is in the record before it is touched, and again when that broke off', async () => {
    const { records, dependencies } = station({
      erase: () => {
        expect(records).toMatchObject([{ kind: 'size-checked', end: { state: 'begun' } }]);
        return dies();
      },
    });
    const { helpers, ledger, append, paths, signal } = dependencies;
    await expect(
      checkDriveSize(drive, null, {
        ...{ helpers, ledger, append, paths, signal, stallSeconds: 30, protectedPaths: [] },
        onTask: () => undefined,
      }),
    ).rejects.toThrow('The helper died.');
    expect(records).toMatchObject([
      { end: { state: 'begun' } },
      { end: { state: 'failed', reason: { code: 'helper-died' } } },
    ]);
  });
});
