import { describe, expect, it } from 'vitest';
import { problemText, readOrder } from '../../../../core/order/order-file';
import { scanSettingsSchema } from '../../../../core/scan/scan-settings';
import { orderOf } from './order-texts';

const sha = 'ab'.repeat(32);

function problemsOf(text: string, number: string | null = '4711'): string[] {
  const reading = readOrder(text, number);
  return reading.result === 'read' ? [] : reading.problems.map(problemText);
}

function warningsOf(text: string): string[] {
  const reading = readOrder(text, '4711');
  return reading.result === 'read' ? reading.warnings.map(problemText) : ['refused'];
}

describe('what names no machine', () => {
  it.each([
    [
      'uuid',
      '03000200-0400-0500-0006-000700080009',
      'is a placeholder that firmware shows when there is no UUID',
    ],
    [
      'uuid',
      '00020003-0004-0005-0006-000700080009',
      'is a placeholder that firmware shows when there is no UUID',
    ],
    [
      'uuid',
      '12345678-1234-5678-90AB-CDDEEFAABBCC',
      'is a placeholder that firmware shows when there is no UUID',
    ],
    [
      'uuid',
      'FEFEFEFE-FEFE-FEFE-FEFE-FEFEFEFEFEFE',
      'is a placeholder that firmware shows when there is no UUID',
    ],
    [
      'mac',
      '01:00:5E:00:00:FB',
      'is not a MAC, which has six pairs of hexadecimal digits: not all the same, and not a group address',
    ],
    [
      'mac',
      'FF-FF-FF-FF-FF-FF',
      'is not a MAC, which has six pairs of hexadecimal digits: not all the same, and not a group address',
    ],
    [
      'mac',
      'AAAA.AAAA.AAAA',
      'is not a MAC, which has six pairs of hexadecimal digits: not all the same, and not a group address',
    ],
    ['asset tag', 'No Asset Tag', 'is a placeholder that firmware shows when no asset tag was set'],
    ['asset tag', 'Asset-1234567890', 'is a placeholder that firmware shows when no asset tag was set'],
  ])('is refused as a scan refuses it: %s %s', (column, text, problem) => {
    expect(problemsOf(`serial,${column}\n5CD1,${text}`)).toEqual([
      `line 2: ${column === 'asset tag' ? 'the asset tag ' : ''}'${text}' ${problem}`,
    ]);
    const json = {
      version: 1,
      machines: [
        { serial: '5CD1', [column === 'mac' ? 'macs' : column === 'uuid' ? 'uuid' : 'assetTag']: text },
      ],
    };
    expect(problemsOf(JSON.stringify(json))).toHaveLength(1);
  });

  it('is not a short number, which a list may count its machines with', () => {
    expect(orderOf('serial,asset tag\n5CD1,7\n5CD2,11').machines.map(({ assetTag }) => assetTag)).toEqual([
      '7',
      '11',
    ]);
  });

  it('two machines with one UUID are refused, whatever the byte order', () => {
    const text =
      'serial,uuid\n5CD1,4C4C4544-0031-4710-8043-C3C04F373132\n5CD2,44454C4C-3100-1047-8043-C3C04F373132';
    expect(problemsOf(text)).toHaveLength(1);
  });

  it('more MACs than a machine can have are refused', () => {
    const macs = Array.from({ length: 17 }, (_, index) => `001A2B3C4D${(index + 16).toString(16)}`);
    expect(problemsOf(`serial,mac\n5CD1,${macs.join(' ')}`)).toEqual([
      'line 2: there are 17 MACs: a machine has at most 16',
    ]);
  });
});

