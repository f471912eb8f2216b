import fc from 'fast-check';
import { DatabaseError } from 'pg';
import { describe, expect, it } from 'vitest';
import { fleetSettingsSchema } from '../../../../core/settings/fleet';
import { adminTarget } from '../../../../station/cli/fleet-target';
import { fleetError } from '../../../../station/fleet/driver-errors';
import { fleetPace, retryDelay } from '../../../../station/fleet/pusher';
import { settingsSchema } from '../../../../station/state/settings';

const remote = { host: 'db.plant.example', user: 'bench_7', tls: 'verify-full', caFile: '/etc/plant-ca.pem' };

describe('the settings of the plant’s database', () => {
  it('are left out by default', () => {
    expect(settingsSchema.parse({}).fleet).toBeUndefined();
  });

  it('take a server with TLS and this computer without', () => {
    expect(fleetSettingsSchema.parse(remote)).toEqual({ ...remote, port: 5432, database: 'prestage' });
    for (const host of ['localhost', '127.0.0.1', '127.1.2.3', '::1']) {
      expect(fleetSettingsSchema.safeParse({ host, user: 'a', tls: 'disable' }).success).toBe(true);
    }
  });

  it.each([
    ['a password', { ...remote, password: 'secret' }],
    ['no word about TLS', { host: 'localhost', user: 'a' }],
    ['TLS without an authority', { host: 'db', user: 'a', tls: 'verify-full' }],
    ['TLS that proves nothing', { ...remote, tls: 'require' }],
    ['no TLS over a network', { host: 'db.plant.example', user: 'a', tls: 'disable' }],
    ['no TLS over a network to an address', { host: '10.0.0.7', user: 'a', tls: 'disable' }],
    ['a host that begins like this computer', { host: '127.0.0.1.example', user: 'a', tls: 'disable' }],
    ['an authority that is not asked', { host: 'localhost', user: 'a', tls: 'disable', caFile: '/ca.pem' }],
    ['a relative password file', { ...remote, passwordFile: 'password' }],
    ['a socket', { ...remote, host: '/var/run/postgresql' }],
    ['a port that is none', { ...remote, port: 65_536 }],
    ['no user', { ...remote, user: '' }],
  ])('refuse %s', (_, settings) => {
    expect(fleetSettingsSchema.safeParse(settings).success).toBe(false);
    expect(settingsSchema.safeParse({ fleet: settings }).success).toBe(false);
  });
});

describe('an administrator’s connection', () => {
  it('comes from the options, then from the environment', () => {
    const env = { PGHOST: 'localhost', PGPORT: '5433', PGUSER: 'a', PGDATABASE: 'd' };
    expect(adminTarget({}, env)).toMatchObject({ host: 'localhost', port: 5433, user: 'a', database: 'd' });
    expect(adminTarget({ host: '127.0.0.1', port: 1, user: 'b', database: 'e' }, env)).toMatchObject({
      host: '127.0.0.1',
      port: 1,
      user: 'b',
      database: 'e',
    });
    expect(adminTarget({}, {})).toMatchObject({
      host: '/var/run/postgresql',
      database: 'prestage',
      ca: null,
    });
  });

  it('is refused without TLS over a network, and with a port that is none', () => {
    expect(() => adminTarget({ host: 'db.plant.example' }, {})).toThrow(/needs TLS/);
    expect(() => adminTarget({}, { PGHOST: '10.0.0.7' })).toThrow(/needs TLS/);
    expect(() => adminTarget({}, { PGPORT: 'many' })).toThrow(/port/);
  });
});

describe('the pause before a new try', () => {
  it('grows, is spread, and has an end', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 10_000 }),
        fc.double({ min: 0, max: 0.999, noNaN: true }),
        (failures, random) => {
          const pause = retryDelay(failures, fleetPace, random);
          expect(pause).toBeGreaterThanOrEqual(fleetPace.retryFirst / 2);
          expect(pause).toBeLessThanOrEqual(fleetPace.retryLongest);
          expect(retryDelay(failures + 1, fleetPace, random)).toBeGreaterThanOrEqual(pause);
        },
      ),
    );
    expect(retryDelay(1, fleetPace, 0.999)).toBeLessThanOrEqual(fleetPace.retryFirst);
    expect(retryDelay(40, fleetPace, 0)).toBe(fleetPace.retryLongest / 2);
  });
});

describe('what goes wrong with the database', () => {
  const said = (code: string): Error => {
    const error = new DatabaseError('said by the server', 1, 'error');
    error.code = code;
    return fleetError(error, 'prestage at db');
  };
  it.each([
    'PF001',
    'PF002',
    'PF003',
    'PF004',
    'PF005',
    '23514',
    '23502',
    '22P02',
    '28P01',
    '28000',
    '3D000',
    '42501',
    '42883',
    '3F000',
  ])('is a refusal with %s', (code) => {
    expect(said(code)).toMatchObject({ code: 'fleet-refused' });
  });
  // Restarting, recovering, full, crowded, read-only, too slow, two at once.
  it.each(['57P01', '57P03', '53100', '53300', '25006', '57014', '40001', '40P01', '23505', 'XX000'])(
    'is tried again with %s',
    (code) => {
      expect(said(code)).toMatchObject({ code: 'fleet-unavailable' });
    },
  );
  it('is a network that is tried again, a server that is another one, or a bug', () => {
    const failure = (code: string): Error => Object.assign(new Error('said by the system'), { code });
    for (const code of ['ECONNREFUSED', 'ECONNRESET', 'ETIMEDOUT', 'ENOTFOUND', 'EHOSTUNREACH']) {
      expect(fleetError(failure(code), 'db')).toMatchObject({ code: 'fleet-unavailable' });
    }
    for (const code of [
      'ERR_TLS_CERT_ALTNAME_INVALID',
      'CERT_HAS_EXPIRED',
      'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
    ]) {
      expect(fleetError(failure(code), 'db')).toMatchObject({ code: 'fleet-refused' });
    }
    const bug = new TypeError('a bug');
    expect(fleetError(bug, 'db')).toBe(bug);
  });
  it('is shown without what a server could hide in its words', () => {
    const error = new DatabaseError('bad \u001b[31m\u202eword', 1, 'error');
    error.code = '57P01';
    expect(fleetError(error, 'db')).toMatchObject({ data: { cause: '57P01: bad [31mword' } });
  });
});
