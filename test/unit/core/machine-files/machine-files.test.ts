import { describe, expect, it } from 'vitest';
import { clearSecrets } from '../../../../core/machine-files/clear-secrets';
import { computerNameProblem, sharedNames } from '../../../../core/machine-files/computer-name';
import { fillTemplate, machineValues } from '../../../../core/machine-files/fill-template';
import {
  machineFileComplaints,
  machineFileEntrySchema,
  machinePathSchema,
  slotConflict,
  type MachineFile,
} from '../../../../core/machine-files/machine-file';

const xml: MachineFile = {
  path: '\\Windows\\Panther\\unattend.xml',
  kind: 'xml',
  template: '<u><ComputerName>{{computerName}}</ComputerName><t>{{ assetTag }}</t></u>\n',
  bytes: 4096,
};
const machine = machineValues(
  'SN1',
  { computerName: 'PC-1', assetTag: `<"A'&B>` },
  { order: 'WO-7', driverPack: undefined },
);

function filled(file: MachineFile, values = machine): string {
  const result = fillTemplate(file, values);
  if ('problems' in result) throw new Error(result.problems.join('; '));
  return result.text;
}
function problems(file: Partial<MachineFile>, values = machine): readonly string[] {
  const result = fillTemplate({ ...xml, ...file }, values);
  return 'problems' in result ? result.problems : [];
}

describe('a template', () => {
  it('is filled with the machine, escaped for XML, and padded with blanks to its slot', () => {
    const text = filled(xml);
    expect(text.trimEnd()).toBe('<u><ComputerName>PC-1</ComputerName><t>&lt;&quot;A&apos;&amp;B&gt;</t></u>');
    expect(Buffer.byteLength(text)).toBe(4096);
  });

  it('is escaped for JSON, in ASCII', () => {
    const file: MachineFile = { ...xml, path: '\\a.json', kind: 'json', template: '{"n": "{{model}}"}' };
    const text = filled(file, machineValues('S', { model: 'Ü "15" \\ 日' }, {}));
    expect(JSON.parse(text)).toEqual({ n: 'Ü "15" \\ 日' });
    expect(/^[\x20-\x7e]*$/.test(text)).toBe(true);
  });

  it('counts bytes, not characters', () => {
    const text = filled({ ...xml, kind: 'text', template: 'ä日😀{{serial}}' });
    expect(Buffer.byteLength(text)).toBe(4096);
  });

  it('without a template is what a prestart command can read', () => {
    const text = filled({
      path: '\\Prestage\\machine.json',
      kind: 'machine-json',
      template: '',
      bytes: 4096,
    });
    expect(JSON.parse(text)).toEqual({
      serial: 'SN1',
      OSDComputerName: 'PC-1',
      assetTag: `<"A'&B>`,
      order: 'WO-7',
    });
  });

  it.each([
    [{ template: '<u>{{hostname}}</u>' }, 'the placeholder {{hostname}} is not known'],
    [{ template: '<u>{{serial</u>' }, 'a placeholder is not closed with }}'],
    [{ template: '<u>{{uuid}}</u>' }, 'nothing is known for {{uuid}}'],
    [{ template: '<u>{{constructor}}</u>' }, 'the placeholder {{constructor}} is not known'],
    [{ kind: 'json', template: '{"a": }' } as const, 'it is no valid JSON when it is filled'],
    [{ kind: 'json', template: '{"a": {"b": 1, "b": 2}}' } as const, 'it has the member a.b twice'],
    [{ kind: 'json', template: '[{"name": 1, "Name": 2}]' } as const, 'it has the member 0.Name twice'],
    [
      { template: `<u>${'x'.repeat(4096)}</u>` },
      'it has 4103 bytes when it is filled, and its place has 4096',
    ],
    [
      { template: '<?xml version="1.0" encoding="utf-16"?><u/>' },
      'it says that its encoding is utf-16; files are written in UTF-8',
    ],
    [
      { template: '<u><![CDATA[net user {{serial}}]]></u>' },
      'a placeholder stands in a CDATA section, where values cannot be escaped',
    ],
    [
      { kind: 'text', template: 's\0e\0t\0' } as const,
      'it holds null characters, as a text in UTF-16 does; files are written in UTF-8',
    ],
    [
      { path: '\\x\\AutopilotConfigurationFile.json', kind: 'json', template: '{"a": "ü"}' } as const,
      'it holds characters beside ASCII, which Windows Autopilot cannot read',
    ],
  ])('%j is refused: %s', (file, problem) => {
    expect(problems(file)).toEqual([problem]);
  });

  it.each([
    ['xml', '<AutoLogon><Password><Value>x</Value><PlainText>true</PlainText></Password></AutoLogon>', 1],
    ['xml', '<AdministratorPassword><Value>eA==</Value></AdministratorPassword>', 1],
    ['xml', '<AdministratorPassword><Value></Value></AdministratorPassword>', 0],
    ['xml', '<ProductKey>AAAAA-BBBBB</ProductKey>', 0],
    ['json', '{"password": "x"}', 1],
    ['json', '{"passwordPolicy": 1, "password": ""}', 0],
    ['text', 'pwd=secret', 1],
  ] as const)('%s %s: secrets in clear text are told', (kind, template, count) => {
    expect(clearSecrets({ kind, template })).toHaveLength(count);
  });
});