describe('a table', () => {
  it('is read as an enterprise sends it: names in any case, a BOM, semicolons, quotes', () => {
    const text = [
      '\uFEFF"Work Order Number";"Service Tag";"Asset-Tag";HOSTNAME;"SMBIOS GUID";"MAC address";Model;"Media SHA256";Image;Layout',
      `WO-2025-118;5cd1234xy1;A-0001;CONTOSO-001;{4c4c4544-0038-3110-8052-b4c04f4d3332};00-1a-2b-3c-4d-5e;"Latitude ""5440""; grey";${sha.toUpperCase()};2;UEFI`,
      `WO-2025-118;"0042PF";A-0002;CONTOSO-002;;001A.2B3C.4D5F, 00:1a:2b:3c:4d:60;Latitude 5440;${sha};2;uefi`,
      ';;;;;;;;;',
      '',
    ].join('\r\n');
    expect(orderOf(text, null)).toEqual({
      version: 1,
      number: 'WO-2025-118',
      mediaSha256: sha,
      imageIndex: 2,
      layout: 'uefi',
      machines: [
        {
          serial: '5CD1234XY1',
          assetTag: 'A-0001',
          computerName: 'CONTOSO-001',
          uuid: '4C4C4544-0038-3110-8052-B4C04F4D3332',
          macs: ['00:1A:2B:3C:4D:5E'],
          model: 'Latitude "5440"; grey',
        },
        {
          serial: '0042PF',
          assetTag: 'A-0002',
          computerName: 'CONTOSO-002',
          macs: ['00:1A:2B:3C:4D:5F', '00:1A:2B:3C:4D:60'],
          model: 'Latitude 5440',
        },
      ],
    });
  });

  it('may be a clipboard with tabs, name its separator, or have a MAC a column', () => {
    expect(orderOf('Serial Number\tComputer Name\n5CD1\tPC-1\n').machines).toEqual([
      { serial: '5CD1', computerName: 'PC-1' },
    ]);
    expect(orderOf('sep=;\nserial;name\n5CD1;PC-1').machines[0]?.computerName).toBe('PC-1');
    expect(problemsOf('sep=;\nserial;mac\n5CD1;zz')).toEqual([expect.stringContaining('line 3: ')]);
    expect(orderOf('serial,MAC 1,MAC 2\n5CD1,001a2b3c4d5e,001a2b3c4d5f').machines[0]?.macs).toEqual([
      '00:1A:2B:3C:4D:5E',
      '00:1A:2B:3C:4D:5F',
    ]);
  });

  it('keeps zeros at the beginning, also in the formula that protects them', () => {
    const text = 'serial,asset tag\n00123456,0007\n"=""0000777A""","=""0008"""';
    expect(orderOf(text).machines).toEqual([
      { serial: '00123456', assetTag: '0007' },
      { serial: '0000777A', assetTag: '0008' },
    ]);
  });

  it('counts the lines of quoted line breaks', () => {
    expect(problemsOf('serial,model\n5CD1,"Latitude\r\n5440"\nnone,x')).toEqual([
      expect.stringContaining("line 4: 'NONE' is a placeholder that firmware shows"),
    ]);
  });

  it('leaves out columns that it does not know, and says so', () => {
    expect(warningsOf('serial,Cost centre\n5CD1,77')).toEqual([
      "line 1: the column 'Cost centre' is not known and was ignored",
    ]);
  });
});

describe('the ship-by day', () => {
  it('is read in each form of an order, and refused when it is no day', () => {
    expect(orderOf('Ship by;Serial\n2027-02-28;5CD1').shipBy).toBe('2027-02-28');
    const json = (shipBy: unknown): string =>
      JSON.stringify({ version: 1, number: '1', shipBy, machines: [{ serial: '5CD1' }] });
    expect(orderOf(json('2027-02-28'), null).shipBy).toBe('2027-02-28');
    expect(problemsOf(json('2027-02-29').replace('"1"', '"4711"'))).toEqual([
      "line 1: '2027-02-29' is not a day; write it as 2027-01-31",
    ]);
    expect(problemsOf('ship-by,serial\n28.02.2027,5CD1')).toEqual([
      "line 2: '28.02.2027' is not a day; write it as 2027-01-31",
    ]);
    expect(problemsOf('ship by date,serial\n2027-02-28,5CD1\n2027-03-01,5CD2')).toEqual([
      "line 3: the ship-by day is '2027-03-01' here but '2027-02-28' in line 2: a work order has only one",
    ]);
  });
});

