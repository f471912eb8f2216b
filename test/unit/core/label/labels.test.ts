import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { layOutLabel, type LabelContent } from '../../../../core/label/label-layout';
import { labelSizes, queueNameSchema, type LabelSizeName } from '../../../../core/label/label-settings';
import { labelOfBox, labelOfMachine } from './samples';
import { labelZpl } from '../../../../core/label/zpl';

function zplOf(content: LabelContent, size: LabelSizeName): string {
  return labelZpl(layOutLabel(content, labelSizes[size]), labelSizes[size], 203);
}

describe('nothing that was scanned or ordered becomes a command of the printer', () => {
  const commands = (zpl: string): string[] => zpl.match(/[\^~][A-Z@][A-Z0-9@]?/gi) ?? [];

  it('whatever the texts are', () => {
    const text = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 60 }),
      fc.constantFrom('^XA^FD', '~HM', '^XZ~DN', '_5EXA', '\\&', '>;>8', '\ud800', '漢字', 'Grüße', '‮'),
    );
    const plain = (content: LabelContent): LabelContent => ({
      ...content,
      ...{ machineSerial: 'A', names: 'A', verdict: 'A', record: 'A', from: 'A' },
      shipment: content.shipment === null ? null : { number: 'A', box: 'A', code: 'A' },
    });
    const allowed = new Set(
      ['105x74', '57x32'].flatMap((size) =>
        [labelOfMachine, labelOfBox].flatMap((content) =>
          commands(zplOf(plain(content), size as LabelSizeName)),
        ),
      ),
    );
    for (const also of ['^BQ']) allowed.add(also);
    fc.assert(
      fc.property(text, text, text, (machineSerial, names, number) => {
        const content = {
          ...labelOfBox,
          machineSerial,
          names,
          shipment: { number, box: names, code: machineSerial },
        };
        const zpl = zplOf(content, '105x74');
        expect(zpl).toMatch(/^[\x20-\x7e\n]*$/);
        expect(commands(zpl).filter((command) => !allowed.has(command))).toEqual([]);
        expect(zpl.match(/\^XA/g)).toHaveLength(1);
        expect(zpl.match(/\^XZ/g)).toHaveLength(1);
      }),
    );
  });

  it('and a caret is on the label as a caret', () => {
    const zpl = zplOf({ ...labelOfMachine, names: 'PC^XA~HM_' }, '105x74');
    expect(zpl).toContain('^FH^FDPC_5EXA_7EHM_5F^FS');
  });

  it('and the name of a queue is no option and no path', () => {
    for (const name of [
      '-o raw',
      '-E',
      'a b',
      'a/b',
      'a#b',
      '',
      'a\nb',
      '$(id)',
      'a;b',
      `a${'b'.repeat(127)}`,
    ]) {
      expect([name, queueNameSchema.safeParse(name).success]).toEqual([name, false]);
    }
    for (const name of ['Zebra_GK420d', 'label-1', 'HP.LaserJet@bench']) {
      expect([name, queueNameSchema.safeParse(name).success]).toEqual([name, true]);
    }
  });
});
