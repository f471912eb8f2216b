import { describe, expect, it } from 'vitest';
import {
  autopilotImport,
  autopilotRows,
  bareCellProblem,
  configmgrImport,
} from '../../../../core/shipment/import-csv';
import type { MachineDetails } from '../../../../core/machine/machine';
import { readCsv } from '../../../../core/base/csv';

const uuid = '4C4C4544-0034-5010-8052-B4C04F503132';
const whole: MachineDetails = { computerName: 'CONTOSO-1', uuid, macs: ['05:06:07:08:09:0A'] };
const configmgr = (details: MachineDetails): ReturnType<typeof configmgrImport> =>
  configmgrImport([{ serial: 'S-1', details }]);

describe('configmgr-import.csv', () => {
  it('is NAME,SMBIOS-GUID,MAC a line, without headings and quotes', () => {
    const { file, left } = configmgrImport([
      { serial: 'S-1', details: whole },
      {
        serial: 'S-2',
        details: { computerName: 'CONTOSO-2', macs: ['05:06:07:08:09:0B', '05:06:07:08:09:0C'] },
      },
      { serial: 'S-3', details: { computerName: 'C3', uuid: uuid.replace('3132', '3133') } },
    ]);
    expect(file.text).toBe(
      `CONTOSO-1,${uuid},05:06:07:08:09:0A\r\nCONTOSO-2,,05:06:07:08:09:0B\r\nC3,${uuid.replace('3132', '3133')},\r\n`,
    );
    expect(file.text).not.toContain('"');
    expect(left).toEqual([]);
  });

  it.each<[string, MachineDetails, string]>([
    ['no name', { uuid }, 'has no computer name'],
    ['neither key', { computerName: 'CONTOSO-1' }, 'has neither an SMBIOS UUID nor a MAC'],
    [
      'an empty list of MACs',
      { computerName: 'CONTOSO-1', macs: [] },
      'has neither an SMBIOS UUID nor a MAC',
    ],
    ['a name that is too long', { ...whole, computerName: 'A'.repeat(16) }, 'not a NetBIOS name'],
    ['a name that is too short', { ...whole, computerName: 'A' }, 'not a NetBIOS name'],
    ['a name of digits', { ...whole, computerName: '00421' }, 'digits only'],
    ['a comma', { ...whole, computerName: 'A,B' }, 'a comma or a quotation mark'],
    ['a quotation mark', { ...whole, computerName: 'A"B' }, 'a comma or a quotation mark'],
    ['a formula', { ...whole, computerName: '=CMD' }, 'a spreadsheet reads as a formula'],
    ['a letter of another code page', { ...whole, computerName: 'BÜRO-1' }, 'not plain ASCII'],
    ['a line end', { ...whole, computerName: 'A\r\nB' }, 'not plain ASCII'],
    ['dashes in the MAC', { ...whole, macs: ['05-06-07-08-09-0A'] }, 'MAC in the wrong format'],
    ['a UUID in lower case', { ...whole, uuid: uuid.toLowerCase() }, 'UUID in the wrong format'],
  ])('leaves out a machine with %s, and says so', (_, details, reason) => {
    const { file, left } = configmgr(details);
    expect(file).toEqual({ text: '', machines: 0 });
    expect(left).toHaveLength(1);
    expect(left[0]?.machineSerial).toBe('S-1');
    expect(left[0]?.reason).toContain(reason);
  });

  it('finds a machine by its Ethernet MAC, wherever the one of its Wi-Fi stands', () => {
    const [wifi, lan] = ['00:1B:44:11:3A:01', '00:1B:44:11:3A:02'];
    const both = { computerName: 'PC-1', macs: [wifi, lan], wifiMacs: [wifi] };
    expect(configmgr(both).file.text).toBe(`PC-1,,${lan}\r\n`);
    const alone = { computerName: 'PC-1', macs: [wifi], wifiMacs: [wifi] };
    expect(configmgr(alone).left[0]?.reason).toContain('only the MAC of its Wi-Fi');
    expect(configmgr({ ...alone, uuid }).file.text).toBe(`PC-1,${uuid},\r\n`);
  });

  it.each<[string, MachineDetails]>([
    [
      'name',
      {
        ...whole,
        uuid: uuid.replace('3132', '3133'),
        macs: ['05:06:07:08:09:0B'],
        computerName: 'contoso-1',
      },
    ],
    ['UUID', { ...whole, computerName: 'CONTOSO-2', macs: ['05:06:07:08:09:0B'] }],
    ['MAC', { ...whole, computerName: 'CONTOSO-2', uuid: uuid.replace('3132', '3133') }],
  ])('takes a %s once: the second would take the place of the first', (what, details) => {
    const { file, left } = configmgrImport([
      { serial: 'S-1', details: whole },
      { serial: 'S-2', details },
    ]);
    expect(file.machines).toBe(1);
    expect(left[0]?.reason).toMatch(new RegExp(`^has the same ${what} .* as machine S-1$`));
  });
});

