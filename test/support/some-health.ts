import type { KnownHealth } from '../../core/health/health';

/** The health of a SATA drive without a fault, with what a test changes. */
export function someDriveHealth(change: Partial<KnownHealth> = {}): KnownHealth {
  return {
    ...{ known: true, tool: '7.4', protocol: 'ata', overall: 'passed', readAt: '2026-01-01T00:00:00.000Z' },
    ...{ reallocated: 0, pending: 0, uncorrectable: 0, mediaErrors: 0, crcErrors: 0 },
    ...{ availableSpare: null, spareThreshold: null, percentageUsed: null, criticalWarning: null },
    ...{ powerOnHours: 1200, temperature: 31 },
    ...change,
  };
}
