import { expect, it } from 'vitest';
import { ownBytes } from '../../../../helper/disk-image/store-template';

it('a GUID that begins in one piece and ends in the next is in both, whole', () => {
  const guids = {
    diskGuid: '00112233-4455-6677-8899-aabbccddeeff',
    efiPartitionGuid: '00000000-0000-0000-0000-000000000001',
    windowsPartitionGuid: '00000000-0000-0000-0000-000000000002',
  };
  const mark = { offset: 90, length: 16, guid: 'diskGuid', from: 0 } as const;
  const pieces = [0, 100].map((offset) => ({ offset, bytes: Buffer.alloc(100, 0xee), marks: [mark] }));
  const written = Buffer.concat(pieces.map((piece) => ownBytes(piece, guids)));
  // Its first three fields are little endian.
  expect(written.subarray(90, 106).toString('hex')).toBe('33221100554477668899aabbccddeeff');
  expect(written.subarray(0, 90).every((byte) => byte === 0xee)).toBe(true);
  expect(written.subarray(106).every((byte) => byte === 0xee)).toBe(true);
});
