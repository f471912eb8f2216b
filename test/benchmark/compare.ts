import { fewestDrives, windowBytes } from '../../helper/pipeline/proved-window';
import type { FirstByteResult } from './first-part';
import type { IsolationResult } from './isolation';
import type { ApplyFigures, JobFigures } from './prestage';
import type { RawPass, RawResult } from './raw';
import type { BareRenderResult, RivalResult } from './rival';
import { median, type Took } from './tools';

/** All raw figures of a run; a list has an element a round, and is empty when its part was left out. */
export interface BenchFigures {
  /** Drives are files in memory: what was promised of racks and disks is not looked at. */
  readonly inMemory: boolean;
  readonly drives: number;
  /** Content of the media, which each drive gets. */
  readonly mediaBytes: number;
  readonly bareRender: readonly BareRenderResult[];
  /** Cold runs on a single drive, for the render. */
  readonly single: readonly ApplyFigures[];
  readonly rival: readonly RivalResult[];
  readonly cold: readonly ApplyFigures[];
  readonly warm: readonly ApplyFigures[];
  readonly raw: readonly RawResult[];
  readonly isolation: IsolationResult | null;
  /** Of a media file that takes no time to read, and of the run's own. */
  readonly firstByte: { readonly small: FirstByteResult; readonly main: FirstByteResult } | null;
}

/** One line of the table. */
export interface Comparison {
  readonly name: string;
  readonly value: number;
  readonly against: string;
  readonly other: number;
  readonly unit: 's' | 'ms' | 'MB/s' | 'MB' | 's/GB';
  /** value / other */
  readonly ratio: number;
  /** What the project has promised for the ratio; null when the line only informs. */
  readonly target: { readonly kind: 'at most' | 'at least'; readonly ratio: number } | null;
  readonly met: boolean | null;
}

const megabyte = 1_000_000;
/** Bytes the helper may use: a fixed part, a part for each drive, and from some drives on the window that they share (docs/adr/0067). */
const helperFixedBytes = 150 * megabyte;
const helperDriveBytes = 40 * megabyte;
/** How late the station's event loop may be: a window that is drawn by it still follows. */
const loopMilliseconds = 50;
/** As many drives as the promise beside wimlib is for. */
const rackDrives = 8;
/** From the start of `apply` to the first byte on a drive, beside what hashing takes. */
const firstByteSeconds = 1.2;

