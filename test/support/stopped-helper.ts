import { existsSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { AppWindow } from './app-window';
import { helperOf } from './processes';

/** Those that were stopped: none may stay so, also when a test fails. */
const stopped = new Set<number>();

/** An app's helper, stopped where it is: what it works on stands still, and goes on when the test says so. */
export class StoppedHelper {
  private constructor(private readonly pid: number) {}

  /** Stops the helper of an app. @throws Error when it has none */
  static of(app: AppWindow): StoppedHelper {
    const helper = new StoppedHelper(helperOf(app.process));
    stopped.add(helper.pid);
    helper.stop();
    return helper;
  }

  stop(): void {
    process.kill(this.pid, 'SIGSTOP');
  }

  goOn(): void {
    process.kill(this.pid, 'SIGCONT');
  }

  /** Lets it go on by 15 ms at a time until that has happened, and leaves it stopped. */
  async goOnUntil(happened: () => Promise<boolean>): Promise<void> {
    while (!(await happened())) {
      this.goOn();
      await sleep(15);
      this.stop();
      await sleep(100);
    }
  }
}

/** After each test: lets every stopped helper go on. */
export function releaseHelpers(): void {
  for (const pid of stopped) if (existsSync(`/proc/${pid}`)) process.kill(pid, 'SIGCONT');
  stopped.clear();
}
