import { existsSync } from 'node:fs';
import { mkdir, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { PrestageError } from '../../core/base/errors';
import { timeouts } from '../../core/base/timeouts';
import { livePaths } from '../../core/live/live-system';
import { keptLiveStationSchema, type KeptLiveStation, type LiveStation } from '../../core/live/live-state';
import { elevatedCaller } from '../tools/caller';
import { runTool, toolFailed } from '../tools/runner';
import { keepFile, requireData } from './kept-files';
import { requireLive } from './medium';

/** Time zone, keyboard and clock of a live system. What is kept lies on the data partition and is put in place at each start. */

const keptFile = join(livePaths.state, 'live-station.json');
/** Its first line is the layout. Read by what starts the app (build/live). */
const keyboardFile = '/run/prestage/keyboard';
/** What X starts with where no file says otherwise. */
const firstKeyboard = 'us';
const zones = '/usr/share/zoneinfo';

/** What was kept; null: it was not asked yet, or the file is not ours any more. */
export async function keptStation(): Promise<KeptLiveStation | null> {
  try {
    return keptLiveStationSchema.safeParse(JSON.parse(await readFile(keptFile, 'utf8'))).data ?? null;
  } catch {
    return null;
  }
}

/** @throws PrestageError live-…, usage, tool-failed */
export async function setLiveStation({ timeZone, keyboard, time }: LiveStation): Promise<void> {
  await requireLive();
  if (timeZone !== undefined || keyboard !== undefined) {
    await requireData();
    const before = await keptStation();
    const kept: KeptLiveStation = {
      version: 1,
      timeZone: timeZone ?? before?.timeZone ?? 'UTC',
      keyboard: keyboard ?? before?.keyboard ?? 'us',
    };
    requireZone(kept.timeZone);
    await keepFile(keptFile, `${JSON.stringify(kept)}\n`, 0o600, elevatedCaller());
    await putInPlace(kept);
  }
  if (time !== undefined) await setClock(new Date(time));
}

/** Puts in place what was kept. For the moment at which the data partition was opened. */
export async function applyKeptStation(): Promise<void> {
  const kept = await keptStation();
  if (kept !== null && existsSync(join(zones, kept.timeZone))) await putInPlace(kept);
}

function requireZone(zone: string): void {
  if (existsSync(join(zones, zone))) return;
  throw new PrestageError({ code: 'usage', message: `There is no time zone ${zone}.` });
}

async function putInPlace({ timeZone, keyboard }: KeptLiveStation): Promise<void> {
  const link = '/etc/localtime.prestage';
  await rm(link, { force: true });
  await symlink(join(zones, timeZone), link);
  await rename(link, '/etc/localtime');
  await writeFile('/etc/timezone', `${timeZone}\n`);
  await mkdir(dirname(keyboardFile), { recursive: true });
  const before = await readFile(keyboardFile, 'utf8').catch(() => '');
  if (before === `${keyboard}\n` || (before === '' && keyboard === firstKeyboard)) return;
  await writeFile(keyboardFile, `${keyboard}\n`, { mode: 0o644 });
  // X reads it when it starts, and the app starts again with it. Where no such unit runs, nothing shows a screen.
  await runTool('systemctl', ['--no-block', 'try-restart', 'prestage-screen.service'], {
    timeout: timeouts.listingTool,
  }).catch(() => undefined);
}

/** The system's clock alone: the PC's own belongs to whatever is installed on it, which may keep local time in it. */
async function setClock(time: Date): Promise<void> {
  const ended = await runTool('date', ['--utc', `--set=@${Math.round(time.getTime() / 1000)}`], {
    timeout: timeouts.listingTool,
  });
  if (ended.status !== 0) throw toolFailed('date', 'did not set the clock', ended.stderr);
}
