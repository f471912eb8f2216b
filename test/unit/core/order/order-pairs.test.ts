import { describe, expect, it } from 'vitest';
import { problemText, readOrder } from '../../../../core/order/order-file';

const head = 'Serial number;Computer name;Old computer name;Old serial';

const problems = (...rows: readonly string[]): string[] => {
  const reading = readOrder([head, ...rows, ''].join('\n'), 'WO-1');
  return reading.result === 'refused' ? reading.problems.map(problemText) : [];
};

describe('an order that pairs old and new machines', () => {
  it('names the computer that each machine takes the place of', () => {
    const text = `${head}\n5CG1000001;PC-NEW-1;PC_OLD.1;5CG0000001\n5CG1000002;PC-NEW-2;;\n`;
    expect(readOrder(text, 'WO-1')).toMatchObject({
      result: 'read',
      warnings: [],
      order: {
        machines: [
          { serial: '5CG1000001', replaces: 'PC_OLD.1', replacesSerial: '5CG0000001' },
          { serial: '5CG1000002', computerName: 'PC-NEW-2' },
        ],
      },
    });
  });

  it('reads the names that Configuration Manager and lists have for it, and JSON', () => {
    for (const column of ['SourceComputerName', 'Replaces', 'replaced computer', 'OldHostname']) {
      const reading = readOrder(`Serial,${column}\n5CG1000001,PC-OLD-1\n`, 'WO-1');
      expect(reading, column).toMatchObject({ order: { machines: [{ replaces: 'PC-OLD-1' }] } });
    }
    const machine = {
      serial: '5CG1000001',
      replaces: 'PC-OLD-1',
      maker: 'Dell',
      systemSku: '0C0A',
      board: '8895',
    };
    const json = JSON.stringify({ version: 1, number: 'WO-1', machines: [machine] });
    expect(readOrder(json, null)).toMatchObject({ order: { machines: [machine] } });
  });

  it('is read as before where it was opened before there were pairs', () => {
    const former = readOrder(`${head}\n5CG1000001;PC-NEW-1;PC-OLD-1;5CG0000001\n`, 'WO-1', 'former');
    expect(former).toMatchObject({
      order: { machines: [{ serial: '5CG1000001', computerName: 'PC-NEW-1' }] },
    });
    expect(JSON.stringify(former)).not.toContain('OLD');
  });

  it('refuses a machine that replaces itself', () => {
    expect(problems('5CG1000001;PC-1;;5CG1000001')).toEqual([
      'line 2: machine 5CG1000001 replaces itself (serial 5CG1000001)',
    ]);
    expect(problems('5CG1000001;PC-1;pc-1;')).toEqual(['line 2: machine 5CG1000001 replaces itself (pc-1)']);
  });

  it('takes a machine that takes over the name of another one', () => {
    expect(problems('5CG1000001;PC-1;PC-1;5CG0000001')).toEqual([]);
  });

  it('refuses two machines for one', () => {
    expect(problems('5CG1000001;PC-1;PC-OLD;', '5CG1000002;PC-2;pc-old;')).toEqual([
      'line 3: machine 5CG1000002 replaces pc-old, which machine 5CG1000001 in line 2 replaces already',
    ]);
    expect(problems('5CG1000001;PC-1;;5CG0000001', '5CG1000002;PC-2;;5cg0000001')).toEqual([
      'line 3: machine 5CG1000002 replaces serial 5CG0000001, which machine 5CG1000001 in line 2 replaces already',
    ]);
  });

  it('refuses a chain: what is replaced is no new machine of the same order', () => {
    expect(problems('5CG1000001;PC-1;PC-2;', '5CG1000002;pc-2;;')).toEqual([
      'line 2: machine 5CG1000001 replaces PC-2, which is the name of a new machine in line 3',
    ]);
    expect(problems('5CG1000001;PC-1;;5CG1000002', '5CG1000002;PC-2;;')).toEqual([
      'line 2: machine 5CG1000001 replaces serial 5CG1000002, which is itself a new machine in line 3',
    ]);
  });

  it('refuses what is no name and no serial of a computer', () => {
    expect(problems('5CG1000001;PC-1;a\\b;')).toHaveLength(1);
    expect(problems('5CG1000001;PC-1;7-Feb;')).toEqual([expect.stringContaining('converted to a date')]);
    expect(problems('5CG1000001;PC-1;;1.23E+12')).toEqual([
      expect.stringContaining("the serial of the replaced computer '1.23E+12' was converted"),
    ]);
  });
});
