import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { defaultHealthRules, judgeHealth } from '../../../../core/health/health-rules';
import { healthLine } from '../../../../core/health/health-words';
import { parseSmartctl } from '../../../../helper/health/smartctl';

const readAt = '2026-11-29T06:00:00.000Z';
const folder = join(import.meta.dirname, '../../../fixtures/recorded/smartctl');
const recorded = (name: string): string => readFileSync(join(folder, `${name}.json`), 'utf8');
const parsed = (name: string): ReturnType<typeof parseSmartctl> => parseSmartctl(recorded(name), readAt);
/** A recorded document with one member replaced. */
const changed = (name: string, change: Record<string, unknown>): string =>
  JSON.stringify({ ...z.looseObject({}).parse(JSON.parse(recorded(name))), ...change });

describe('what smartctl recorded', () => {
  it.each([
    [
      'hitachi-usb-jmicron-failing',
      {
        protocol: 'ata',
        overall: 'failed',
        reallocated: 1975,
        pending: 8,
        uncorrectable: 0,
        powerOnHours: 65592,
      },
      'bad, it reports that it is failing, 8 pending sectors',
    ],
    [
      'samsung-ssd',
      { protocol: 'ata', overall: 'passed', reallocated: 0, pending: null, mediaErrors: 0, crcErrors: 0 },
      'good, 0 reallocated sectors, 19 % used',
    ],
    [
      'corsair-nvme',
      { protocol: 'nvme', criticalWarning: 0, availableSpare: 100, spareThreshold: 5, percentageUsed: 1 },
      'good, 1 % used, 0 media errors',
    ],
    [
      'qemu-nvme',
      { protocol: 'nvme', overall: 'passed', criticalWarning: 0, mediaErrors: 0 },
      'good, 0 % used, 0 media errors',
    ],
    ['qemu-ata', { protocol: 'ata', overall: 'passed', reallocated: 0, pending: null }, null],
    ['sat-attributes-only', { protocol: 'ata', overall: null, reallocated: 0, pending: 0 }, null],
  ])('of %s', (name, figures, line) => {
    const health = parsed(name);
    expect(health).toMatchObject({ known: true, readAt, ...figures });
    const said = healthLine(health, judgeHealth(health, defaultHealthRules).findings);
    if (line !== null) expect(said).toBe(line);
  });

  it.each([
    ['raid-volume', 'neither the drive nor the adapter before it reports it'],
    [
      'open-refused',
      'smartctl says: Smartctl open device: /dev/sda failed: \\\\.\\PhysicalDrive0: Open failed, Error=5',
    ],
    ['no-such-type', 'smartctl says: /dev/loop0: Unable to detect device type'],
  ])('of %s is not known, with its reason', (name, reason) => {
    expect(parsed(name)).toEqual({ known: false, reason });
  });

  it('of a SCSI drive', () => {
    // Recorded from 6.7, whose JSON was not settled yet; 7.0 has the same members.
    const health = parseSmartctl(changed('seagate-sas', { json_format_version: [1, 0] }), readAt);
    expect(health).toMatchObject({
      ...{ known: true, protocol: 'scsi', overall: 'passed', reallocated: 0, mediaErrors: 0 },
      ...{ temperature: 31, powerOnHours: 5675 },
    });
  });

  it('in a form that is not known is not guessed at', () => {
    expect(parsed('seagate-sas')).toMatchObject({
      known: false,
      reason: expect.stringMatching(/^smartctl 6\.7 prints JSON of version 0/) as string,
    });
    const health = parseSmartctl(changed('samsung-ssd', { json_format_version: [2, 0] }), readAt);
    expect(health).toMatchObject({
      known: false,
      reason: expect.stringContaining('JSON of version 2.0') as string,
    });
  });

  it.each([
    [''],
    ['Segmentation fault'],
    ['{"json_format_version":[1,0]'],
    ['[]'],
    ['{"json_format_version":"1"}'],
  ])('that is no document (%j) is not known', (text) => {
    expect(parseSmartctl(text, readAt)).toMatchObject({ known: false });
  });

  it('with a member of another type counts as not reported', () => {
    const attributes = { table: [{ id: 5, raw: { value: 'many', string: 'many' } }] };
    const health = parseSmartctl(
      changed('samsung-ssd', { ata_smart_attributes: attributes, temperature: 7 }),
      readAt,
    );
    expect(health).toMatchObject({ known: true, reallocated: null, temperature: null, overall: 'passed' });
  });

  it('with control characters in its words is safe to show', () => {
    const words = {
      version: [7, 3],
      exit_status: 2,
      messages: [{ string: 'bad\u001b[31m \u202edrive', severity: 'error' }],
    };
    const health = parseSmartctl(changed('open-refused', { smartctl: words }), readAt);
    expect(JSON.stringify(health)).not.toMatch(/\\u001b|\u202e/);
  });
});
