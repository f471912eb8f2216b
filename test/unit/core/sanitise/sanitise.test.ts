import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  ataAbilities,
  parseDco,
  parseIdentify,
  parseMaxSectors,
  parseSanitizeStatus,
} from '../../../../core/sanitise/ata';
import {
  chooseAsShown,
  chooseMethod,
  hiddenNote,
  planErase,
  planGoingOn,
  shownOf,
  withHidden,
} from '../../../../core/sanitise/choose';
import { levelOf, overwriteOnly, sanitiseMethods, type Abilities } from '../../../../core/sanitise/methods';
import {
  nvmeAbilities,
  parseController,
  parseFormatIndex,
  parseNamespaces,
  parseSanitizeLog,
  parseSanitizeTimes,
} from '../../../../core/sanitise/nvme';
import {
  certainShare,
  compareSamples,
  piecesOfSample,
  sampleOffsets,
  type Sample,
} from '../../../../core/sanitise/samples';
import { endOfStatus, hiddenReached, judgeErase, sanitisedSchema } from '../../../../core/sanitise/sanitised';
import { liftWords, plannedEraseWords } from '../../../../core/sanitise/words';
import { readTableBefore } from '../../../../core/sanitise/table-before';
import { encodePartitionTable } from '../../../../core/drive/gpt';
import { MiB } from '../../../../core/base/units';
import { sampleDrive } from '../drive/drives';

const recorded = (name: string): Buffer =>
  readFileSync(join(import.meta.dirname, '../../../fixtures/recorded/sanitise', name));
const text = (name: string): string => recorded(name).toString('latin1');

/** QEMU's controller with the bits of the specification set. */
function controller(
  change: (bytes: Buffer) => void = () => undefined,
): NonNullable<ReturnType<typeof parseController>> {
  const bytes = Buffer.from(recorded('qemu-nvme.id-ctrl'));
  change(bytes);
  const parsed = parseController(bytes);
  if (parsed === null) throw new Error('not a controller');
  return parsed;
}

const one = { attached: [1], allocated: [1] };