describe('serials alone', () => {
  it('are read one a line, typed or pasted, with or without a title', () => {
    const machines = [{ serial: '5CD1234XY1' }, { serial: '0042PF' }];
    expect(orderOf('5cd1234xy1\n\n 0042pf \n').machines).toEqual(machines);
    expect(orderOf('Serial number\r\n5CD1234XY1\r\n0042PF').machines).toEqual(machines);
  });

  it('are refused when several things stand in a line and nobody says what they are', () => {
    expect(problemsOf('5CD1,A-1\n5CD2,A-2')).toEqual([
      expect.stringContaining("no column is named 'serial'"),
    ]);
  });

  it('warn of a blank inside', () => {
    expect(warningsOf('5CD1 5CD2')).toEqual([expect.stringContaining('one machine or two')]);
  });
});

describe('what is wrong', () => {
  it('is told whole, each with its line', () => {
    const text = [
      'serial,computer name,uuid,mac,media sha256,image,layout',
      `1.23E+11,PC-1,,,${sha},1,uefi`,
      `5CD1,P,not-a-uuid,00:11:22,${sha},0,bios`,
      `5CD1,pc-3,,,${'cd'.repeat(32)},1,uefi`,
      ',PC-3,,,,,',
      '5CD5,PC-4,,',
      '5CD6,PC-3,00000000-0000-0000-0000-000000000000,FF:FF:FF:FF:FF:FF,abc,,',
    ].join('\n');
    expect(problemsOf(text).map((problem) => problem.slice(0, 62))).toEqual([
      "line 2: the serial '1.23E+11' was converted to a number by a s",
      "line 3: 'P' is not a computer name of 2 to 15 characters",
      "line 3: 'not-a-uuid' is not a UUID, which has 32 hexadecimal d",
      "line 3: '00:11:22' is not a MAC, which has six pairs of hexade",
      "line 3: '0' is not an image number (1, 2, 3, …)",
      "line 3: there is no layout 'bios'; choose one of: uefi, uefi-r",
      'line 4: the serial 5CD1 is already used in line 3',
      'line 4: the media SHA-256 is cdcdcdcdcdcd… here but ababababab',
      'line 5: the serial is missing',
      'line 6: there are 4 fields, but the header has 7: a separator ',
      "line 7: '00000000-0000-0000-0000-000000000000' is a placeholde",
      "line 7: 'FF:FF:FF:FF:FF:FF' is not a MAC, which has six pairs ",
      'line 7: the computer name PC-3 is already used in line 4',
      "line 7: 'abc' is not a SHA-256, which has 64 hexadecimal digit",
    ]);
  });

  it.each([
    ['1.23E+11', 'converted to a number by a spreadsheet'],
    ['1,23457E+11', 'converted to a number by a spreadsheet'],
    ['5E+05', 'converted to a number by a spreadsheet'],
    ['12345678.0', 'converted to a number by a spreadsheet or a script'],
    ['12-Mar', 'converted to a date'],
    ['Mar-12', 'converted to a date'],
    ['12.03.2025', 'converted to a date'],
    ['#N/A', 'is a spreadsheet error, not a value'],
    ['########', 'is a spreadsheet error, not a value'],
    ['5CD\u200b1234', 'an invisible character'],
    ['To be filled by O.E.M.', 'a placeholder that firmware shows'],
  ])('a serial that a spreadsheet damaged: %s', (serial, words) => {
    expect(problemsOf(`serial;model\n${serial};x`)).toEqual([expect.stringContaining(words)]);
  });

  it('does not take sound serials for damaged ones', () => {
    for (const serial of ['12E45678', '5E05', 'MAR12', 'DEC-1234', '1234567890123456', 'PF-0A1E+5']) {
      expect(orderOf(`serial\n${serial}`).machines).toEqual([{ serial }]);
    }
    expect(warningsOf('serial\n1234567890123450')).toEqual([expect.stringContaining('lose digits')]);
  });

  it('finds quotation marks that do not close, and text behind them', () => {
    expect(problemsOf('serial,model\n5CD1,"open\n5CD2,x\n')).toEqual([
      expect.stringContaining('line 2: a quotation mark opens here'),
    ]);
    expect(problemsOf('serial,model\n5CD1,"shut" up\n')).toEqual([
      "line 2: there is text after a closing quotation mark: 'up'",
    ]);
    expect(orderOf('serial,model\n5CD1,15" screen').machines[0]?.model).toBe('15" screen');
  });

  it('wants a number, and one only', () => {
    expect(problemsOf('serial\n5CD1', null)).toEqual([
      expect.stringContaining('the work order number is missing'),
    ]);
    expect(problemsOf('serial,order\n5CD1,4712')).toEqual([
      "line 2: the work order number is '4712' here but '4711' in the number given: a work order has only one",
    ]);
    expect(problemsOf('serial,serial number\n5CD1,5CD2')).toContain('line 1: two columns contain the serial');
    expect(problemsOf('')).toEqual(['it contains no machines']);
  });
});

