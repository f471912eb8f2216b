import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ErrorCode } from '../../core/base/errors';
import { benchState } from '../support/virtual-bench';
import { reportOf } from '../support/cli';
import { runHere } from '../support/command-line';
import { removeArea, temporaryArea } from '../support/global-setup';
import {
  apply,
  applyArguments,
  expectRefusal,
  expectRefused,
  ledgerEntries,
  makeStation,
  nextMachine,
  type RefusalStation,
} from '../support/refusal-station';
import { makeMedia, type MadeMedia } from '../support/wim';

let area: string;
let media: MadeMedia;
let station: RefusalStation;

beforeAll(async () => {
  area = temporaryArea('refusals-machines');
  station = await makeStation(area, 'station', { drives: 2 });
  media = await makeMedia(join(area, 'media'), { smallFiles: 60 });
});
afterAll(() => {
  removeArea(area);
});

describe('apply refuses an assignment', () => {
  it.each<[string, ErrorCode, (one: string, two: string) => string[], string]>([
    ['of the same drive twice', 'drive-repeated', (one) => [`${one}=AAA111`, `${one}=BBB222`], 'given twice'],
    [
      'of the same machine twice',
      'serial-repeated',
      (one, two) => [`${one}=AAA111`, `${two}=AAA111`],
      'AAA111',
    ],
    ['that differs in case', 'serial-repeated', (one, two) => [`${one}=AAA111`, `${two}=aaa111`], 'AAA111'],
    [
      'that differs in spaces',
      'serial-repeated',
      (one, two) => [`${one}=AAA111`, `${two}= aAa111 `],
      'AAA111',
    ],
    ['without a serial', 'serial-invalid', (one) => [`${one}=`], 'is empty'],
    ['with a serial of spaces', 'serial-invalid', (one) => [`${one}=   `], 'is empty'],
    ['with letters no label has', 'serial-invalid', (one) => [`${one}=ABC\u202eDEF`], 'ABCDEF'],
    ['with a placeholder', 'serial-placeholder', (one) => [`${one}=To Be Filled By O.E.M.`], 'TO BE FILLED'],
    ['with another placeholder', 'serial-placeholder', (one) => [`${one}=default string`], 'DEFAULT STRING'],
    ['with nothing but zeros', 'serial-placeholder', (one) => [`${one}=0000000000`], '0000000000'],
    [
      'that is a part number of Dell',
      'serial-invalid',
      (one) => [`${one}=CN0WF28J7016635V0A5DA00`],
      '(PPID)',
    ],
    ['that is an IMEI', 'serial-invalid', (one) => [`${one}=490154203237518`], '(IMEI)'],
    ['that is a command', 'serial-invalid', (one) => [`${one}=PRESTAGE-START`], 'a command of Prestage'],
    ['that is a web address', 'serial-invalid', (one) => [`${one}=https://example.com/x`], 'a web address'],
    ['with a placeholder at last', 'serial-placeholder', (one, two) => [`${one}=A11`, `${two}=N/A`], 'N/A'],
  ])('%s', async (_what, code, assign, named) => {
    const [one, two] = station.drives;
    const drives = assign(one.id, two?.id ?? '?');
    const names = code === 'serial-repeated' ? [named] : [named, drives.at(-1)?.split('=')[0] ?? '?'];
    await expectRefused(station, () => apply(station, { media: media.path, drives }), { code, names });
  });

  it('not that only looks like an express service code, and tells its service tag', async () => {
    const own = await makeStation(area, 'express');
    const run = await apply(own, { media: media.path, drives: [`${own.drives[0].id}=16502680443`] });
    expect(run.status, run.stderr).toBe(0);
    expect(run.stderr).toContain('express service code of service tag 7KX9PQ3');
  });

  it('whose machine is the drive of another bay', async () => {
    const [one, two] = station.drives;
    const drives = [`${one.id}=${two?.serial ?? '?'}`];
    await expectRefused(station, () => apply(station, { media: media.path, drives }), {
      code: 'serial-invalid',
      names: [`'${two?.serial ?? '?'}' is the number of the`, one.id],
    });
  });

  it('with a layout that is not there, and names those that are', async () => {
    const more = ['--layout', 'bios'];
    await expectRefused(station, () => apply(station, { media: media.path, more }), {
      code: 'layout-unknown',
      names: ["'bios'"],
      remedy: 'uefi, uefi-recovery, configmgr-uefi',
    });
  });

  it('on a bench that is none', async () => {
    await expectRefused(station, () => apply(station, { media: media.path, bench: area }), {
      code: 'bench-invalid',
      names: [area],
    });
  });
});