describe('an NVMe drive', () => {
  it('says what it can do in the bytes of the specification', () => {
    expect(controller()).toMatchObject({
      serial: 'NV0',
      sanitize: { crypto: false, block: false, overwrite: false },
      canFormat: true,
      formatCrypto: false,
      unallocated: null,
    });
    expect(nvmeAbilities(controller(), one).methods).toEqual(['nvme-format-user', 'overwrite']);
  });

  it('is erased by block erase first, where it has Sanitize', () => {
    const all = controller((bytes) => bytes.writeUInt32LE(0b111, 328));
    expect(nvmeAbilities(all, one).methods.slice(0, 3)).toEqual([
      'nvme-sanitize-block',
      'nvme-sanitize-crypto',
      'nvme-sanitize-overwrite',
    ]);
  });

  it('whose other namespace is a drive of its own here is not erased as a whole', () => {
    const all = controller((bytes) => {
      bytes.writeUInt32LE(0b111, 328);
      bytes.writeUInt8(0b10, 524);
    });
    const two = nvmeAbilities(all, { attached: [1, 2], allocated: [1, 2] });
    expect(two.methods).toEqual(['overwrite']);
    expect(two.obstacles).toEqual(['other-namespaces']);
    // nvme-cli names all namespaces to a drive whose namespaces share one format, whatever was asked for.
    const sameFormat = controller((bytes) => bytes.writeUInt8(0b01, 524));
    expect(nvmeAbilities(sameFormat, { attached: [1, 2], allocated: [1, 2] }).methods).toEqual(['overwrite']);
    // One that is attached to another controller only may be a drive there.
    const shared = controller((bytes) => {
      bytes.writeUInt32LE(0b111, 328);
      bytes.writeUInt8(0b10, 76);
      bytes.writeUInt8(0b10, 524);
    });
    expect(nvmeAbilities(shared, { attached: [1], allocated: [1, 2] }).methods).toEqual(['overwrite']);
    expect(nvmeAbilities(shared, one).methods).toContain('nvme-sanitize-block');
    // And a drive that does not tell its namespaces is not, either.
    expect(nvmeAbilities(all, null).methods).toEqual(['overwrite']);
  });

  it('shows namespaces and capacity that no drive shows, and only Sanitize is said to reach them', () => {
    const attached = parseNamespaces(text('qemu-nvme-detached.list-ns.json')) ?? [];
    const allocated = parseNamespaces(text('qemu-nvme-detached.list-ns-all.json')) ?? [];
    const spare = controller((bytes) => {
      bytes.writeBigUInt64LE(1000n, 280);
      bytes.writeBigUInt64LE(400n, 296);
    });
    const { hidden } = nvmeAbilities(spare, { attached, allocated });
    expect(hidden).toEqual([
      { kind: 'nvme-unattached', bytes: null },
      { kind: 'nvme-unallocated', bytes: 400 },
    ]);
    expect(hiddenNote(hidden)).toContain('not attached');
    expect(levelOf('nvme-sanitize-block', { hidden })).toBe('purge');
    expect(levelOf('nvme-format-crypto', { hidden })).toBe('clear');
    expect(hiddenReached('nvme-format-crypto', hidden).map(({ reached }) => reached)).toEqual([false, false]);
    expect(hiddenReached('nvme-sanitize-block', hidden).map(({ reached }) => reached)).toEqual([true, true]);
  });

  it('counts namespaces that are not attached as erased by Format where it says so, and capacity in none never', () => {
    const namespaces = { attached: [1], allocated: [1, 2] };
    const areas = (fna: number): Abilities['hidden'] =>
      nvmeAbilities(
        controller((bytes) => {
          bytes.writeBigUInt64LE(1000n, 280);
          bytes.writeBigUInt64LE(400n, 296);
          bytes.writeUInt8(fna, 524);
        }),
        namespaces,
      ).hidden;
    // Bit 1: erase takes all namespaces; bit 0: only their format is one for all.
    expect(hiddenReached('nvme-format-crypto', areas(0b110)).map(({ reached }) => reached)).toEqual([
      true,
      false,
    ]);
    expect(hiddenReached('nvme-format-user', areas(0b010)).map(({ reached }) => reached)).toEqual([
      true,
      false,
    ]);
    expect(hiddenReached('nvme-format-crypto', areas(0b101)).map(({ reached }) => reached)).toEqual([
      false,
      false,
    ]);
    expect(hiddenReached('overwrite', areas(0b110)).map(({ reached }) => reached)).toEqual([false, false]);
    const [unattached] = areas(0b110);
    if (unattached === undefined) throw new Error('no area');
    expect(levelOf('nvme-format-crypto', { hidden: [unattached] })).toBe('purge');
    expect(levelOf('nvme-format-crypto', { hidden: areas(0b110) })).toBe('clear');
  });

  it('is not guessed at where its answer has another form', () => {
    expect(parseController(recorded('nvme-of-sata.txt'))).toBeNull();
    expect(parseController(Buffer.alloc(4096))).toBeNull();
    expect(parseController(recorded('qemu-nvme.id-ctrl').subarray(0, 4000))).toBeNull();
    expect(parseNamespaces('{"namespaces":[1]}')).toBeNull();
    expect(parseNamespaces('oops')).toBeNull();
    expect(parseSanitizeLog(recorded('qemu-nvme.sanitize-log').subarray(0, 10))).toEqual({
      state: 'not-known',
    });
    expect(parseFormatIndex(recorded('qemu-nvme.id-ns'))).toBe(0);
    expect(parseFormatIndex(Buffer.alloc(3))).toBeNull();
  });

  it.each([
    [0, 'never'],
    [1, 'done'],
    [3, 'failed'],
    [4, 'done'],
    [5, 'not-known'],
    [7, 'not-known'],
  ])('reports state %i of its erase as %s', (status, state) => {
    const log = Buffer.alloc(512);
    // Further bits of the field: global data erased, passes.
    log.writeUInt16LE(0x118 | status, 2);
    if (status !== 0) expect(parseSanitizeLog(log)).toEqual({ state });
    else expect(parseSanitizeLog(log).state).toBe(state);
  });

  it('reports how far its erase is', () => {
    const log = Buffer.alloc(512);
    log.writeUInt16LE(0x8000, 0);
    log.writeUInt16LE(2, 2);
    expect(parseSanitizeLog(log)).toEqual({ state: 'running', share: 0.5 });
    expect(endOfStatus(parseSanitizeLog(log))).toBeNull();
  });
});