describe('JSON', () => {
  const good = {
    version: 1,
    number: '4711',
    mediaSha256: sha,
    imageIndex: 1,
    machines: [{ serial: '5cd1', macs: ['00-1a-2b-3c-4d-5e'] }],
  };

  it('is the form of core/order/order.ts, its values read like those of a table', () => {
    expect(orderOf(JSON.stringify(good), null)).toEqual({
      ...good,
      machines: [{ serial: '5CD1', macs: ['00:1A:2B:3C:4D:5E'] }],
    });
  });

  it('tells all that is wrong, with lines', () => {
    const text = `{
  "version": 2,
  "number": "4711",
  "mediaSha256": "${sha}",
  "colour": "red",
  "machines": [
    { "serial": 123456 },
    { "serial": "5CD1",
      "macs": ["00:1a:2b:3c:4d:5e", "zz"], "owner": "x" },
    { "serial": "5CD1" }
  ],
  "mediaSha256": "${'cd'.repeat(32)}"
}`;
    expect(problemsOf(text, null)).toEqual([
      'line 2: the version is not 1: this version of Prestage cannot read it',
      "line 5: a work order has no member 'colour'",
      expect.stringContaining('line 7: machine 1: serial is a number: put it in quotation marks'),
      'line 7: the serial is missing',
      expect.stringContaining("line 8: 'zz' is not a MAC"),
      "line 9: machine 2: a machine has no member 'owner'",
      'line 10: the serial 5CD1 is already used in line 8',
      'line 12: mediaSha256 is there twice',
    ]);
  });

  it('says where it breaks off', () => {
    expect(problemsOf('{\n "version": 1,\n "number": 47x1 }')).toEqual([
      expect.stringMatching(/^line 3: this looks like JSON but is not valid/),
    ]);
    expect(problemsOf('{\n "version": 1,\n')).toEqual([
      expect.stringMatching(/line \d: this looks like JSON/),
    ]);
    expect(problemsOf('[]')).toEqual([expect.stringContaining('not a work order')]);
  });
});

describe('a number that is no serial', () => {
  it.each([
    ['CN0WF28J7016635V0A5DA00', "'CN0WF28J7016635V0A5DA00' is the number of a Dell part (PPID)"],
    ['490154203237518', "'490154203237518' is the number of a mobile modem (IMEI)"],
    ['00:1B:44:11:3A:B7', "'00:1B:44:11:3A:B7' is a network address (MAC)"],
    ['W269N-WFGWX-YVC9B-4J6C9-T83GX', 'is a Windows product key, not the serial of a machine'],
  ])('in the column of serials is refused and named: %s', (text, problem) => {
    expect(problemsOf(`serial,name\n${text},PC-1\n`).join()).toContain(problem);
    expect(problemsOf(`${text}\n`).join()).toContain(problem);
    const json = { version: 1, number: '4711', machines: [{ serial: text }] };
    expect(problemsOf(JSON.stringify(json)).join()).toContain(problem);
  });
  it('is told where serials of some maker have the form, too', () => {
    expect(warningsOf('serial\n012345678912\n')).toEqual([
      "line 2: '012345678912' has the form of a product number (EAN, UPC): compare it with the serial on the label",
    ]);
  });
  it('is taken where the settings say so, and in an order that was opened before', () => {
    const settings = scanSettingsSchema.parse({ serialPatterns: [{ maker: 'ours', pattern: '\\d{15}' }] });
    expect(readOrder('serial\n490154203237518\n', '4711', settings).result).toBe('read');
    expect(readOrder('serial\n490154203237518\n', '4711', null).result).toBe('read');
  });
  it('of a label that holds a serial gives the serial', () => {
    expect(orderOf('serial\n1S20XW0012USPF2ABCDE\n').machines).toEqual([{ serial: 'PF2ABCDE' }]);
  });
});

