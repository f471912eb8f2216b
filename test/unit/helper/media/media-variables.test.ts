import { describe, expect, it } from 'vitest';
import { PrestageError } from '../../../../core/base/errors';
import { decryptVariables } from '../../../../helper/media/media-variables';
import { encryptVariables, makeVariables } from '../../../support/media-variables';

const guid = '{12345678-9ABC-DEF0-1234-56789ABCDEF0}';
const variables = {
  SMSTSLocationMPs: 'http://mp01.contoso.com*http://mp02.contoso.com',
  _SMSMediaGuid: guid,
  _SMSTSSiteCode: 'ABC',
  _SMSTSMediaPFX: '3082',
  Secret: 'a & b < c',
};
const good = makeVariables(variables, 'Contoso & Söhne');

const encrypted = (text: string): Buffer => encryptVariables(text, 'Contoso & Söhne');

const refusal = (file: Buffer, password = 'Contoso & Söhne'): string => {
  try {
    decryptVariables(file, password, 'contoso.wim');
  } catch (error) {
    if (error instanceof PrestageError) return `${error.code}: ${error.message}`;
    throw error;
  }
  return 'was read';
};
const flipped = (at: number, bit = 0x40): Buffer => {
  const file = Buffer.from(good);
  file.writeUInt8(file.readUInt8(at) ^ bit, at);
  return file;
};

describe('the variables of a media file', () => {
  it.each([128, 192, 256] as const)('are read with their password, AES-%s', (bits) => {
    const read = decryptVariables(
      makeVariables(variables, 'Contoso & Söhne', bits),
      'Contoso & Söhne',
      'contoso.wim',
    );
    expect(read).toEqual({
      dates: {
        ...{ certificateStart: null, certificateEnd: null, shipBy: null },
        ...{ site: 'ABC', managementPoints: ['http://mp01.contoso.com', 'http://mp02.contoso.com'] },
      },
      guid,
      certificate: { pfxHex: '3082', password: '{12345678-9ABC-DEF0-1234-56789A' },
    });
  });

  it('may lack what a bench needs, and hold what is hostile', () => {
    const read = (values: Record<string, string>): ReturnType<typeof decryptVariables> =>
      decryptVariables(makeVariables(values, ''), '', 'contoso.wim');
    expect(read({ a: 'b' })).toMatchObject({
      guid: null,
      certificate: null,
      dates: { site: null, managementPoints: [] },
    });
    expect(read({ _SMSMediaGuid: 'not a GUID', _SMSTSMediaPFX: '3082' })).toMatchObject({
      guid: null,
      certificate: null,
    });
    expect(read({ _SMSMediaGuid: guid, _SMSTSMediaPFX: '30 82' }).certificate).toBeNull();
    expect(read({ SMSTSMP: 'http://a\u202Eb', _SMSTSSiteCode: '\u001b[31m' }).dates).toMatchObject({
      ...{ site: '[31m', managementPoints: ['http://ab'] },
    });
  });

  it('say that a password is wrong', () => {
    for (const wrong of ['', 'contoso & söhne', 'Contoso', `Contoso & Söhne `]) {
      expect(refusal(good, wrong)).toBe(
        'media-password-wrong: The password does not open the variables of contoso.wim.',
      );
    }
  });

  it.each([
    ['cut in the header', good.subarray(0, 23), 'is cut off'],
    ['cut in its content', good.subarray(0, -1), 'is cut off'],
    ['empty', Buffer.alloc(0), 'is cut off'],
    ['of another kind', flipped(3), 'is not a file of media variables'],
    ['encrypted in another way', flipped(17), 'is encrypted in a way that Prestage does not know (0x260e)'],
    ['wrong in its length', flipped(12, 1), 'is damaged: its lengths do not fit'],
    ['flipped at its end', flipped(good.length - 17), 'is damaged at its end'],
    ['no XML', encrypted('<MediaVarList><var'), 'is damaged: it '],
    ['without variables', encrypted('<MediaVarList/>'), 'is damaged: it holds no variables'],
    [
      'with a document type',
      encrypted('<!DOCTYPE a [<!ENTITY b "c">]><MediaVarList/>'),
      'is damaged: it declares a document type',
    ],
  ])('that are %s are damaged', (_name, file, what) => {
    expect(refusal(file)).toContain(
      `media-variables-damaged: \\SMS\\data\\variables.dat in contoso.wim ${what}`,
    );
  });
});
