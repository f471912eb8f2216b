import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { driveIdOf } from '../../../../helper/drives/identity';

const identity = {
  path: '/dev/sda',
  serial: 'S3TUNX0K123456',
  wwn: '0x5002538d00000001',
  size: 256060514304,
};

describe('driveIdOf', () => {
  it('is stable', () => {
    // printf '%s' 'S3TUNX0K123456|0x5002538d00000001|256060514304|/dev/sda' | sha256sum
    expect(driveIdOf(identity, 'SSD')).toBe('S3TUNX0K123456-401b8ca5');
  });

  it('falls back to the model, the path, and a fixed word', () => {
    expect(driveIdOf({ ...identity, serial: null }, 'Ultra Fit!')).toMatch(/^ULTRA-FIT-[0-9a-f]{8}$/);
    expect(driveIdOf({ ...identity, serial: '=' }, null)).toMatch(/^SDA-[0-9a-f]{8}$/);
    expect(driveIdOf({ ...identity, serial: null, path: '/ü' }, null)).toMatch(/^DRIVE-[0-9a-f]{8}$/);
  });

  it('changes with every part of the identity', () => {
    const ids = [
      identity,
      { ...identity, path: '/dev/sdb' },
      { ...identity, wwn: null },
      { ...identity, size: identity.size + 512 },
      { ...identity, serial: 's3tunx0k123456' },
    ].map((one) => driveIdOf(one, null));
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('is safe on a command line whatever the device says', () => {
    const text = fc.oneof(fc.string(), fc.string({ unit: 'grapheme' }), fc.constant(null));
    fc.assert(
      fc.property(text, text, fc.string(), (serial, model, path) => {
        expect(driveIdOf({ path, serial, wwn: null, size: 0 }, model)).toMatch(
          /^[A-Z0-9.]([A-Z0-9.-]{0,22}[A-Z0-9.])?-[0-9a-f]{8}$/,
        );
      }),
    );
  });
});
