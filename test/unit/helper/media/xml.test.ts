import { describe, expect, it } from 'vitest';
import { PrestageError } from '../../../../core/base/errors';
import { parseWimXml } from '../../../../helper/media/wim-xml';

const parse = (text: string): ReturnType<typeof parseWimXml> =>
  parseWimXml(Buffer.from(`\uFEFF${text}`, 'utf16le'), '/m/file.wim');

// Recorded from a WIM captured by DISM, shortened.
const dism = `<WIM><TOTALBYTES>3405812437</TOTALBYTES><IMAGE INDEX="1"><DIRCOUNT>19433</DIRCOUNT><FILECOUNT>94561</FILECOUNT>
<TOTALBYTES>15183424711</TOTALBYTES><HARDLINKBYTES>6473402823</HARDLINKBYTES><CREATIONTIME><HIGHPART>0x01D3</HIGHPART>
<LOWPART>0x7A</LOWPART></CREATIONTIME><WINDOWS><ARCH>9</ARCH><LANGUAGES><LANGUAGE>en-US</LANGUAGE>
<DEFAULT>en-US</DEFAULT></LANGUAGES></WINDOWS><NAME>Windows 10 Pro</NAME><DESCRIPTION>R&amp;D &lt;x&gt; &#65;&#x42;</DESCRIPTION>
</IMAGE><IMAGE INDEX="2"><NAME/></IMAGE></WIM>`;

function codeOf(text: string): string {
  try {
    parse(text);
    return 'fine';
  } catch (error) {
    if (!(error instanceof PrestageError)) throw error;
    expect(error.data.message).toContain('/m/file.wim');
    return error.code;
  }
}

describe('parseWimXml', () => {
  it('reads images; hard links count once', () => {
    expect(parse(dism)).toEqual({
      encrypted: false,
      images: [
        {
          index: 1,
          name: 'Windows 10 Pro',
          description: 'R&D <x> AB',
          bytes: 15183424711 - 6473402823,
          files: 94561,
          directories: 19433,
        },
        { index: 2, name: 'Image 2', description: null, bytes: 0, files: 0, directories: 0 },
      ],
      // It does not say how much of its total are further names of one file.
      uncertainSizes: new Set([2]),
      architectures: new Map([[1, 'x64']]),
    });
  });

  it.each([
    ['its hard links are told', '<TOTALBYTES>90</TOTALBYTES><HARDLINKBYTES>40</HARDLINKBYTES>', []],
    ['nothing is said of them', '<TOTALBYTES>90</TOTALBYTES>', [1]],
    ['it is said that there are none', '<TOTALBYTES>90</TOTALBYTES><HARDLINKBYTES>0</HARDLINKBYTES>', [1]],
    ['they take more than there is', '<TOTALBYTES>90</TOTALBYTES><HARDLINKBYTES>95</HARDLINKBYTES>', [1]],
    ['there is no total', '<HARDLINKBYTES>40</HARDLINKBYTES>', [1]],
  ])('a size is relied on or counted: %s', (_, bytes, uncertain) => {
    const { uncertainSizes } = parse(`<WIM><IMAGE INDEX="1">${bytes}</IMAGE></WIM>`);
    expect([...uncertainSizes]).toEqual(uncertain);
  });

  it('sees an encrypted ESD', () => {
    expect(parse('<WIM><ESD><ENCRYPTED><KEY>AA</KEY></ENCRYPTED></ESD></WIM>').encrypted).toBe(true);
    expect(parse('<WIM><ESD><ENCRYPTED/></ESD></WIM>').encrypted).toBe(true);
  });

  it('takes a WIM without images', () => {
    expect(parse('<WIM/>')).toEqual({
      encrypted: false,
      images: [],
      uncertainSizes: new Set(),
      architectures: new Map(),
    });
    expect(parse('<WIM></WIM>').images).toEqual([]);
  });

  it('cleans names', () => {
    const { images } = parse('<WIM><IMAGE INDEX="1"><NAME>Good&#x202E;live&#27;[2J\n</NAME></IMAGE></WIM>');
    expect(images[0]?.name).toBe('Goodlive[2J');
  });

  it('expands each entity once', () => {
    const { images } = parse('<WIM><IMAGE INDEX="1"><NAME>&amp;lt; &other; &#x1FFFFF;</NAME></IMAGE></WIM>');
    expect(images[0]?.name).toBe('&lt; &other; &#x1FFFFF;');
  });

  it.each([
    ['nothing', ''],
    ['another document', '<html></html>'],
    ['a document type', '<!DOCTYPE WIM [<!ENTITY a "aaaa">]><WIM/>'],
    ['a number that is none', '<WIM><IMAGE INDEX="1"><TOTALBYTES>0x10</TOTALBYTES></IMAGE></WIM>'],
    [
      'a number beyond measure',
      `<WIM><IMAGE INDEX="1"><FILECOUNT>${'9'.repeat(30)}</FILECOUNT></IMAGE></WIM>`,
    ],
    ['an index twice', '<WIM><IMAGE INDEX="1"/><IMAGE INDEX="1"/></WIM>'],
    ['no index', '<WIM><IMAGE><NAME>x</NAME></IMAGE></WIM>'],
    ['a gap', '<WIM><IMAGE INDEX="1"/><IMAGE INDEX="3"/></WIM>'],
    ['endless depth', '<WIM>'.repeat(5000)],
  ])('refuses %s', (_, text) => {
    expect(codeOf(text)).toBe('media-corrupt');
  });

  it('is not fooled by names of what every object has', () => {
    expect(codeOf('<WIM><__proto__><ESD/></__proto__><constructor>x</constructor></WIM>')).toMatch(
      /^(fine|media-corrupt)$/,
    );
  });
});
