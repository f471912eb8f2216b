import type { ScanReading } from '../scan/scan';
import { doubtRefusals, type ScanDoubt } from '../scan/scan-outcome';
import {
  expectedNow,
  refuse,
  why,
  type Pairing,
  type PairingContext,
  type PairingResult,
} from './pairing-rules';

/**
 * The refusal of a scan whose keys came so that its text cannot be relied on; null when it does not matter. What is compared with
 * what is known exactly is what it is, whatever the keyboard's layout: nothing else becomes a command or a bay by chance.
 */
export function refuseDoubtful(
  state: Pairing,
  reading: ScanReading,
  doubt: ScanDoubt,
  context: PairingContext,
): PairingResult | null {
  if (doubt === 'layout' && isExact(reading)) return null;
  // Its checksum says more than the pace of its keys.
  if (reading.kind === 'ticket' && reading.reading.problem === null) return null;
  return refuse(state, reading.kind, why(doubtRefusals[doubt], expectedNow(state, context)));
}

const exactKinds: ReadonlySet<ScanReading['kind']> = new Set([
  'command',
  'reason',
  'ticket',
  'sha256',
  'bay',
  'drive',
  'admission-code',
]);

function isExact({ kind }: ScanReading): boolean {
  return exactKinds.has(kind);
}
