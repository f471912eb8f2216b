import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { PrestageError } from '../../../../core/base/errors';
import type { MachineFile } from '../../../../core/machine-files/machine-file';
import { fillMachineFiles } from '../../../../station/machine-files/fill-machine-files';
import { readMachineFiles, xmlProblem } from '../../../../station/machine-files/read-machine-files';

const file: MachineFile = {
  path: '\\unattend.xml',
  kind: 'xml',
  template: '<u>{{computerName}}</u>',
  bytes: 4096,
};
const list = { files: [file], source: 'the test' };

function refusal(machines: Parameters<typeof fillMachineFiles>[1], others: typeof machines = []): string {
  try {
    fillMachineFiles(list, machines, others);
  } catch (error) {
    if (error instanceof PrestageError) return `${error.code}: ${error.message}`;
    throw error;
  }
  return 'none';
}

describe('XML', () => {
  it.each([
    '<a>x</a>   \n',
    '<?xml version="1.0" encoding="utf-8"?>\n<a b="1"/>',
    '<a>&amp;&#xE4;&#228;</a>',
    '<a><!-- a - b & c --><![CDATA[a && b --]]></a>',
    '<a xmlns:w="urn:w" b="x:y > z"><w:b w:c="]]&gt;"/>at 12:30</a>',
    '<a><!-- <!DOCTYPE a> --></a>',
  ])('takes %j', (text) => {
    expect(xmlProblem(text)).toBeNull();
  });
  // Our parser takes these; what reads them on the machine does not.
  it.each([
    '\n<?xml version="1.0"?><a/>',
    '<a>&auml;</a>',
    '<a b="&x"/>',
    '<a>\u0001</a>',
    '<a><!-- PC--1 --></a>',
    '<a>&#0;</a>',
    '<a>&#xD800;</a>',
    '<a b="x<y"/>',
    '<a>]]></a>',
    '<a><w:b/></a>',
    '<a w:b="1"/>',
  ])('refuses %j', (text) => {
    expect(xmlProblem(text)).toMatch(/not well-formed/);
  });
  it.each([
    '<!DOCTYPE a><a/>',
    '<!DOCTYPE a [<!ENTITY b "bb"><!ENTITY c "&b;&b;&b;">]><a>&c;</a>',
    '<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>',
    '<?xml version="1.1"?><a/>',
  ])('refuses %j, which is well-formed', (text) => {
    expect(xmlProblem(text)).toMatch(/which Windows does not read/);
  });
  it.each(['', 'x', '<a>x</b>', '<a>&x</a>', '<a><b></a>', '<a/><b/>', '<a/><a/>', '<a b=1/>'])(
    'refuses %j',
    (text) => {
      expect(xmlProblem(text)).toMatch(/not well-formed/);
    },
  );
});

