import { describe, expect, it } from 'vitest';
import { PrestageError } from '../../../../core/base/errors';
import type { MachineFile } from '../../../../core/machine-files/machine-file';
import { fillMachineFiles } from '../../../../station/machine-files/fill-machine-files';
import { xmlProblem } from '../../../../station/machine-files/read-machine-files';

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
  it.each(['<a>x</a>   \n', '<?xml version="1.0" encoding="utf-8"?>\n<a b="1"/>'])('takes %j', (text) => {
    expect(xmlProblem(text)).toBeNull();
  });
  it.each(['', 'x', '<a>x</b>', '<a>&x</a>', '<a><b></a>', '<a/><b/>', '<a/><a/>', '<a b=1/>'])(
    'refuses %j',
    (text) => {
      expect(xmlProblem(text)).toMatch(/not well-formed/);
    },
  );
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

  it('need no name where no file asks for one', () => {
    const plain = { ...list, files: [{ ...file, template: '<u>{{serial}}</u>' }] };
    expect(
      fillMachineFiles(plain, [{ serial: 'A', computerName: '123' }], []).get('A')?.[0]?.content,
    ).toHaveLength(4096);
  });
});