describe('a computer name', () => {
  it.each([
    ['PC-0001', null],
    ['A23456789012345', null],
    ['A234567890123456', 'has 16 characters, and Windows takes 15'],
    ['PC_1', 'holds other characters than letters, digits and hyphens'],
    ['PC.1', 'holds other characters than letters, digits and hyphens'],
    ['-PC', 'begins or ends with a hyphen'],
    ['12345', 'has digits only'],
    ['', 'is empty'],
  ])('%s: %s', (name, problem) => {
    expect(computerNameProblem(name)).toBe(problem);
  });

  it('belongs to one machine, whatever its case', () => {
    const machines = [
      { serial: 'A', computerName: 'pc-1' },
      { serial: 'B' },
      { serial: 'C', computerName: 'PC-1' },
    ];
    expect(sharedNames(machines)).toEqual([{ name: 'PC-1', serials: ['A', 'C'] }]);
    expect(sharedNames([...machines.slice(0, 2), { serial: 'A', computerName: 'PC-1' }])).toEqual([]);
  });
});

describe('a list of machine files', () => {
  it.each([
    '\\unattend.xml',
    '\\Windows\\Setup\\Scripts\\Setup Complete.cmd',
    '\\Windows\\Provisioning\\Autopilot\\AutopilotConfigurationFile.json',
    '\\Windows\\Panther\\backup of unattend~1.xml',
    '\\Windows\\~temp\\a.txt',
  ])('takes %s', (path) => {
    expect(machinePathSchema.safeParse(path).success).toBe(true);
  });

  it.each([
    'C:\\a',
    'a\\b',
    '/a',
    '\\',
    '\\a\\',
    '\\a\\..\\b',
    '\\a. ',
    '\\con.txt',
    '\\a:b',
    '\\a|b',
    '\\a\u202eb',
    '\\$MFT',
    '\\$extend\\a.txt',
    '\\WINDOW~1\\Panther\\unattend.xml',
    '\\Windows\\Panther\\UNATTE~1.XML',
  ])('refuses %s', (path) => {
    expect(machinePathSchema.safeParse(path).success).toBe(false);
  });

  it('has each place once, and no file that is a folder', () => {
    expect(slotConflict([{ path: '\\a\\b' }, { path: '\\A\\B' }])).toBe('two files have the path \\A\\B');
    expect(slotConflict([{ path: '\\a\\b' }, { path: '\\A' }])).toBe(
      '\\A is to be a file, and a folder of \\a\\b',
    );
    expect(slotConflict([{ path: '\\a\\b' }, { path: '\\a\\c' }])).toBeNull();
  });

  it('names a template for all but machine-json', () => {
    const entry = (value: object): ReturnType<typeof machineFileEntrySchema.parse> =>
      machineFileEntrySchema.parse(value);
    const complaints = machineFileComplaints([
      entry({ path: '\\a.xml' }),
      entry({ path: '\\m.json', kind: 'machine-json', template: 'x' }),
      entry({ path: '\\n.json', kind: 'machine-json' }),
    ]);
    expect(complaints.map(({ message }) => message)).toEqual([
      'machineFiles[1].template is missing',
      'machineFiles[2] is a machine-json, which has no template',
    ]);
    expect(machineFileEntrySchema.safeParse({ path: '\\a.xml', bytes: 5000 }).success).toBe(false);
  });
});
