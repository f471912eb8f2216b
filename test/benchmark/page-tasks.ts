/** What the app's page and its drawing take of the processor, from a trace of Chromium: what other programs do meanwhile is not in it. */
import { readFileSync, rmSync } from 'node:fs';
import type { AppWindow } from '../support/app-window';
import { framesOf, type Frame, type TraceEvent } from './page-events';

/** What a page took while it was traced. */
export interface PageTasks {
  /**
   * Processor milliseconds of each task of the page's main thread in which it worked: script, style, layout, and the list of what
   * is to be drawn.
   */
  readonly tasks: readonly number[];
  /** Each frame that was drawn: all tasks since the last one, which it waits for. */
  readonly frames: readonly Frame[];
  /** Processor milliseconds of all threads that draw pixels, in all. Without a graphics card, the processor draws. */
  readonly drawing: number;
  /** Milliseconds of the clock. */
  readonly milliseconds: number;
}

const categories = ['devtools.timeline', 'disabled-by-default-devtools.timeline', '__metadata'];

/** Less is no work: a timer that finds nothing to do. Milliseconds. */
const leastWork = 0.05;

/** The thread that a page's script, style and layout run on. */
const page = /^CrRendererMain$/;

/** @returns what `work` gives, and what the page took meanwhile */
export async function tracePage<T>(
  { electron }: Pick<AppWindow, 'electron'>,
  work: () => Promise<T>,
): Promise<PageTasks & { readonly value: T }> {
  await electron.evaluate(async ({ contentTracing }, included_categories) => {
    await contentTracing.startRecording({ included_categories });
  }, categories);
  const begin = performance.now();
  const value = await work();
  const milliseconds = performance.now() - begin;
  const file = await electron.evaluate(async ({ contentTracing }) => await contentTracing.stopRecording());
  const { traceEvents } = JSON.parse(readFileSync(file, 'utf8')) as { traceEvents: TraceEvent[] };
  rmSync(file);
  const threads = new Map(
    traceEvents
      .filter(({ ph, name }) => ph === 'M' && name === 'thread_name')
      .map(({ pid, tid, args }) => [`${pid} ${tid}`, args?.name ?? '']),
  );
  const on = (thread: RegExp, event: RegExp): TraceEvent[] =>
    traceEvents.filter(
      ({ pid, tid, name }) => thread.test(threads.get(`${pid} ${tid}`) ?? '') && event.test(name),
    );
  const took = (thread: RegExp, task: RegExp): number[] =>
    on(thread, task).map(({ tdur = 0 }) => tdur / 1000);
  const tasks = took(page, /^RunTask$/).filter((one) => one >= leastWork);
  const frames = framesOf(on(page, /./));
  if (tasks.length === 0 || frames.length === 0) {
    throw new Error('the trace has no task of the page with its processor time');
  }
  const drawing = [
    ...took(/^ThreadPool|^CompositorTileWorker/, /^RasterTask$/),
    ...took(/^VizCompositor|^CrGpuMain/, /^RunTask$|^GPUTask$/),
  ].reduce((sum, one) => sum + one, 0);
  return { value, tasks, frames, drawing, milliseconds };
}