describe('the usual exporters', () => {
  const machines = [
    { serial: '7KX9PQ1', computerName: 'PC-1', model: 'Latitude, 14' },
    { serial: '7KX9PQ2', computerName: 'PC-2' },
  ];
  const table = '"Serial","Name","Model"\r\n"7KX9PQ1","PC-1","Latitude, 14"\r\n"7KX9PQ2","PC-2",""\r\n';
  const whole = (text: string): string =>
    text.replace(/^(?=.)|(?<=.)(?=\r?$)/gm, '').replace(/^(.+?)(\r?)$/gm, (_, line: string, end: string) => {
      return `"${line.replaceAll('"', '""')}"${end}`;
    });

  it.each([
    [
      'Export-Csv of Windows PowerShell',
      `#TYPE Selected.System.Management.Automation.PSCustomObject\r\n${table}`,
    ],
    ['Export-Csv with its first line in quotes', `"#TYPE System.Data.DataRow"\r\n${table}`],
    ['Export-Csv with semicolons', `#TYPE System.Object\r\n${table.replaceAll('","', '";"')}`],
    ['a spreadsheet with sep', `sep=;\r\n${table.replaceAll('","', '";"')}`],
    ['a spreadsheet with sep in quotes', `\uFEFF"sep=;"\r\n${table.replaceAll('","', '";"')}`],
    ['tabs', table.replaceAll('","', '"\t"')],
    ['bars', table.replaceAll('","', '"|"')],
    ['line ends of an old Mac', table.replaceAll('\r\n', '\r')],
    ['blank lines behind it', `${table}\r\n\r\n"","",""\r\n   \r\n`],
    ['whole lines in quotes', whole(table)],
    ['whole lines in quotes, with #TYPE', `#TYPE X\r\n${whole(table)}`],
    ['whole lines in quotes, and a separator behind them', whole(table).replaceAll('"\r\n', '",\r\n')],
    [
      'only the rows as whole lines in quotes',
      `Serial,Name,Model\n${whole(table).split('\r\n').slice(1).join('\n')}`,
    ],
  ])('%s', (_, text) => {
    expect(orderOf(text).machines).toEqual(machines);
    expect(warningsOf(text)).toEqual([]);
  });
  it('lines keep their numbers', () => {
    expect(problemsOf('#TYPE X\nserial,uuid\n7KX9PQ1,zz\n').join()).toContain('line 3: ');
    expect(problemsOf('#TYPE X\n"serial,uuid"\n"7KX9PQ1,zz"\n').join()).toContain('line 3: ');
  });
  it('a list of serials in quotes, with #TYPE, is a list', () => {
    expect(orderOf('#TYPE System.String\r\n"Serial"\r\n"7KX9PQ1"\r\n').machines).toEqual([
      { serial: '7KX9PQ1' },
    ]);
  });
  it.each([
    [
      'a table as PowerShell shows it',
      'SerialNumber Name\r\n------------ ----\r\n7KX9PQ1      PC-1\r\n7KX9PQ2      PC-2\r\n',
      /^line 1: .*shows it on the screen.*Export-Csv/,
    ],
    [
      'a list as PowerShell shows it',
      '\r\nSerialNumber : 7KX9PQ1\r\nName         : PC-1\r\n\r\nSerialNumber : 7KX9PQ2\r\nName         : PC-2\r\n',
      /^line 2: .*shows it on the screen.*Export-Csv/,
    ],
    ['single quotes', "'Serial','Name'\n'7KX9PQ1','PC-1'\n", /^line 1: .*single quotation marks/],
    [
      'a title above the table',
      'Contoso\u202e, batch 7\n\nserial;name\n7KX9PQ1;PC-1\n',
      /^line 3: .*below 'Contoso, batch 7'/,
    ],
    [
      'a remark above the table',
      '# from Contoso\nserial,name\n7KX9PQ1,PC-1\n',
      /^line 2: .*below '# from Contoso'/,
    ],
  ])('%s is told in one sentence', (_, text, sentence) => {
    const problems = problemsOf(text);
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatch(sentence);
  });
  it('an empty column that is not known needs no word', () => {
    expect(warningsOf('serial,Windows Product ID\n7KX9PQ1,\n')).toEqual([]);
  });
});

