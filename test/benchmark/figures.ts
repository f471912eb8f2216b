/** The value below which `share` of all lie; the share 1 is the largest. */
function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((left, right) => left - right);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? NaN;
}

/** `median / p95 / p99 / worst`, with one decimal. */
export const spread = (values: readonly number[]): string =>
  [0.5, 0.95, 0.99, 1].map((share) => percentile(values, share).toFixed(1)).join(' / ');

/**
 * A script for a page: watches its frames for so many milliseconds. Text, because bundlers add helpers to functions
 * that the page does not have. Answers with {@link Frames}.
 */
export const watchFrames = (milliseconds: number): string => `new Promise((done) => {
  const gaps = [];
  const busy = [];
  const begin = performance.now();
  let last = begin;
  const frame = (now) => {
    gaps.push(now - last);
    last = now;
    const started = performance.now();
    // Runs after this frame's style, layout and paint.
    const channel = new MessageChannel();
    channel.port1.onmessage = () => busy.push(performance.now() - started);
    channel.port2.postMessage(null);
    if (now - begin < ${milliseconds}) requestAnimationFrame(frame);
    else done({ gaps: gaps.slice(5), busy: busy.slice(5) });
  };
  requestAnimationFrame(frame);
})`;

export interface Frames {
  /** Milliseconds of script, style and layout in each frame that had any. */
  readonly busy: readonly number[];
  /** Milliseconds between frames. */
  readonly gaps: readonly number[];
}