describe('a template', () => {
  it('keeps the mark by which Windows reads a script as UTF-8; XML and JSON, which need none, lose it', () => {
    const folder = mkdtempSync(join(tmpdir(), 'prestage-templates-'));
    try {
      writeFileSync(join(folder, 'a.ps1'), "\ufeff'Grüße'\r\n");
      writeFileSync(join(folder, 'a.json'), '\ufeff{}');
      const entries = ['ps1', 'json'].map(
        (ending) => `  - { path: '\\a.${ending}', template: a.${ending} }\n`,
      );
      writeFileSync(join(folder, 'list.yaml'), `machineFiles:\n${entries.join('')}`);
      const templates = readMachineFiles(join(folder, 'list.yaml')).map(({ template }) => template);
      expect(templates).toEqual(["\ufeff'Grüße'\r\n", '{}']);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

describe('the files of a batch', () => {
  it('are refused where two machines have one name, in the batch or in its order', () => {
    const one = { serial: 'A', computerName: 'PC-1' };
    const other = { serial: 'B', computerName: 'pc-1' };
    const words = /^computer-name-invalid: .*machines (?:A and B|B and A) have one computer name/;
    expect(refusal([one, other])).toMatch(words);
    expect(refusal([one], [other, one])).toMatch(words);
    expect(refusal([one], [one, { serial: 'C', computerName: 'PC-3' }])).toBe('none');
  });

  it('never hold a name that Windows does not take', () => {
    expect(refusal([{ serial: 'A', computerName: 'A234567890123456' }])).toMatch(
      /^computer-name-invalid: .*A234567890123456 of machine A has 16 characters/,
    );
    expect(refusal([{ serial: 'A' }])).toMatch(
      /^machine-file-unfilled: .*machine A, \\unattend.xml: nothing is known for \{\{computerName\}\}/,
    );
  });

  it('never hold a name that Windows does not take, however an answer file puts it together', () => {
    const answers = (name: string): void => {
      const template = `<unattend><component name="Microsoft-Windows-Shell-Setup" x="y"><ComputerName>${name}</ComputerName></component></unattend>`;
      list.files[0] = { ...file, template };
    };
    try {
      answers('DEPOT-{{serial}}');
      expect(refusal([{ serial: '5CG1234XYZ' }])).toMatch(
        /^machine-file-unfilled: .*machine 5CG1234XYZ, \\unattend.xml: the name DEPOT-5CG1234XYZ has 16 characters/,
      );
      expect(refusal([{ serial: 'A' }, { serial: 'B' }])).toBe('none');
      expect(refusal([{ serial: 'A' }], [{ serial: 'B', computerName: 'depot-a' }])).toMatch(
        /machines B and A have one computer name/,
      );
      answers('DEPOT-1');
      expect(refusal([{ serial: 'A' }, { serial: 'B' }])).toMatch(
        /^computer-name-invalid: .*machines A and B have one computer name, DEPOT-1/,
      );
      answers('<!-- of the depot --><![CDATA[DEPOT-1]]>');
      expect(refusal([{ serial: 'A' }, { serial: 'B' }])).toMatch(/one computer name, DEPOT-1/);
      list.files[0] = {
        ...file,
        template: `<u:unattend xmlns:u="urn:u"><u:component name='Microsoft-Windows-Shell-Setup' x="y"><u:ComputerName>DEPOT-1</u:ComputerName></u:component></u:unattend>`,
      };
      expect(refusal([{ serial: 'A' }, { serial: 'B' }])).toMatch(/one computer name, DEPOT-1/);
      answers('*');
      expect(refusal([{ serial: 'A' }, { serial: 'B' }])).toBe('none');
    } finally {
      list.files[0] = file;
    }
  });

  it('never give Windows Autopilot a name that Windows does not take', () => {
    const profile = (name: string): string => {
      const path = '\\x\\AutopilotConfigurationFile.json';
      const template = `{"CloudAssignedDeviceName": "${name}"}`;
      list.files[0] = { ...file, path, kind: 'json', template };
      return refusal([{ serial: '5CG1234XYZ' }]);
    };
    try {
      expect(profile('DEPOT-{{serial}}')).toMatch(
        /^machine-file-unfilled: .*the name DEPOT-5CG1234XYZ has 16 characters/,
      );
      expect(profile('DEPOT-%SERIAL%')).toBe('none');
      expect(profile('')).toBe('none');
    } finally {
      list.files[0] = file;
    }
  });

  it('give no two machines one fixed name: in the batch, wherever in JSON it stands, and for the next of the order', () => {
    const path = '\\x\\AutopilotConfigurationFile.json';
    const fixed = (template: string, ...more: Parameters<typeof refusal>): string => {
      list.files[0] = { ...file, path, kind: 'json', template };
      return refusal(...more);
    };
    const words = /^computer-name-invalid: .*machines \w+ and \w+ have one computer name, KIOSK-1/;
    const [a, b] = [{ serial: 'A' }, { serial: 'B' }];
    try {
      for (const template of [
        '{"CloudAssignedDeviceName": "KIOSK-1"}',
        '{"profiles": [{"cloudAssignedDeviceName": "KIOSK-1"}]}',
        '{"OSDComputerName": "KIOSK-1", "of": "{{serial}}"}',
      ]) {
        expect(fixed(template, [a, b])).toMatch(words);
        expect(fixed(template, [a], [a, b])).toMatch(words);
        expect(fixed(template, [a], [a])).toBe('none');
      }
      expect(fixed('{"CloudAssignedDeviceName": "PC-{{serial}}"}', [a], [a, b])).toBe('none');
      expect(fixed('{"Description": "KIOSK-1"}', [a, b])).toBe('none');
    } finally {
      list.files[0] = file;
    }
  });

  it('need no name where no file asks for one', () => {
    const plain = { ...list, files: [{ ...file, template: '<u>{{serial}}</u>' }] };
    expect(
      fillMachineFiles(plain, [{ serial: 'A', computerName: '123' }], []).get('A')?.[0]?.content,
    ).toHaveLength(4096);
  });
});
