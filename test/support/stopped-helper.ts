import { existsSync } from 'node:fs';
import { helpersOf } from './app-bench';
import type { AppWindow } from './app-window';

/** Those that were stopped: none may stay so, also when a test fails. */
const stopped = new Set<number>();

/** An app's helper, stopped where it is: what it works on stands still, and goes on when the test says so. */
export class StoppedHelper {
  private constructor(readonly pid: number) {}

  /** Stops the helper of an app. */
  static of(app: AppWindow): StoppedHelper {
    const helper = new StoppedHelper(helperOf(app));
    helper.stop();
    return helper;
  }

  stop(): void {
    stopped.add(this.pid);
    process.kill(this.pid, 'SIGSTOP');
  }

  goOn(): void {
    process.kill(this.pid, 'SIGCONT');
    stopped.delete(this.pid);
  }

  /** Lets it go on by 15 ms at a time until that has happened, and leaves it stopped. */
  async goOnUntil(app: AppWindow, happened: () => Promise<boolean>): Promise<void> {
    while (!(await happened())) {
      this.goOn();
      await app.page.waitForTimeout(15);
      this.stop();
      await app.page.waitForTimeout(100);
    }
  }
}

/** @throws Error when the app has none */
export function helperOf({ process: own }: AppWindow): number {
  const [pid] = helpersOf(own.pid ?? -1);
  if (pid === undefined) throw new Error('the app has no helper');
  return pid;
}

/** After each test: lets every stopped helper go on. */
export function releaseHelpers(): void {
  for (const pid of stopped) if (existsSync(`/proc/${pid}`)) process.kill(pid, 'SIGCONT');
  stopped.clear();
}
