import { createStore } from 'zustand/vanilla';
import { useStore } from 'zustand';
import type { AppState } from '../core/contract/app';
import { isRunning } from '../core/job/job';
import type { TotalProgress } from '../core/job/total-progress';
import { play, type Tone } from './sound';
import { appState, appStore } from './store/app-store';
import { newlyEnded } from './store/selectors';
import { currentText } from './text';

/** What a screen reader is to say; `number` makes the same words twice two announcements. */
interface Announcement {
  readonly number: number;
  readonly polite: string;
  readonly urgent: string;
}

const announcementStore = createStore<Announcement>(() => ({ number: 0, polite: '', urgent: '' }));

function say(words: string, urgent: boolean): void {
  const number = announcementStore.getState().number + 1;
  announcementStore.setState({ number, polite: urgent ? '' : words, urgent: urgent ? words : '' });
}

function sound(state: AppState, tone: Tone): void {
  if (state.settings.desk.sounds) play(tone);
}

/** Lets something be heard: by a tone, and by a screen reader. */
export function announce(words: string, tone: Tone): void {
  sound(appState(), tone);
  say(words, tone !== 'accepted');
}

function announceScan(state: AppState): void {
  const scan = state.pairing.lastScan;
  if (scan === null) return;
  const text = currentText().bench;
  if (scan.outcome.result === 'accepted') {
    announce(text.accepted(scan.outcome), 'accepted');
    return;
  }
  // A scanner that reads twice did nothing wrong.
  if (scan.outcome.reason === 'repeated-read') return;
  announce(
    `${text.refusedWord}. ${text.refused(scan.outcome)} ${text.compared(scan.outcome)}`,
    scan.outcome.reason === 'not-in-order' ? 'unexpected-machine' : 'refused',
  );
}

function announceEnds(before: AppState, state: AppState): void {
  const ended = newlyEnded(before.jobs, state.jobs);
  if (ended.length === 0) return;
  const text = currentText().bench;
  const failed = ended.some((job) => job.state.state === 'failed' || job.state.state === 'interrupted');
  // Many may end at once; one tone for all of them, and a failure is the one to be heard.
  if (failed) sound(state, 'fail');
  else if (ended.some((job) => job.state.state === 'done')) sound(state, 'pass');
  say(ended.map((job) => text.ended(job.bay, text.phase[job.state.state])).join('. '), failed);
}

/** All drives have ended and none is in a boot test: what comes now is a person's to do. */
function isOver(total: TotalProgress | null): total is TotalProgress {
  return total !== null && total.over && total.bootTests.length === 0;
}

/** The end that was said last: a boot test that is started by hand afterwards brings no new one. */
let saidEnd = '';

function announceEnd({ progress: { total: before }, jobs }: AppState, state: AppState): void {
  const { total } = state.progress;
  // Cards of before the app was closed: that was heard then.
  const isRestored = before === null && !jobs.some(isRunning);
  if (!isOver(total) || isOver(before) || isRestored) return;
  const words = currentText().progress.end(total);
  const end = `${total.startedAt} ${words}`;
  if (end === saidEnd) return;
  saidEnd = end;
  // Whoever stopped all of them needs no sound for it.
  if (total.failed > 0) sound(state, 'all-ended');
  else if (total.passed > 0) sound(state, 'all-passed');
  say(words, total.failed > 0);
}

/**
 * Lets each new scan, each ended job and the end of all be heard: by a tone, and by a screen reader.
 * @returns a function that ends that
 */
export function startAnnouncing(): () => void {
  return appStore.subscribe(({ state }, { state: before }) => {
    if (state === null || before === null) return;
    if (state.pairing.lastScan?.number !== before.pairing.lastScan?.number) announceScan(state);
    if (state.jobs !== before.jobs) announceEnds(before, state);
    if (state.progress !== before.progress) announceEnd(before, state);
  });
}

/** The latest announcement. */
export function useAnnouncement(): Announcement {
  return useStore(announcementStore);
}
