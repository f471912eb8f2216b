import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PrestageError } from '../../../../core/base/errors';
import { parseWimHeader, readWimResource, wimHeaderBytes } from '../../../../helper/media/wim-header';

const fileBytes = 10_000;

interface Fields {
  magic?: string;
  headerSize?: number;
  version?: number;
  flags?: number;
  part?: number;
  parts?: number;
  blobTable?: readonly [bytes: number, offset: number];
  xml?: readonly [bytes: number, offset: number, originalBytes?: number];
  integrity?: readonly [bytes: number, offset: number];
}

function header(fields: Fields = {}): Buffer {
  const bytes = Buffer.alloc(wimHeaderBytes);
  bytes.write(fields.magic ?? 'MSWIM\0\0\0', 0, 'latin1');
  bytes.writeUInt32LE(fields.headerSize ?? wimHeaderBytes, 8);
  bytes.writeUInt32LE(fields.version ?? 0x10d00, 12);
  bytes.writeUInt32LE(fields.flags ?? 0x40002, 16);
  bytes.writeUInt32LE(32768, 20);
  bytes.fill(0xab, 24, 40);
  bytes.writeUInt16LE(fields.part ?? 1, 40);
  bytes.writeUInt16LE(fields.parts ?? 1, 42);
  bytes.writeUInt32LE(3, 44);
  const resource = (at: number, [stored, offset, original]: readonly [number, number, number?]): void => {
    bytes.writeUIntLE(stored, at, 6);
    bytes.writeBigUInt64LE(BigInt(offset), at + 8);
    bytes.writeBigUInt64LE(BigInt(original ?? stored), at + 16);
  };
  resource(48, fields.blobTable ?? [500, 9000]);
  resource(72, fields.xml ?? [400, 9500]);
  resource(124, fields.integrity ?? [0, 0]);
  return bytes;
}

function codeOf(bytes: Buffer, size = fileBytes): string {
  try {
    parseWimHeader(bytes, size, '/m/file.wim');
    return 'fine';
  } catch (error) {
    if (!(error instanceof PrestageError)) throw error;
    expect(error.data.message).toContain('/m/file.wim');
    return error.code;
  }
}

describe('parseWimHeader', () => {
  it('reads a header', () => {
    expect(parseWimHeader(header(), fileBytes, 'f')).toEqual({
      version: 0x10d00,
      flags: 0x40002,
      compression: 'LZX',
      guid: 'ab'.repeat(16),
      part: 1,
      parts: 1,
      imageCount: 3,
      bootIndex: 0,
      chunkSize: 32_768,
      pipable: false,
      blobTable: { flags: 0, storedBytes: 500, offset: 9000, originalBytes: 500 },
      xml: { flags: 0, storedBytes: 400, offset: 9500, originalBytes: 400 },
      integrity: { flags: 0, storedBytes: 0, offset: 0, originalBytes: 0 },
      writeInProgress: false,
    });
  });

  it.each([
    [0, 'none'],
    [0x20002, 'XPRESS'],
    [0x200002, 'XPRESS'],
    [0x40002, 'LZX'],
    [0x80002, 'LZMS'],
  ])('reads the compression of flags %i', (flags, compression) => {
    expect(parseWimHeader(header({ flags }), fileBytes, 'f').compression).toBe(compression);
  });

  it('takes an ESD, a pipable WIM, and notices an unfinished one', () => {
    expect(codeOf(header({ version: 0xe00, flags: 0x80002 }))).toBe('fine');
    expect(codeOf(header({ magic: 'WLPWM\0\0\0' }))).toBe('fine');
    expect(parseWimHeader(header({ flags: 0x40042 }), fileBytes, 'f').writeInProgress).toBe(true);
  });

  it.each<[string, Fields, string]>([
    ['another magic', { magic: 'MSWIN\0\0\0' }, 'media-not-a-wim'],
    ['another header size', { headerSize: 96 }, 'media-corrupt'],
    ['another version', { version: 0x10e00 }, 'media-corrupt'],
    ['no compression that exists', { flags: 0x2 }, 'media-corrupt'],
    ['two compressions', { flags: 0x60002 }, 'media-corrupt'],
    ['part 0', { part: 0 }, 'media-corrupt'],
    ['part 3 of 2', { part: 3, parts: 2 }, 'media-corrupt'],
    ['blob table beyond the end', { blobTable: [500, 9501] }, 'media-truncated'],
    ['XML beyond the end', { xml: [400, 9601] }, 'media-truncated'],
    ['integrity table beyond the end', { integrity: [1, 10_000] }, 'media-truncated'],
    ['offset beyond any file', { xml: [400, Number.MAX_SAFE_INTEGER] }, 'media-truncated'],
    ['a table in the header', { blobTable: [50, 100] }, 'media-corrupt'],
    ['no XML', { xml: [0, 0] }, 'media-corrupt'],
    ['XML of two sizes', { xml: [400, 9500, 401] }, 'media-corrupt'],
  ])('refuses %s', (_, fields, code) => {
    expect(codeOf(header(fields))).toBe(code);
  });

  it('tells a file that is cut off from one that is no WIM', () => {
    expect(codeOf(Buffer.alloc(0), 0)).toBe('media-truncated');
    expect(codeOf(header().subarray(0, 207), 207)).toBe('media-truncated');
    expect(codeOf(Buffer.from('MSWIM\0\0\0', 'latin1'), 8)).toBe('media-truncated');
    expect(codeOf(Buffer.from('hello'), 5)).toBe('media-not-a-wim');
  });

  it('gives a header or one of our errors for any bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 0, maxLength: 208 }), fc.nat(), (bytes, size) => {
        const whole = header();
        whole.set(bytes.subarray(0, 200), 8);
        codeOf(whole, size + wimHeaderBytes);
        codeOf(Buffer.from(bytes), bytes.length);
      }),
    );
  });

  it('reads sizes of 56 bits, and takes numbers beyond 2^53 for endless', () => {
    const bytes = Buffer.alloc(24, 0xff);
    expect(readWimResource(bytes, 0)).toMatchObject({
      flags: 0xff,
      offset: Infinity,
      originalBytes: Infinity,
    });
    bytes.fill(0);
    bytes.writeUInt8(1, 6);
    expect(readWimResource(bytes, 0).storedBytes).toBe(2 ** 48);
  });
});