/** Compares what was measured; lines whose figures are missing are left out. */
export function compare(figures: BenchFigures): Comparison[] {
  const { rival, cold, warm, raw, isolation, bareRender, single, drives, firstByte, inMemory } = figures;
  const lines: Comparison[] = [];
  const add = (
    name: string,
    value: readonly number[],
    against: string,
    other: readonly number[],
    unit: Comparison['unit'],
    target: Comparison['target'],
  ): void => {
    if (value.length > 0 && other.length > 0) {
      lines.push(compareTwo(name, median(value), against, median(other), unit, target));
    }
  };
  const seconds = (run: { readonly seconds: number }): number => run.seconds;

  const onDisks = (kind: 'at most' | 'at least', ratio: number): Comparison['target'] =>
    inMemory ? null : { kind, ratio };
  // Making the image and the start are once for all drives: the promise is one for a rack.
  const ofRack = (ratio: number): Comparison['target'] =>
    drives < rackDrives ? null : onDisks('at most', ratio);
  const rivalName = 'wimlib-imagex apply, 2 at a time, no verify';
  add(
    `${drives} drives, cold cache, verified`,
    cold.map(seconds),
    rivalName,
    rival.map(seconds),
    's',
    ofRack(1 / 3),
  );
  add(
    `${drives} drives, warm cache, verified`,
    warm.map(seconds),
    rivalName,
    rival.map(seconds),
    's',
    ofRack(1 / 5),
  );

  // Of a GB of the media's content on a drive.
  const perGigabyte = ({ processorSeconds }: Took): number =>
    processorSeconds / ((figures.mediaBytes * drives) / 1e9);
  const ofRival = rival.map(perGigabyte);
  add('processor, cold', cold.map(perGigabyte), rivalName, ofRival, 's/GB', null);
  add('processor, warm', warm.map(perGigabyte), rivalName, ofRival, 's/GB', null);

  const phases = [
    { phase: 'write', seconds: (job: JobFigures) => job.writeSeconds, pass: (one: RawResult) => one.write },
    { phase: 'verify', seconds: (job: JobFigures) => job.verifySeconds, pass: (one: RawResult) => one.read },
  ];
  for (const { phase, seconds: of, pass } of phases) {
    const direct = inMemory ? '' : phase === 'write' ? ' oflag=direct' : ' iflag=direct';
    const dd = `dd bs=8M${direct}`;
    const rate = raw.map((one) => rawRate(one.bytes, pass(one)));
    const target = onDisks('at least', 0.9);
    add(`${phase} phase, cold, all drives`, cold.map(phaseRate(of)), dd, rate, 'MB/s', target);
    add(`${phase} phase, warm, all drives`, warm.map(phaseRate(of)), dd, rate, 'MB/s', target);
    const driveRate = raw.flatMap((one) => pass(one).driveSeconds.map((time) => one.bytes / time / megabyte));
    const ours = cold.flatMap((run) => run.jobs.map((job) => job.bytes / of(job) / megabyte));
    add(`${phase} phase, cold, median drive`, ours, dd, driveRate, 'MB/s', null);
  }
  const ddBoth = raw.map((one) => one.write.seconds + one.read.seconds);
  add('warm, whole command', warm.map(seconds), 'dd writing, then reading', ddBoth, 's', null);

  const images = single.map((run) => run.renderSeconds);
  add('render, one drive', images, 'mkntfs + wimlib-imagex into a file', bareRender.map(seconds), 's', {
    kind: 'at most',
    ratio: 1.1,
  });
  if (firstByte !== null) {
    const { small, main } = firstByte;
    const promised = (hashing: number): number => firstByteSeconds + hashing;
    const target = { kind: 'at most', ratio: 1 } as const;
    const promise = [firstByteSeconds];
    add('first byte, small media', small.seconds, 'what was promised', promise, 's', target);
    // In memory the page cache is not dropped: it would be the same.
    if (!inMemory) {
      const name = 'first byte, small media, next batch';
      add(name, small.nextSeconds, 'what was promised', promise, 's', target);
      add(name, small.nextSeconds, 'a bare start of Node', small.nodeSeconds, 's', null);
    }
    const allowed = main.hashingSeconds.map(promised);
    add('first byte, cached', main.seconds, 'promised, with hashing', allowed, 's', target);
  }
  if (isolation !== null) {
    const name = 'three drives beside one at 20 MB/s';
    add(name, isolation.held, 'beside a fast fourth', isolation.free, 's', { kind: 'at most', ratio: 1.05 });
    add(name, isolation.held, 'three alone', isolation.alone, 's', null);
  }
  const peaks = [...cold, ...warm].map((run) => run.helperPeakBytes / megabyte);
  if (peaks.length > 0) {
    const shared = drives < fewestDrives ? 0 : windowBytes();
    const allowed = (helperFixedBytes + drives * helperDriveBytes + shared) / megabyte;
    add('helper memory, peak', [Math.max(...peaks)], `150 + 40 × ${drives} + window`, [allowed], 'MB', {
      kind: 'at most',
      ratio: 1,
    });
  }
  const late = [...cold, ...warm].map(({ loopDelay }) => loopDelay.p99);
  add('event loop of the station, 99 %', late, 'what was promised', [loopMilliseconds], 'ms', {
    kind: 'at most',
    ratio: 1,
  });
  return lines;
}

function compareTwo(
  name: string,
  value: number,
  against: string,
  other: number,
  unit: Comparison['unit'],
  target: Comparison['target'],
): Comparison {
  const ratio = value / other;
  const met =
    target === null ? null : target.kind === 'at most' ? ratio <= target.ratio : ratio >= target.ratio;
  return { name, value, against, other, unit, ratio, target, met };
}

/**
 * Rate of a phase over all drives in MB/s: all bytes over the longest drive's time, which is the phase's
 * wall-clock time because the pipelines start together.
 */
function phaseRate(of: (job: JobFigures) => number): (run: ApplyFigures) => number {
  return ({ jobs }) => jobs.reduce((sum, { bytes }) => sum + bytes, 0) / Math.max(...jobs.map(of)) / megabyte;
}

/** @param bytes on each drive */
function rawRate(bytes: number, pass: RawPass): number {
  return (bytes * pass.driveSeconds.length) / pass.seconds / megabyte;
}