/** QEMU's SATA drive with words of ACS-4 changed. */
function identify(
  words: Readonly<Record<number, number>> = {},
): NonNullable<ReturnType<typeof parseIdentify>> {
  const found = text('qemu-sata.istdout.txt').split('\n');
  const rows = found.filter((line) => /^[0-9a-f]{4} /.test(line)).flatMap((line) => line.split(' '));
  for (const [index, value] of Object.entries(words)) {
    rows[Number(index)] = value.toString(16).padStart(4, '0');
  }
  const lines = Array.from({ length: 32 }, (_, row) => rows.slice(row * 8, row * 8 + 8).join(' '));
  const parsed = parseIdentify(`\n/dev/sda:\n${lines.join('\n')}\n`);
  if (parsed === null) throw new Error('no identify data');
  return parsed;
}

const ata = (words: Readonly<Record<number, number>>, status: string | null = null): Abilities =>
  ataAbilities({
    drive: identify(words),
    logicalSectorSize: 512,
    maxSectors: parseMaxSectors(text('qemu-sata.max-sectors.txt')),
    dcoSectors: parseDco(text('qemu-sata.dco-identify.txt')),
    status: status === null ? null : parseSanitizeStatus(status),
  });

const idle = `
/dev/sda:
Issuing SANITIZE_STATUS command
Sanitize status:
    State:    SD0 Sanitize Idle
    Last Sanitize Operation Completed Without Error
`;
const ssd = { 217: 1 };

