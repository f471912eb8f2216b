import { writeSync } from 'node:fs';
import { relative } from 'node:path';
import type { Reporter, SerializedError, TestCase, TestModule } from 'vitest/node';

const whatToDo =
  'what to do: run such a file alone, as above. If it passes alone, the machine was too busy or two tests share something: test/README.md says how to tell.';

/**
 * Ends a run with one line that is easy to read and to parse, `N passed, N failed, N skipped`, and before it
 * names every skipped test with its reason, and every one that passed only when it was tried again, so that nothing is left out
 * in silence, and for every file with a failure the command that runs it alone.
 */
export class ClosingLineReporter implements Reporter {
  #lines: string[] = [];

  onInit(): void {
    // At the very end: teardowns and other reporters may still print after the run's own end.
    process.once('exit', () => {
      if (this.#lines.length > 0) writeSync(1, `${this.#lines.join('\n')}\n`);
    });
  }

  onTestRunEnd(modules: readonly TestModule[], unhandledErrors: readonly SerializedError[]): void {
    const counts = { passed: 0, failed: 0, skipped: 0 };
    const skips: string[] = [];
    const again: string[] = [];
    const second: string[] = [];
    let outside = unhandledErrors.length;
    for (const module of modules) {
      const before = counts.failed;
      for (const test of module.children.allTests()) {
        const result = test.result();
        if ((test.diagnostic()?.retryCount ?? 0) > 0 && result.state === 'passed') {
          second.push(`passed when tried again: ${module.relativeModuleId} > ${test.fullName}`);
          second.push(...(result.errors ?? []).map((error) => `  it failed with: ${shortOf(error)}`));
        }
        if (result.state === 'passed') counts.passed += 1;
        else if (result.state === 'failed') counts.failed += 1;
        else {
          // A test that never came to run was skipped, whatever the reason.
          counts.skipped += 1;
          skips.push(`skipped: ${module.relativeModuleId} > ${test.fullName}: ${reasonOf(test)}`);
        }
      }
      if (!module.ok()) {
        again.push(`again: npx vitest run --project ${module.project.name} ${module.relativeModuleId}`);
      }
      // A file that does not load, or whose hooks fail, has no failed test to count.
      if (!module.ok() && counts.failed === before) outside += 1;
    }
    this.#lines = [...skips, ...second];
    if (again.length > 0) this.#lines.push(...again, whatToDo);
    if (outside > 0) this.#lines.push(`failed outside of any test: ${outside}, see above`);
    this.#lines.push(`${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped`);
  }
}

/** What it says, without the state of a whole app that some say, and where in our code. */
function shortOf({ message, stacks }: SerializedError): string {
  const [at] = stacks ?? [];
  const place = at === undefined ? '' : ` (${relative(process.cwd(), at.file)}:${at.line})`;
  return `${message.slice(0, 300)}${place}`;
}

function reasonOf(test: TestCase): string {
  const result = test.result();
  if (result.state === 'skipped' && result.note !== undefined) return result.note;
  if (result.state === 'pending') return 'it did not run to its end';
  if (test.options.mode === 'todo') return 'not written yet';
  return 'no reason given';
}

// vitest loads a reporter by its default export.
export { ClosingLineReporter as default };
