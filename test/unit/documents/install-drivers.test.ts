import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { driverPackNameSchema } from '../../../core/drivers/driver-table';

/** The example script for first start: no PowerShell runs here, so its text is held to what it promises. */

const script = readFileSync('docs/examples/install-drivers.ps1', 'utf8');

it('goes on after a driver that fails, and logs it', () => {
  const loop = script.slice(
    script.indexOf('foreach ($inf in'),
    script.indexOf('Write-Log "Driver pack ${pack}'),
  );
  expect(loop).toMatch(/try \{[\s\S]*pnputil\.exe'\) \/add-driver \$inf\.FullName \/install/);
  expect(loop).toMatch(/\} catch \{\s+\$failed \+= 1\s+Write-Log "FAILED/);
  expect(loop).not.toMatch(/\b(?:break|exit|return)\b/);
});

it('takes no name of a pack for a path or for code', () => {
  const pattern = /\$pack -notmatch '([^']+)'/.exec(script)?.[1] ?? '';
  const takes = new RegExp(pattern);
  for (const bad of ['..', 'a\\b', 'a/b', '$(calc)', 'a"b', "a'b", 'a`b', 'a;b', '', 'a'.repeat(65)]) {
    expect(takes.test(bad), bad).toBe(false);
    expect(driverPackNameSchema.safeParse(bad).success, bad).toBe(false);
  }
  for (const good of ['Latitude-5440', 'Dell Latitude 5440 (2026.1)', 'T14_G4+']) {
    expect(takes.test(good) && driverPackNameSchema.safeParse(good).success, good).toBe(true);
  }
  expect(script).not.toMatch(/Invoke-Expression|\biex\b|cmd(?:\.exe)? \/c/i);
  // Every encoding reads it alike.
  expect(script).toMatch(/^[\x0a\x20-\x7e]*$/);
});

it('knows every ID that the table has', () => {
  for (const id of ['dellSystemId', 'lenovoType', 'hpBoard']) expect(script).toContain(id);
});