describe('a SATA drive', () => {
  it('has nothing but the overwrite where it says nothing else', () => {
    expect(ata({})).toEqual(overwriteOnly());
    expect(identify().serial).toBe('ATA0');
  });

  it('is erased by what it has, block erase first', () => {
    expect(ata({ 59: 0xf000 }, idle).methods).toEqual([
      'ata-sanitize-block',
      'ata-sanitize-crypto',
      'ata-sanitize-overwrite',
      'overwrite',
    ]);
    // Without the bit of the feature set, the others mean something else.
    expect(ata({ 59: 0xe000 }).methods).toEqual(['overwrite']);
    expect(ata({ 128: 0x0021, ...ssd }).methods).toEqual(['ata-security-erase-enhanced', 'overwrite']);
    expect(ata({ 128: 0x0001, ...ssd }).methods).toEqual(['ata-security-erase', 'overwrite']);
  });

  it('that is frozen is told from one that fails, and what to do is said', () => {
    const frozen = ata({ 128: 0x0029, ...ssd });
    expect(frozen.obstacles).toEqual(['frozen']);
    expect(() => chooseMethod(sampleDrive(), frozen, null)).toThrow(/is frozen/);
    expect(chooseMethod(sampleDrive(), frozen, 'overwrite')).toBe('overwrite');
    // Frozen Security does not matter where Sanitize is there.
    expect(ata({ 59: 0x9000, 128: 0x0029, ...ssd }, idle).obstacles).toEqual([]);
    const sanitize = ata({ 59: 0x9000 }, 'Sanitize status:\n    State:    SD1 Sanitize Frozen\n');
    expect(sanitize.methods).toEqual(['overwrite']);
    expect(() => chooseMethod(sampleDrive(), sanitize, null)).toThrow(/is frozen/);
  });

  it('that is locked is told from one that fails', () => {
    const locked = ata({ 128: 0x0007, ...ssd });
    expect(() => chooseMethod(sampleDrive(), locked, null)).toThrow(
      /locked by an ATA password\. It is not failing/,
    );
    const opal: Abilities = { ...overwriteOnly(), obstacles: ['opal-locked'] };
    expect(() => chooseMethod(sampleDrive(), opal, 'overwrite')).toThrow(/Opal/);
  });

  it('that has a password and is open is refused as well: it would be locked in the next computer', () => {
    const open = ata({ 128: 0x0003, ...ssd });
    expect(open.obstacles).toEqual(['ata-password']);
    expect(() => chooseMethod(sampleDrive(), open, null)).toThrow(/has an ATA password\. It is open now/);
    expect(chooseMethod(sampleDrive(), open, 'overwrite')).toBe('overwrite');
  });

  it('tells how long an erase takes, in 8 bits or in 15', () => {
    const { minutes, enhancedMinutes } = identify({ 89: 0x0006, 90: 0x8100 }).security;
    expect([minutes, enhancedMinutes]).toEqual([12, 512]);
    expect(identify({ 89: 0x8000 }).security.minutes).toBeNull();
  });

  it('says what it hides, and nothing where hdparm got no answer', () => {
    expect(parseMaxSectors(text('qemu-sata.max-sectors.txt'))).toEqual({ visible: 131072, native: 131072 });
    expect(parseMaxSectors(' max sectors   = 1000/2000, HPA is enabled')).toEqual({
      visible: 1000,
      native: 2000,
    });
    expect(parseMaxSectors(' max sectors   = 2000/1000(2000?), HPA setting seems invalid')).toBeNull();
    // Recorded: status 0, and "Real max sectors: 1" of a drive that has no DCO.
    expect(parseDco(text('qemu-sata.dco-identify.txt'))).toBeNull();
    const hidden = ataAbilities({
      ...{ drive: identify(), logicalSectorSize: 512, status: null },
      maxSectors: { visible: 1000, native: 2000 },
      dcoSectors: 3000,
    }).hidden;
    expect(hidden).toEqual([
      { kind: 'hpa', bytes: 512_000 },
      { kind: 'dco', bytes: 512_000 },
    ]);
    expect(levelOf('ata-sanitize-block', { hidden })).toBe('clear');
    // Nor is it a purge where the drive does not tell whether it hides something.
    const untold = ataAbilities({
      ...{ drive: identify({ 59: 0xf000 }), logicalSectorSize: 512, status: parseSanitizeStatus(idle) },
      ...{ maxSectors: null, dcoSectors: null },
    });
    expect(levelOf('ata-sanitize-block', untold)).toBe('clear');
    expect(levelOf('ata-sanitize-block', { hidden: [], notKnown: [] })).toBe('purge');
  });

  it('says how large it is once what it hides is opened, and what of that it does not tell', () => {
    const of = (words: Readonly<Record<number, number>>, native: number, dco: number | null): Abilities =>
      ataAbilities({
        ...{ drive: identify(words), logicalSectorSize: 512, status: null },
        ...{ maxSectors: { visible: 1000, native }, dcoSectors: dco },
      });
    expect(of({}, 2000, null).lift).toBe(2000 * 512);
    expect(of({}, 2000, 3000).lift).toBe(3000 * 512);
    expect(of({}, 1000, 3000).lift).toBe(3000 * 512);
    expect(of({}, 1000, 1000)).not.toHaveProperty('lift');
    // A drive may say anything; what cannot be counted is not told.
    expect(parseMaxSectors(' max sectors   = 1000/281474976710656, HPA is enabled')).toBeNull();
    // Word 83: it has a configuration, and did not tell it.
    expect(of({ 83: 0x4800 }, 1000, null).notKnown).toEqual([expect.stringContaining('DCO')]);
    expect(of({ 83: 0x4800 }, 1000, 1000).notKnown).toEqual([]);
    expect(of({ 83: 0x0800 }, 1000, null).notKnown).toEqual([]);
  });

  it('in the form of hdparm for ACS-3 is read as well', () => {
    expect(
      parseMaxSectors(' max sectors   = 32768/40960, ACCESSIBLE MAX ADDRESS enabled\nPower cycle'),
    ).toEqual({
      visible: 32_768,
      native: 40_960,
    });
  });

  it('reports how far it is, in the forms of hdparm and in no other', () => {
    expect(parseSanitizeStatus(idle)).toEqual({ state: 'done' });
    const running = 'State:    SD2 Sanitize operation In Process\n    Progress: 0x41c2 (25%)\n';
    expect(parseSanitizeStatus(running)).toEqual({ state: 'running', share: 0x41c2 / 0x10000 });
    expect(parseSanitizeStatus('State:    SD0 Sanitize Idle').state).toBe('never');
    expect(
      parseSanitizeStatus('SANITIZE device error reason: x\nDrive in SD3 Sanitize operation Failed state')
        .state,
    ).toBe('failed');
    expect(parseSanitizeStatus(text('qemu-sata.sanitize-status.txt')).state).toBe('not-known');
    // Printed where an adapter gave no registers: "idle" is what hdparm makes of nothing.
    const unread =
      'SG_IO: bad/missing sense data, sb[]:  f0 00 0b 04 51\nSanitize status:\n    State:    SD0 Sanitize Idle\n';
    expect(parseSanitizeStatus(unread).state).toBe('not-known');
    expect(parseIdentify(text('hdparm-of-nvme.txt'))).toBeNull();
  });
});

