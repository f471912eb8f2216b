import { describe, expect, it } from 'vitest';
import { errorOf, runCli } from '../support/cli';
import { fakePostgres } from '../support/fake-postgres';

/** Servers that the plant database cannot be on. What real ones answer is in test/fleet. */

describe('a server', () => {
  it.each([
    // As real ones answer: 9.6.24, 11.22, the last before 12.
    ['90624', /is PostgreSQL 9\.6\.24\. Prestage needs PostgreSQL 12 or newer\.$/],
    ['110022', /is PostgreSQL 11\.22\. Prestage needs PostgreSQL 12 or newer\.$/],
    ['119999', /is PostgreSQL 11\.9999\./],
    ['', /does not tell its version\. Prestage needs PostgreSQL 12 or newer\.$/],
    ['v22.1', /does not tell its version\./],
  ])('that says %j is refused before anything else is asked', async (version, message) => {
    const server = await fakePostgres(version);
    try {
      const where = ['--host', '127.0.0.1', '--port', String(server.port), '--user', 'admin'];
      const run = await runCli(['fleet', 'migrate', ...where, '--json']);
      expect([run.status, errorOf(run).code]).toEqual([3, 'fleet-server-old']);
      expect(errorOf(run).message).toMatch(message);
      expect(server.asked).toEqual(['SHOW server_version_num']);
    } finally {
      await server.close();
    }
  });

  it('of version 12 is asked on', async () => {
    const server = await fakePostgres('120000');
    try {
      const where = ['--host', '127.0.0.1', '--port', String(server.port), '--user', 'admin'];
      const run = await runCli(['fleet', 'migrate', ...where, '--json']);
      expect(errorOf(run).code).not.toBe('fleet-server-old');
      expect(server.asked.slice(0, 2)).toEqual(['SHOW server_version_num', 'BEGIN']);
    } finally {
      await server.close();
    }
  });
});
