import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ScanKey } from '../../core/scan/scan-keys';
import type { RecordedLayout } from './scanner-strokes';

/** The keys that were recorded: test/fixtures/recorded/keyboards. */

const folder = join(import.meta.dirname, '../fixtures/recorded/keyboards');
const read = (file: string): unknown => JSON.parse(readFileSync(join(folder, file), 'utf8'));

export const recordedLayouts = read('layouts.json') as Readonly<Record<string, RecordedLayout>>;
const scans = read('scans.json') as Readonly<Record<string, ScanKey[]>>;
export const recordedScanNames = Object.keys(scans);

/** One scan, by the name in scanner-strokes.ts. */
export function recordedScan(name: string): ScanKey[] {
  const keys = scans[name];
  if (keys === undefined) throw new Error(`no recorded scan '${name}'`);
  return keys;
}

/** Keys one after the other, at an even pace of so many milliseconds. */
export function paced(keys: readonly ScanKey[], gap: number): ScanKey[] {
  return keys.map((key, index) => ({ ...key, ms: index * gap }));
}