describe('what was shown', () => {
  const drive = sampleDrive();
  const abilities: Abilities = {
    ...overwriteOnly(),
    ...{
      methods: ['nvme-sanitize-block', 'nvme-format-user', 'overwrite'],
      seconds: { 'nvme-sanitize-block': 90 },
    },
  };

  it('is planned with its level and time, and nothing below what is demanded', () => {
    expect(planErase(drive, abilities, { least: 'purge' })).toMatchObject({ nist: 'purge', seconds: 90 });
    expect(plannedEraseWords(planErase(drive, abilities, { least: 'clear' }))).toBe(
      'NVMe Sanitize, block erase (purge), about 2 min by its own word',
    );
    expect(() => planErase(drive, overwriteOnly(), { least: 'purge' })).toThrow(
      /only be erased by Overwrite.*a purge is demanded/,
    );
    expect(() => chooseMethod(drive, abilities, 'overwrite', 'purge')).toThrow(/a purge is demanded/);
  });

  it('says its time as a guess, and that an erase of ours goes on', () => {
    const words = (seconds: number): string =>
      plannedEraseWords({ method: 'overwrite', nist: 'clear', seconds }).replace(/^.*, about/, 'about');
    expect([20, 130, 3600, 36_000].map(words)).toEqual(
      ['20 s', '2 min', '60 min', '10 h'].map((time) => `about ${time} by its own word`),
    );
    const locked: Abilities = { ...overwriteOnly(), obstacles: ['ata-locked'] };
    expect(plannedEraseWords(planGoingOn(drive, 'ata-security-erase', locked, 'clear'))).toBe(
      'ATA Security Erase (clear), which was begun before and goes on',
    );
    expect(() => planGoingOn(drive, 'ata-security-erase', locked, 'purge')).toThrow(/still being erased/);
  });

  it('has the size that the drive will have, both levels, and is kept to it', () => {
    const hides: Abilities = {
      ...{ ...overwriteOnly(), methods: ['ata-sanitize-block', 'overwrite'] },
      ...{ hidden: [{ kind: 'hpa', bytes: 2 * MiB }], lift: 10 * MiB },
    };
    const plan = planErase(drive, hides, { least: 'purge' });
    expect(shownOf(plan)).toEqual({
      ...{ method: 'ata-sanitize-block', nist: 'clear', lift: { size: 10 * MiB, nist: 'purge' } },
    });
    expect(plannedEraseWords(plan)).toBe('ATA Sanitize, block erase (purge)');
    expect(liftWords(plan)).toBe(
      'It hides 2.0 MiB (HPA). This is opened first, for good, and erased with the drive, which then has 10.0 MiB. If the drive does not give it up, it stays hidden, and the erase is only a clear.',
    );
    expect(chooseAsShown(drive, hides, shownOf(plan))).toBe('ata-sanitize-block');
    for (const lift of [undefined, 12 * MiB]) {
      const { lift: _, ...rest } = hides;
      const other = lift === undefined ? rest : { ...rest, lift };
      expect(() => chooseAsShown(drive, other, shownOf(plan))).toThrow(
        /was to have 10\.0 MiB .* when it was shown/,
      );
    }
    const kept = { least: 'clear', keepHidden: true } as const;
    const left = shownOf(planErase(drive, hides, kept));
    expect(left).toEqual({ method: 'ata-sanitize-block', nist: 'clear', leaves: true });
    expect(chooseAsShown(drive, hides, left)).toBe('ata-sanitize-block');
    // What was shown to hide nothing is not erased beside an area that nobody knew of.
    const nothing = { method: 'overwrite', nist: 'clear' } as const;
    expect(() => chooseAsShown(drive, hides, nothing)).toThrow(/hid nothing when it was shown/);
    expect(() => planErase(drive, hides, { ...kept, least: 'purge' })).toThrow(/a purge is demanded/);
    const inRack = { ...drive, rack: { machine: 'abcdefabcdef', serial: 'X' } };
    expect(shownOf(planErase(inRack, hides, { least: 'clear' }))).toEqual(left);
  });

  it('is not planned of a drive that no tool could ask', () => {
    const unasked: Abilities = { ...overwriteOnly(), missing: { tool: 'nvme', package: 'nvme-cli' } };
    expect(() => planErase(drive, unasked, { least: 'clear' })).toThrow(/tool nvme is not installed/);
    expect(planErase(drive, unasked, { least: 'clear', method: 'overwrite' }).method).toBe('overwrite');
  });

  it('is done, or nothing is', () => {
    expect(chooseAsShown(drive, abilities, { method: 'nvme-format-user', nist: 'clear' })).toBe(
      'nvme-format-user',
    );
    const purge = { method: 'nvme-sanitize-block', nist: 'purge' } as const;
    expect(() => chooseAsShown(drive, overwriteOnly(), purge)).toThrow(/does not offer that any more/);
    const locked: Abilities = { ...abilities, obstacles: ['ata-locked'] };
    expect(() => chooseAsShown(drive, locked, purge)).toThrow(/locked by an ATA password/);
  });

  it('of a frozen drive is told from what it never had', () => {
    const frozen: Abilities = { ...overwriteOnly(), obstacles: ['frozen'] };
    expect(() => chooseMethod(drive, frozen, 'ata-security-erase')).toThrow(/is frozen/);
    expect(() => chooseMethod(drive, overwriteOnly(), 'ata-security-erase')).toThrow(/does not offer/);
  });

  it('has the level of its source: a drive that overwrites itself is purged where it turns', () => {
    const level = (magnetic?: true): string => levelOf('ata-sanitize-overwrite', { hidden: [], magnetic });
    expect([level(), level(true)]).toEqual(['clear', 'purge']);
    expect(levelOf('ata-security-erase-enhanced', { hidden: [], magnetic: true })).toBe('clear');
    expect(ata({ 217: 7200 }).magnetic).toBe(true);
    expect(ata(ssd).magnetic).toBeUndefined();
  });

  it('takes as long as the drive says', () => {
    expect(ata({ 128: 0x0001, 89: 15, ...ssd }).seconds).toEqual({ 'ata-security-erase': 1800 });
    expect(ata({ 128: 0x0021, 89: 15, 90: 0x8000 | 300 }).seconds).toEqual({
      'ata-security-erase-enhanced': 36_000,
    });
    const log = Buffer.alloc(512, 0xff);
    log.writeUInt32LE(7, 12);
    expect(parseSanitizeTimes(log)).toEqual({ 'nvme-sanitize-block': 7 });
    expect(parseSanitizeTimes(Buffer.alloc(4))).toEqual({});
  });

  it('is noted with what the drive hides', () => {
    const hides: Abilities = { ...abilities, hidden: [{ kind: 'hpa', bytes: 512_000 }] };
    expect(withHidden(drive, hides).notes).toMatchObject([
      { code: 'hidden-area', message: expect.stringContaining('HPA') as string },
    ]);
    expect(withHidden(drive, abilities)).toBe(drive);
  });
});