describe('Ethernet and Wi-Fi', () => {
  const [lan, wlan] = ['00:1B:44:11:3A:01', '00:1B:44:11:3A:02'];
  const known = (head: string, row: string): object => {
    const { macs, wifiMacs } = orderOf(`serial,${head}\n7KX9PQ1,${row}\n`).machines[0] ?? {};
    return { macs, wifiMacs };
  };
  it.each([
    ['Wi-Fi MAC,Ethernet MAC', `${wlan},${lan}`],
    ['Ethernet MAC,Wi-Fi MAC', `${lan},${wlan}`],
    ['WLAN MAC,MAC', `${wlan},${lan}`],
    ['MAC Address (Wi-Fi),MAC Address (LAN)', `${wlan},${lan}`],
    ['Wireless MAC Address,Wired MAC Address', `${wlan},${lan}`],
    ['W-LAN-MAC-Adresse,LAN-MAC-Adresse', `${wlan},${lan}`],
    ['wifi_mac_address,pxe_mac', `${wlan},${lan}`],
    ['MAC 802.11,MAC NIC 1', `${wlan},${lan}`],
  ])('are told apart, whichever comes first: %s', (head, row) => {
    expect(known(head, row)).toEqual({ macs: [lan, wlan], wifiMacs: [wlan] });
    expect(warningsOf(`serial,${head}\n7KX9PQ1,${row}\n`)).toEqual([]);
  });
  it.each(['Bluetooth MAC', 'BMC MAC', 'Dock MAC', 'WWAN MAC'])('%s is of neither, and is told', (head) => {
    expect(known(head, wlan)).toEqual({});
    expect(warningsOf(`serial,${head}\n7KX9PQ1,${wlan}\n`).join()).toContain(`'${head}' is not known`);
  });
  it('several that are not said to be of either are told once', () => {
    const text = `serial,MAC 1,MAC 2\n7KX9PQ1,${wlan},${lan}\n7KX9PQ2,00:1B:44:11:3A:03,00:1B:44:11:3A:04\n`;
    expect(known('MAC 1,MAC 2', `${wlan},${lan}`)).toEqual({ macs: [wlan, lan] });
    expect(warningsOf(text)).toEqual([
      'line 2: it is not said which of its MACs is the Ethernet one: the first is used for the import file of Configuration Manager (and so of 1 more)',
    ]);
  });
  it('are told apart in JSON', () => {
    const json = {
      version: 1,
      number: '4711',
      machines: [{ serial: '7KX9PQ1', wifiMacs: [wlan], macs: [wlan, lan] }],
    };
    expect(orderOf(JSON.stringify(json)).machines[0]).toEqual({
      serial: '7KX9PQ1',
      macs: [lan, wlan],
      wifiMacs: [wlan],
    });
  });
  it('are one column as an earlier version read it', () => {
    const former = readOrder(
      `serial,wifi mac,ethernet mac,group tag\n7KX9PQ1,${wlan},${lan},x\n`,
      '1',
      'former',
    );
    expect(former).toMatchObject({ order: { machines: [{ serial: '7KX9PQ1', macs: [wlan, lan] }] } });
  });
});

describe('what Windows Autopilot is to know', () => {
  it('is read', () => {
    const text =
      'Device Serial Number,Windows Product ID,Hardware Hash,Group Tag,Assigned User\n7KX9PQ1,,T0FB0001,Sales EU,ada@contoso.com\n';
    expect(orderOf(text).machines).toEqual([
      { serial: '7KX9PQ1', hardwareHash: 'T0FB0001', groupTag: 'Sales EU', assignedUser: 'ada@contoso.com' },
    ]);
    expect(warningsOf(text)).toEqual([]);
  });
  it('a user that is none is refused', () => {
    expect(problemsOf('serial,assigned user\n7KX9PQ1,ada\n')).toEqual([
      "line 2: 'ada' is not a user principal name (name@domain)",
    ]);
  });
});
