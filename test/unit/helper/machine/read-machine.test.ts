import { mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { thisMachineSchema, type ThisMachine } from '../../../../core/machine/this-machine';
import { assessThisMachine } from '../../../../helper/machine/assess-this-machine';
import { parseDmidecode, readMachine } from '../../../../helper/machine/read-machine';
import type { NetworkInterface } from '../../../../helper/machine/machine-sysfs';
import { emptyTexts, type FirmwareTexts } from '../../../../helper/machine/firmware-texts';
import { temporaryArea } from '../../../support/global-setup';

const recorded = (name: string): string =>
  readFileSync(join(import.meta.dirname, '../../../fixtures/recorded/machine', name), 'utf8');
const assess = (texts: Partial<FirmwareTexts>, interfaces: readonly NetworkInterface[] = []): ThisMachine =>
  thisMachineSchema.parse(assessThisMachine({ ...emptyTexts, ...texts }, interfaces, 'sysfs'));
const uuid = '00112233-4455-6677-8899-AABBCCDDEEFF';

describe('what dmidecode printed', () => {
  it('of a Dell is serial, UUID and model', () => {
    expect(assess(parseDmidecode(recorded('dell-inspiron.txt')))).toMatchObject({
      serial: 'C1GC712',
      facts: { uuid: '4C4C4544-0031-4710-8043-C3C04F373132', model: 'Dell Inc. Inspiron 3542' },
      refused: [],
    });
  });
  it('of a board that nobody filled is nothing, and each refusal is told; the board’s own serial is no machine’s', () => {
    const { serial, facts: details, refused } = assess(parseDmidecode(recorded('asrock-unfilled.txt')));
    expect([serial, details]).toEqual([null, { board: 'FM2A88X-ITX+' }]);
    expect(refused.map(({ what, why }) => `${what}: ${why}`)).toEqual([
      'serial: placeholder',
      'serial: placeholder',
      'uuid: shared',
      'asset-tag: placeholder',
      'model: placeholder',
    ]);
  });
  it('of a table that breaks off is what stands before', () => {
    expect(assess(parseDmidecode(recorded('mini-pc-broken.txt')))).toMatchObject({
      serial: null,
      facts: { model: 'AZW EQ' },
    });
  });
  it('of an old table has its UUID turned, the chassis’ serial, and the first chassis’', () => {
    const texts = parseDmidecode(recorded('lenovo-old.txt'));
    expect(texts.version).toEqual({ major: 2, minor: 4 });
    expect(assess(texts)).toMatchObject({
      serial: 'PF2ABCDE',
      facts: { uuid, assetTag: 'C-4711', model: 'LENOVO ThinkPad T14 (20XW0012US)' },
      refused: [{ what: 'serial', text: 'Not Specified', why: 'placeholder' }],
    });
  });
  it.each([
    '',
    '# dmidecode 3.4\nScanning /dev/mem for entry point.\n',
    '# No SMBIOS nor DMI entry point found, sorry.\n',
  ])('%j is nothing', (output) => {
    expect(parseDmidecode(output)).toBe(emptyTexts);
  });
});

describe('what names a machine', () => {
  it.each<[string, Partial<FirmwareTexts>, ThisMachine['refused']]>([
    [
      'zeros',
      { uuid: '00000000-0000-0000-0000-000000000000' },
      [{ what: 'uuid', text: '00000000-0000-0000-0000-000000000000', why: 'placeholder' }],
    ],
    [
      'dmidecode’s word',
      { uuid: 'Not Settable' },
      [{ what: 'uuid', text: 'Not Settable', why: 'placeholder' }],
    ],
    [
      'a sample, not turned',
      { uuid: '00020003-0004-0005-0006-000700080009' },
      [{ what: 'uuid', text: '00020003-0004-0005-0006-000700080009', why: 'shared' }],
    ],
    ['no UUID at all', { uuid: 'xyz' }, [{ what: 'uuid', text: 'xyz', why: 'invalid' }]],
    ['a serial of signs', { systemSerial: '=?=' }, [{ what: 'serial', text: '=?=', why: 'invalid' }]],
    [
      'no asset tag',
      { assetTag: 'No Asset Tag' },
      [{ what: 'asset-tag', text: 'No Asset Tag', why: 'placeholder' }],
    ],
  ])('%s is told and not taken', (_what, texts, refused) => {
    expect(assess(texts)).toMatchObject({ serial: null, facts: {}, refused });
  });
  it('hostile text is made safe', () => {
    expect(
      assess({ vendor: 'Evil\u001b[31m', product: 'XY\u202e'.repeat(45), assetTag: 'A\u0007B' }).facts,
    ).toEqual({
      model: `Evil[31m ${'XY'.repeat(35)}…`,
      assetTag: 'AB',
      maker: 'Evil[31m',
    });
  });
  it('MACs of adapters that move, or that somebody changed, are told and not taken', () => {
    const one = { name: 'a', movable: false, original: true, wireless: false };
    const { facts: details, refused } = assess({}, [
      { ...one, address: '00:1b:44:11:3a:b7' },
      { ...one, address: '00:1b:44:11:3a:b7' },
      { ...one, address: '00:1b:44:11:3a:b8', movable: true },
      { ...one, address: '02:1b:44:11:3a:b9', original: false },
      { ...one, address: '00:00:00:00:00:00' },
    ]);
    expect(details.macs).toEqual(['00:1B:44:11:3A:B7']);
    expect(refused.map(({ why }) => why)).toEqual(['movable', 'changed', 'invalid']);
  });
  it('the MAC of a Wi-Fi adapter comes after those of Ethernet, and is told to be one', () => {
    const one = { movable: false, original: true };
    const { facts } = assess({}, [
      { ...one, name: 'a', address: '00:1b:44:11:3a:02', wireless: true },
      { ...one, name: 'b', address: '00:1b:44:11:3a:01', wireless: false },
    ]);
    expect(facts).toEqual({
      macs: ['00:1B:44:11:3A:01', '00:1B:44:11:3A:02'],
      wifiMacs: ['00:1B:44:11:3A:02'],
    });
  });
});

describe('a folder like /sys', () => {
  const sys = (files: Readonly<Record<string, string | Buffer>>): string => {
    const root = temporaryArea('sys');
    for (const [name, content] of Object.entries(files)) {
      mkdirSync(join(root, name, '..'), { recursive: true });
      writeFileSync(join(root, name), content);
    }
    return root;
  };
  const id = (name: string): string => `class/dmi/id/${name}`;

  it('gives serial, asset tag, UUID, model and the MACs of hardware', async () => {
    const root = sys({
      [id('sys_vendor')]: 'LENOVO\n',
      [id('product_name')]: '20XW0012US\n',
      [id('product_version')]: 'ThinkPad T14\n',
      [id('product_serial')]: 'PF2ABCDE\n',
      [id('chassis_asset_tag')]: 'No Asset Information\n',
      [id('product_uuid')]: `${uuid.toLowerCase()}\n`,
    });
    const net = (name: string, device: string | null, address: string, assigned = '0', type = '1'): void => {
      const folder = join(root, 'devices/net', name);
      mkdirSync(folder, { recursive: true });
      writeFileSync(join(folder, 'address'), `${address}\n`);
      writeFileSync(join(folder, 'addr_assign_type'), `${assigned}\n`);
      writeFileSync(join(folder, 'type'), `${type}\n`);
      if (device !== null) {
        mkdirSync(join(root, 'devices', device), { recursive: true });
        symlinkSync(join(root, 'devices', device), join(folder, 'device'));
      }
      mkdirSync(join(root, 'class/net'), { recursive: true });
      symlinkSync(folder, join(root, 'class/net', name));
    };
    net('wlan0', 'pci0000:00/0000:00:14.3', '3c:52:82:01:02:04');
    net('eth0', 'pci0000:00/0000:00:1f.6', '3c:52:82:01:02:03');
    net('dock0', 'pci0000:00/0000:00:14.0/usb2/2-1/2-1:1.0', '3c:52:82:01:02:05');
    net('docker0', null, '3c:52:82:01:02:06');
    net('ib0', 'pci0000:00/0000:01:00.0', '80:00:02:08', '0', '32');
    expect(await readMachine(root)).toEqual({
      serial: 'PF2ABCDE',
      facts: {
        uuid,
        model: 'LENOVO ThinkPad T14 (20XW0012US)',
        maker: 'LENOVO',
        macs: ['3C:52:82:01:02:03', '3C:52:82:01:02:04'],
      },
      refused: [
        { what: 'asset-tag', text: 'No Asset Information', why: 'placeholder' },
        { what: 'mac', text: '3C:52:82:01:02:05', why: 'movable' },
      ],
      source: 'sysfs',
      needsPrivilege: false,
    });
    rmSync(root, { recursive: true });
  });
  it.each([
    ['_SM3_', Buffer.from('5f534d335fe71803020001', 'hex'), uuid],
    ['_SM_, 2.4', Buffer.from('5f534d5fb91f020400', 'hex'), '33221100-5544-7766-8899-AABBCCDDEEFF'],
    ['no entry point', Buffer.alloc(3), uuid],
  ])('turns the UUID of tables older than 2.6: %s', async (_what, point, printed) => {
    const root = sys({ [id('product_uuid')]: printed, 'firmware/dmi/tables/smbios_entry_point': point });
    expect((await readMachine(root)).facts.uuid).toBe(uuid);
    rmSync(root, { recursive: true });
  });
  it('without SMBIOS is an answer', async () => {
    const root = temporaryArea('sys');
    const found = await readMachine(root);
    // Asks dmidecode, which looks at the real machine: here and on most that run tests it finds nothing, or is missing.
    expect(found.facts.macs).toBeUndefined();
    expect(['none', 'dmidecode']).toContain(found.source);
    rmSync(root, { recursive: true });
  });
  it('says that there is something only root may read', async ({ skip }) => {
    if (process.geteuid?.() === 0) skip('root may read everything');
    const root = sys({ [id('product_serial')]: 'PF2ABCDE\n', [id('product_name')]: 'T14\n' });
    const { chmodSync } = await import('node:fs');
    chmodSync(join(root, id('product_serial')), 0);
    expect(await readMachine(root)).toMatchObject({
      serial: null,
      facts: { model: 'T14' },
      needsPrivilege: true,
    });
    rmSync(root, { recursive: true });
  });
});
