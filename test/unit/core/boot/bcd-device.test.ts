import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  decodeDevice,
  encodeDevice,
  guidBytes,
  guidText,
  type BcdDevice,
} from '../../../../core/boot/bcd-device';

const hex = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text.replace(/\s+/g, ''), 'hex'));
const zeros = (bytes: number): string => '00'.repeat(bytes);

/** Elements that Windows and bcdedit wrote. */
const recorded = {
  /** Published from a Windows 10 machine with an MBR disk: the partition of its recovery image. */
  mbrPartition: hex(`${zeros(16)} 06000000 00000000 48000000 00000000 0000100000000000 ${zeros(8)}
    00000000 01000000 b31464ff ${zeros(28)}`),
  /** As cobbler's sync trigger writes them for PXE media (bcdedit: `ramdisksdidevice boot`). */
  boot: hex(`${zeros(16)} 05000000 00000000 48000000 00000000 ${zeros(56)}`),
};

/** As bcdedit writes `ramdisk=[boot]\sources\boot.wim,{ramdiskoptions}`: 142 bytes and two for each character. */
const ramdiskFromBoot = (path: string): Uint8Array =>
  hex(`e03455ae 24a96c46 b8367585 39a3ee3a 00000000 01000000
    ${uint32(126 + 2 * path.length)} 00000000 03000000 ${zeros(20)} 01000000 ${uint32(86 + 2 * path.length)} 05000000
    05000000 00000000 48000000 00000000 ${zeros(56)} ${Buffer.from(path, 'utf16le').toString('hex')} 0000`);
function uint32(value: number): string {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes.toString('hex');
}

const guid = fc.uuid();
const simple = fc.oneof(
  fc.constant({ kind: 'boot' } as const),
  fc.record({ kind: fc.constant('gpt' as const), diskGuid: guid, partitionGuid: guid }),
);
const path = fc.string({ unit: 'binary', maxLength: 60 }).filter((text) => !text.includes('\0'));
const device: fc.Arbitrary<BcdDevice> = fc.oneof(
  simple,
  fc.record({
    kind: fc.constant('ramdisk' as const),
    options: guid.map((text) => `{${text}}`),
    source: simple,
    path,
  }),
);

describe('a device element', () => {
  it('keeps its bytes, whatever they are', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        expect(encodeDevice(decodeDevice(bytes))).toEqual(bytes);
      }),
    );
  });

  it('keeps its bytes when any one of them is changed', () => {
    fc.assert(
      fc.property(device, fc.nat(), fc.integer({ min: 1, max: 255 }), (one, place, change) => {
        const bytes = Uint8Array.from(encodeDevice(one));
        const at = place % bytes.length;
        bytes[at] = (bytes[at] ?? 0) ^ change;
        expect(encodeDevice(decodeDevice(bytes))).toEqual(bytes);
      }),
    );
  });

  it('is read back as it was written', () => {
    fc.assert(
      fc.property(device, (one) => {
        expect(decodeDevice(encodeDevice(one))).toEqual(one);
      }),
    );
  });

  it('is understood as others wrote it', () => {
    expect(decodeDevice(recorded.boot)).toEqual({ kind: 'boot' });
    expect(decodeDevice(ramdiskFromBoot('\\sources\\boot.wim'))).toEqual({
      kind: 'ramdisk',
      options: '{ae5534e0-a924-466c-b836-758539a3ee3a}',
      source: { kind: 'boot' },
      path: '\\sources\\boot.wim',
    });
    // The length that a published recovery entry has: \Recovery\WindowsRE\Winre.wim in 200 bytes.
    expect(ramdiskFromBoot('\\Recovery\\WindowsRE\\Winre.wim')).toHaveLength(200);
  });

  it('stays as it is where it is not understood', () => {
    expect(decodeDevice(recorded.mbrPartition)).toEqual({ kind: 'unknown', bytes: recorded.mbrPartition });
    expect(encodeDevice(decodeDevice(recorded.mbrPartition))).toEqual(recorded.mbrPartition);
  });

  it('is written where Windows looks for disk and partition', () => {
    const bytes = encodeDevice({
      kind: 'gpt',
      diskGuid: '00112233-4455-6677-8899-aabbccddeeff',
      partitionGuid: 'ffeeddcc-bbaa-9988-7766-554433221100',
    });
    expect(Buffer.from(bytes).toString('hex')).toBe(
      `${zeros(16)}06000000000000004800000000000000ccddeeffaabb88997766554433221100` +
        `000000000000000033221100554477668899aabbccddeeff${zeros(16)}`,
    );
  });
});

describe('a GUID', () => {
  it('is the same in text and bytes', () => {
    fc.assert(
      fc.property(guid, (text) => {
        expect(guidText(guidBytes(text))).toBe(`{${text}}`);
      }),
    );
  });
});