describe('the choice', () => {
  it('is the strongest, or what was asked for and is offered', () => {
    const abilities: Abilities = { ...overwriteOnly(), methods: ['nvme-format-user', 'overwrite'] };
    expect(chooseMethod(sampleDrive(), abilities, null)).toBe('nvme-format-user');
    expect(chooseMethod(sampleDrive(), abilities, 'overwrite')).toBe('overwrite');
    expect(() => chooseMethod(sampleDrive(), abilities, 'nvme-sanitize-block')).toThrow(/does not offer/);
    // Deallocating alone is no way to erase a drive.
    expect(sanitiseMethods.join()).not.toContain('discard');
  });
});

const sample = (offset: number, piece: string | null): Sample => ({
  offset,
  pieces: Array.from({ length: piecesOfSample }, () => piece),
});
const marked = (): string => 'mark';

describe('samples', () => {
  it('are at both ends, where partitions start, and one in each equal part', () => {
    const offsets = sampleOffsets(4096 * MiB, [2 * MiB, 100 * MiB + 512, 10_000 * MiB], () => 0.5);
    expect(offsets[0]).toBe(0);
    expect(offsets.at(-1)).toBe(4095 * MiB);
    expect(offsets).toContain(100 * MiB);
    expect(new Set(offsets).size).toBe(offsets.length);
    for (let part = 0; part < 256; part += 1) {
      expect(offsets.some((offset) => Math.floor(offset / (16 * MiB)) === part)).toBe(true);
    }
    expect(sampleOffsets(3 * MiB, [], () => 0.999)).toEqual([0, MiB, 2 * MiB]);
  });

  it('prove what they prove', () => {
    expect(certainShare(256)).toBeCloseTo(0.0116, 4);
  });

  it('show what is left, also where nothing was before', () => {
    const before = [sample(0, 'old'), sample(MiB, 'blank')];
    expect(compareSamples(before, [sample(0, 'blank'), sample(MiB, 'blank')], marked)).toMatchObject({
      blank: 32,
      unchanged: 0,
    });
    expect(compareSamples(before, [sample(0, 'new'), sample(MiB, 'mark')], marked)).toMatchObject({
      changed: 16,
      unchanged: 16,
    });
    expect(compareSamples(before, [sample(0, null)], marked)).toMatchObject({ unread: 32 });
  });
});

