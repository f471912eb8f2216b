import { describe, expect, it } from 'vitest';
import { afterLine, jobHealthWords } from '../../../core/health/health-words';
import type { DriveHealth, KnownHealth } from '../../../core/health/health';
import { done, erasures, send } from './job-story';

/** What becomes of a job whose drive is asked for its health before and after. */

const before: KnownHealth = {
  ...{ known: true, tool: '7.4', protocol: 'ata', overall: 'passed', readAt: '2026-01-01T00:00:00Z' },
  ...{ reallocated: 2, pending: 0, uncorrectable: 0, mediaErrors: 0, crcErrors: 0 },
  ...{ availableSpare: null, spareThreshold: null, percentageUsed: null, criticalWarning: null },
  ...{ powerOnHours: 100, temperature: 30 },
};

describe('runJob, of hardware', () => {
  it('records the health before and after, and what the rules say of it', async () => {
    const after: DriveHealth = { ...before, powerOnHours: 101, temperature: 41 };
    const { report, log, records } = await send({ runJob: () => done, health: [before, after] });
    expect(log.filter((line) => line === 'first readHealth')).toHaveLength(1);
    expect(report).toMatchObject({ end: done, ledgerEntry: 42 });
    const findings = [{ figure: 'reallocated', value: 2, limit: 1, act: 'warns' }];
    expect(records.at(-1)).toMatchObject({
      kind: 'job-ended',
      health: { before, after, findings: expect.arrayContaining(findings) as unknown },
    });
    expect(records.at(-1)).not.toHaveProperty('health.rose');
  });

  it.each(['reallocated', 'pending', 'uncorrectable', 'mediaErrors'] as const)(
    'fails, with its tables taken off, when %s rose while it was written',
    async (figure) => {
      const after: DriveHealth = { ...before, [figure]: (before[figure] ?? 0) + 1 };
      const { report, log, records } = await send({ runJob: () => done, health: [before, after] });
      expect(erasures(log)).toEqual(['first eraseTables']);
      // The tables are off before the end is recorded, and nothing says that it is finished.
      expect(log.indexOf('first eraseTables')).toBeLessThan(log.indexOf('job-ended'));
      expect(log).not.toContain('recording');
      const end = { state: 'failed', reason: { code: 'drive-health-worse' }, bytesWritten: 1000 };
      expect(report).toMatchObject({ end, ledgerEntry: 42 });
      expect(records.at(-1)).toMatchObject({
        kind: 'job-ended',
        end,
        health: { rose: [{ figure, fails: true }] },
      });
    },
  );

  it('does not say that its tables are off where the drive did not take that', async () => {
    const after: DriveHealth = { ...before, pending: 1 };
    const story = { runJob: () => done, health: [before, after] as const };
    const off = await send(story);
    expect(off.report.end).toMatchObject({
      reason: { message: expect.stringContaining('was removed.') as string },
    });
    const on = await send({ ...story, cannotErase: true });
    expect(on.report.end).toMatchObject({
      reason: { message: expect.stringContaining('is not known') as string },
    });
  });

  it('stays done when only a transfer arrived damaged: that is a cable', async () => {
    const after: DriveHealth = { ...before, crcErrors: 3 };
    const { report, records } = await send({ runJob: () => done, health: [before, after] });
    expect(report).toMatchObject({ end: done });
    expect(records.at(-1)).toMatchObject({
      health: { rose: [{ figure: 'crcErrors', before: 0, after: 3, fails: false }] },
    });
  });

  it('stays done, and says that it is not known, when the drive does not tell it any more', async () => {
    const { report, records } = await send({ runJob: () => done, health: [before, null] });
    expect(report).toMatchObject({ end: done });
    expect(records.at(-1)).toMatchObject({
      health: { before, after: { known: false, reason: "The test's drive-changed" } },
    });
  });

  it('fails when a drive that did not tell its health before is bad, and is never called unchanged', async () => {
    const untold: DriveHealth = { known: false, reason: 'the tool smartctl did not respond in time' };
    const failing: DriveHealth = { ...before, overall: 'failed' };
    const { report, log, records } = await send({ runJob: () => done, health: [untold, failing] });
    expect(report.end).toMatchObject({
      state: 'failed',
      reason: {
        code: 'drive-health-worse',
        message: expect.stringContaining('is bad, which it did not tell before') as string,
      },
    });
    expect(erasures(log)).toEqual(['first eraseTables']);
    expect(records.at(-1)).toMatchObject({
      health: {
        findings: expect.arrayContaining([
          expect.objectContaining({ figure: 'failing', act: 'blocks' }),
        ]) as unknown,
      },
    });
    const well = await send({ runJob: () => done, health: [untold, before] });
    expect(well.report.end).toEqual(done);
    const words = jobHealthWords(well.report.health ?? { before: untold, findings: [] });
    expect(words).toMatch(/^not known: .*; after read-back warning, 2 reallocated sectors/);
    expect(words).not.toContain('unchanged');
  });

  it('is told afterwards without a word, where something rose', () => {
    const health = { before, findings: [], after: { ...before, pending: 5 } };
    expect(afterLine(health, health.after)).toBe('2 reallocated sectors, 5 pending sectors');
  });

  it('is not asked again when it was not done', async () => {
    const { log, records } = await send({
      runJob: () => ({ state: 'cancelled', bytesWritten: 0 }),
      health: [before, null],
    });
    expect(log).not.toContain('first readHealth');
    expect(records.at(-1)).toMatchObject({ kind: 'job-ended', health: { before } });
  });
});