describe('autopilot.csv', () => {
  const hash = (index: number): string => `T0FB${String(index).padStart(8, '0')}`;
  const machines = (count: number): { serial: string; details: MachineDetails }[] =>
    Array.from({ length: count }, (_, index) => ({
      serial: `00${String(index + 1).padStart(5, '0')}`,
      details: { hardwareHash: hash(index) },
    }));

  it('has the exact headings, all columns, no quotes, and keeps leading zeros', () => {
    const { files } = autopilotImport([...machines(1), { serial: 'NOHASH1', details: whole }]);
    expect(files).toEqual([
      {
        machines: 1,
        text: `Device Serial Number,Windows Product ID,Hardware Hash,Group Tag,Assigned User\r\n0000001,,${hash(0)},,\r\n`,
      },
    ]);
  });

  it('is the same bytes in windows-1252 and UTF-8', () => {
    const [file] = autopilotImport(machines(3)).files;
    expect(file?.text).toMatch(/^[\x20-\x7e\r\n]+$/);
  });

  it('is not there when no machine has a hardware hash', () => {
    expect(autopilotImport([{ serial: 'S-1', details: whole }])).toEqual({ files: [], left: [] });
  });

  it('goes on in another file after 500 rows', () => {
    const { files } = autopilotImport(machines(2 * autopilotRows + 1));
    expect(files.map((file) => file.machines)).toEqual([500, 500, 1]);
    for (const { text } of files) expect(text.startsWith('Device Serial Number,')).toBe(true);
    const rows = files.flatMap(({ text }) => readCsv(text).records.slice(1));
    expect(new Set(rows.map(({ fields }) => fields[0])).size).toBe(1001);
  });

  it.each<[string, string, string, string]>([
    ['a comma in its serial', 'A,B', hash(1), 'a comma or a quotation mark'],
    ['a formula for a serial', '=A1', hash(1), 'a spreadsheet reads as a formula'],
    ['a letter of another code page', 'SÉR1', hash(1), 'not plain ASCII'],
    ['a hash that is none', 'S-1', 'no hash!', 'not base64'],
    ['a hash that was cut off', 'S-1', hash(1).slice(1), 'is cut off'],
    ['a dot in its serial', 'R9.0ABCD', hash(1), 'a serial with a dot, because of which Intune would refuse'],
  ])('leaves out a machine with %s', (_, serial, hardwareHash, reason) => {
    const { files, left } = autopilotImport([{ serial, details: { hardwareHash } }]);
    expect(files).toEqual([]);
    expect(left[0]?.reason).toContain(reason);
  });

  it('has the Group Tag and the assigned user, and leaves out what they would spoil the file with', () => {
    const details = { groupTag: 'Sales EU', assignedUser: 'ada@contoso.com' };
    const { files, left } = autopilotImport([
      { serial: 'S-1', details: { hardwareHash: hash(1), ...details } },
      { serial: 'S-2', details: { hardwareHash: hash(2), groupTag: 'Sales, EU' } },
      { serial: 'S-3', details: { hardwareHash: hash(3), groupTag: 'Büro' } },
    ]);
    expect(files[0]?.text).toBe(
      `Device Serial Number,Windows Product ID,Hardware Hash,Group Tag,Assigned User\r\nS-1,,${hash(1)},Sales EU,ada@contoso.com\r\n`,
    );
    expect(left.map(({ machineSerial, reason }) => `${machineSerial} ${reason}`)).toEqual([
      'S-2 has a Group Tag that has a comma or a quotation mark, which this file cannot contain',
      'S-3 has a Group Tag that has characters that are not plain ASCII',
    ]);
  });

  it('is what an earlier version made, for the audit of its bundles', () => {
    const dotted = [{ serial: 'R9.0ABCD', details: { hardwareHash: hash(1) } }];
    expect(autopilotImport(dotted, true).files[0]?.text).toContain(`R9.0ABCD,,${hash(1)},,\r\n`);
  });

  it('takes a hash once: it is of one machine', () => {
    const { files, left } = autopilotImport([
      { serial: 'S-1', details: { hardwareHash: hash(1) } },
      { serial: 'S-2', details: { hardwareHash: hash(1) } },
    ]);
    expect(files[0]?.machines).toBe(1);
    expect(left).toEqual([{ machineSerial: 'S-2', reason: 'has the same hardware hash as machine S-1' }]);
  });
});

it.each(['plain', '0042', 'A-1', 'a b', '1.5'])('a cell can be %j', (value) => {
  expect(bareCellProblem(value)).toBeNull();
});
it.each(['a,b', 'a"b', ' a', 'a ', '=a', '+1', '-1', '@a', 'a\tb', 'a\nb', 'ä'])(
  'a cell cannot be %j',
  (value) => {
    expect(bareCellProblem(value)).not.toBeNull();
  },
);