const counts = { samples: 2, blank: 32, changed: 0, unchanged: 0, unread: 0 };

describe('the outcome', () => {
  it('is "erased" only where the drive says so and the samples agree', () => {
    expect(judgeErase({ state: 'done' }, counts)).toEqual({ outcome: 'erased', why: null });
    expect(judgeErase({ state: 'done' }, { ...counts, unchanged: 1 })).toMatchObject({
      outcome: 'not-erased',
      why: expect.stringContaining(
        '1 piece of 64 KiB still holds what was there before, though the drive',
      ) as string,
    });
    expect(judgeErase({ state: 'done' }, { ...counts, unread: 1 }).outcome).toBe('not-known');
    expect(judgeErase({ state: 'done' }, { ...counts, samples: 0 }).outcome).toBe('not-known');
    // Cancelled while the drive went on: it says "done", and nobody has looked.
    expect(judgeErase({ state: 'done' }, null).outcome).toBe('not-known');
    expect(judgeErase({ state: 'done' }, 'read-back')).toEqual({ outcome: 'erased', why: null });
    const before = { size: 4096, table: 'none', partitions: [] };
    const record = {
      ...({ before, method: 'overwrite', nist: 'clear', outcome: 'erased', why: null } as const),
      ...{ seconds: 1, hidden: [] },
    };
    const holds = (seen: object): boolean => sanitisedSchema.safeParse({ ...record, ...seen }).success;
    expect([holds({ bytesReadBack: 4096 }), holds({ samples: counts })]).toEqual([true, true]);
    // No record says it of what was not looked at.
    expect([{}, { bytesReadBack: 4095 }, { samples: { ...counts, unread: 1 } }].map(holds)).toEqual([
      ...[false, false, false],
    ]);
    expect(judgeErase({ state: 'failed', why: 'It failed.' }, counts).outcome).toBe('not-erased');
    expect(judgeErase({ state: 'not-known', why: 'It stopped.' }, counts).outcome).toBe('not-known');
    expect(judgeErase({ state: 'not-known', why: 'It stopped.' }, null)).toEqual({
      outcome: 'not-known',
      why: 'It stopped.',
    });
    expect(endOfStatus({ state: 'never' })?.state).toBe('failed');
    expect(endOfStatus({ state: 'not-known' })?.state).toBe('not-known');
  });
});

describe('what was on the drive', () => {
  it('is told by size and type, and nothing else', () => {
    const size = 64 * MiB;
    const type = 'ebd0a0a2-b9e5-4433-87c0-68b6b72699c7';
    const table = encodePartitionTable(
      size,
      512,
      [
        {
          ...({
            number: 1,
            type: 'basicData',
            name: 'SECRET NAME',
            attributes: '0',
            fileSystem: 'none',
          } as const),
          ...{ offset: MiB, length: 10 * MiB, label: null, clusterSize: null },
        } as never,
      ],
      { disk: '0b0f2c64-6a44-4c3c-9b0e-1d2f3a4b5c6d', partitions: ['1b0f2c64-6a44-4c3c-9b0e-1d2f3a4b5c6d'] },
    );
    const head = new Uint8Array(MiB);
    head.set(table.primary);
    const found = readTableBefore(head, size, 512);
    expect(found.table).toEqual({ size, table: 'gpt', partitions: [{ size: 10 * MiB, type }] });
    expect(found.starts).toEqual([MiB]);
    expect(JSON.stringify(found)).not.toContain('SECRET');
    expect(readTableBefore(new Uint8Array(MiB), size, 512).table.table).toBe('none');
    expect(readTableBefore(null, size, 512).table.table).toBe('not-known');
    // A table that claims what is not there, and any number of entries, is read no further.
    const wild = Uint8Array.from(head);
    new DataView(wild.buffer).setBigUint64(512 + 72, 0xffff_ffffn, true);
    expect(readTableBefore(wild, size, 512).table.partitions).toEqual([]);
  });
});