describe('a machine that was shipped', () => {
  it('is refused, and done again with a reason that the ledger keeps', async () => {
    const shop = await makeStation(area, 'shop', { drives: 2 });
    const [first, second] = shop.drives;
    const run = await apply(shop, { media: media.path, drives: [`${first.id}=SHIPPED-1`] });
    expect(reportOf(run).jobs.map(({ state }) => state)).toEqual(['done']);

    for (const [serial, drive] of [
      ['SHIPPED-1', first],
      [' shipped-1 ', second],
    ] as const) {
      const drives = [`${drive?.id ?? '?'}=${serial}`];
      await expectRefused(shop, () => apply(shop, { media: media.path, drives }), {
        code: 'serial-already-shipped',
        names: ['SHIPPED-1', new Date().toISOString().slice(0, 4)],
        remedy: '--again',
      });
    }
    // One that was not shipped goes down with it.
    const both = [`${first.id}=${nextMachine()}`, `${second?.id ?? '?'}=SHIPPED-1`];
    await expectRefused(shop, () => apply(shop, { media: media.path, drives: both }), {
      code: 'serial-already-shipped',
      names: ['SHIPPED-1'],
    });

    const reason = 'mainboard was replaced';
    const again = await apply(shop, {
      media: media.path,
      drives: [`${second?.id ?? '?'}=SHIPPED-1`],
      more: ['--again', reason],
    });
    expect(reportOf(again).jobs.map(({ state }) => state)).toEqual(['done']);
    const exported = await runHere(['ledger', 'export', '--format', 'json', '--state', shop.state]);
    const text = exported.stdout.replaceAll('\\"', '"');
    expect(text.split(`"againReason":"${reason}"`).length - 1).toBe(2);
    expect(text.split('"againReason":null').length - 1).toBe(2);
  });
});

describe('a wrong command line ends with status 2, and says so in one document', () => {
  const id = (): string => `${station.drives[0].id}=${nextMachine()}`;
  const rest = (): string[] => ['--bench', station.bench, '--state', station.state, '--yes', '--json'];

  it.each<[string, () => string[], string]>([
    ['no media', () => ['apply', '--drive', id(), ...rest()], '--media'],
    ['no drive', () => ['apply', '--media', media.path, ...rest()], '--drive'],
    [
      'a drive without =',
      () => ['apply', '--media', media.path, '--drive', 'X', ...rest()],
      'ID=MACHINE_SERIAL',
    ],
    [
      'a drive without id',
      () => ['apply', '--media', media.path, '--drive', '=A1B2', ...rest()],
      'ID=MACHINE',
    ],
    ['an unknown option', () => [...applyArguments(station, { media: media.path }), '--force'], '--force'],
    ['a stray word', () => [...applyArguments(station, { media: media.path }), 'please'], 'argument'],
    [
      'an image that is no number',
      () => applyArguments(station, { media: media.path, more: ['--image', '0'] }),
      '--image',
    ],
    [
      'a SHA-256 that is none',
      () => applyArguments(station, { media: media.path, more: ['--expect-sha256', 'abc123'] }),
      'abc123',
    ],
    [
      'an empty reason',
      () => applyArguments(station, { media: media.path, more: ['--again', ' '] }),
      '--again',
    ],
    [
      'an empty operator',
      () => applyArguments(station, { media: media.path, more: ['--operator', '\u200b'] }),
      '--operator',
    ],
    ['an unknown command', () => ['erase', '--json'], 'erase'],
    ['an option before any command', () => ['--json'], '--json'],
    ['an unknown command of a group', () => ['bench', 'destroy', '--json'], 'destroy'],
    [
      'a bench of no size',
      () => ['bench', 'create', join(area, 'b'), '--drives', '1', '--size', '0', '--json'],
      'size',
    ],
    [
      'a bench of words',
      () => ['bench', 'create', join(area, 'b'), '--drives', '1', '--size', 'big', '--json'],
      'size',
    ],
    [
      'a bench of −1',
      () => ['bench', 'create', join(area, 'b'), '--drives', '1', '--size=-1G', '--json'],
      'size',
    ],
    [
      'a bench without drives',
      () => ['bench', 'create', join(area, 'b'), '--drives', '0', '--size', '1G', '--json'],
      '--drives',
    ],
    [
      'a bench of odd sectors',
      () => [
        'bench',
        'create',
        join(area, 'b'),
        '--drives',
        '1',
        '--size',
        '1G',
        '--sector-size',
        '520',
        '--json',
      ],
      '--sector-size',
    ],
    [
      'a ledger export without form',
      () => ['ledger', 'export', '--state', station.state, '--json'],
      '--format',
    ],
    [
      'a bench of uneven size',
      () => ['bench', 'create', join(area, 'b'), '--drives', '1', '--size', '1000', '--json'],
      'multiple of its sector size',
    ],
  ])('%s', async (_what, args, named) => {
    const before = benchState(station.bench);
    expectRefusal(await runHere(args()), { code: 'usage', names: [named], status: 2 });
    expect(benchState(station.bench)).toBe(before);
    expect(existsSync(join(area, 'b'))).toBe(false);
  });

  it('and leaves the ledger as it was', async () => {
    expect(await ledgerEntries(station.state)).toBe('[]');
  });
});
