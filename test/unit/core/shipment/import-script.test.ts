import { describe, expect, it } from 'vitest';
import { importScript, type PairedMachine } from '../../../../core/shipment/import-script';

const uuid = '4C4C4544-0034-5010-8052-B4C04F503132';
const machine = (serial: string, more: Partial<PairedMachine> = {}): PairedMachine => ({
  serial,
  details: { computerName: `PC-${serial}`, uuid: uuid.replace('3132', serial.padStart(4, '0')) },
  replaces: { computerName: `OLD-${serial}` },
  ...more,
});

/** The lines about machines. */
const linesOf = (...machines: readonly PairedMachine[]): string[] => {
  const script = importScript(machines) ?? '';
  const [, body = ''] = script.split('try {\n', 2);
  const end = body.indexOf('} finally');
  return (end === -1 ? body : body.slice(0, end))
    .trimEnd()
    .split('\n')
    .map((line) => line.trim());
};

describe('import-computers.ps1', () => {
  it('is not made where nothing is replaced', () => {
    expect(importScript([machine('1', { replaces: null })])).toBeNull();
  });

  it('imports every machine, and pairs the ones that replace another', () => {
    const [one, two] = linesOf(machine('1'), machine('2', { replaces: null }));
    expect(one).toBe(
      "try { Import-CMComputerInformation -ComputerName 'PC-1' -SMBiosGuid '4C4C4544-0034-5010-8052-B4C04F500001' -SourceComputerName 'OLD-1' @more } catch { $failed += 1; Write-Warning ('PC-1: ' + $_) }",
    );
    expect(two).toContain("-ComputerName 'PC-2' -SMBiosGuid '4C4C4544-0034-5010-8052-B4C04F500002' @more }");
  });

  it('lets no name become code, whatever quotation marks it has', () => {
    const names = ["x'; Remove-Item C:", '$(calc)', '`whoami`', "a\u2019; calc; '", '"x"', '#', 'ä'];
    for (const computerName of names) {
      const [line = ''] = linesOf(machine('1', { replaces: { computerName } }));
      // What is not in a literal is what the script itself says.
      const outside = line.replace(/'(?:[^']|'')*'/g, "''").replace(/\[char\]0x[0-9a-f]{4}/g, "''");
      expect(outside.replace(/\(''(?: \+ '')*\)/g, "''"), computerName).toBe(
        "try { Import-CMComputerInformation -ComputerName '' -SMBiosGuid '' -SourceComputerName '' @more } catch { $failed += 1; Write-Warning ('' + $_) }",
      );
      expect(line).toMatch(/^[\x20-\x7e]*$/);
    }
  });

  it('has a comment with the reason for each machine that it cannot import or pair', () => {
    const lines = linesOf(
      machine('1', { details: { computerName: 'PC-1' } }),
      machine('2', { details: {} }),
      machine('3', { replaces: { computerName: 'pc-3', serial: '5CG0000003' } }),
      machine('4', { replaces: { serial: '5CG0000004' } }),
      machine('5\u2028calc', { details: {} }),
    );
    expect(lines).toEqual([
      '# Machine 1 is not imported: it has neither an SMBIOS UUID nor a MAC.',
      '# Machine 2 is not imported: it has no computer name.',
      '# Machine 3 is not imported: it takes over the name PC-3 of the computer it replaces, and a computer cannot be paired with itself.',
      '# Machine 4 is imported without a pair: of the computer it replaces only the serial is known.',
      expect.stringContaining("-ComputerName 'PC-4'"),
      expect.stringMatching(/^# Machine 5.?calc is not imported: it has no computer name\.$/),
    ]);
  });
});
